import { Icon } from "../glyph/Icon.tsx";
import { useView } from "../pageContext.ts";
import { Brand } from "./Brand.tsx";
import { Facts } from "./Facts.tsx";
import { BarMenu, ScenarioList, SeedForm } from "./parts.ts";
import { Popover } from "./Popover.tsx";
import { SafetyChip } from "./SafetyChip.tsx";
import type { SheetName } from "./sheets.ts";
import { ThemeToggle } from "./ThemeToggle.tsx";

interface TopBarProps {
  readonly compact: boolean;
  readonly sheet: SheetName | null;
  readonly onSheet: (name: SheetName) => void;
}

/** Where you are, what the cluster agrees on, whether it is still correct. */
export function TopBar({ compact, sheet, onSheet }: TopBarProps) {
  return (
    <header className="bar">
      <Brand compact={compact} />
      {compact ? null : <ScenarioMenu />}
      <Facts compact={compact} />
      <SafetyChip compact={compact} />
      {compact ? (
        <Popover label="Menu" side="end-side" className="icon-only" button={<Icon name="menu" />}>
          {(close) => <BarMenu onSheet={onSheet} close={close} />}
        </Popover>
      ) : (
        <Tools sheet={sheet} onSheet={onSheet} />
      )}
    </header>
  );
}

function ScenarioMenu() {
  const title = useView((state) => state.scenario.title);
  return (
    <Popover
      label={`Scenario: ${title}`}
      side="start"
      className="scenario"
      button={
        <>
          <span className="cut-short">{title}</span> <Icon name="down" />
        </>
      }
    >
      {(close) => <ScenarioList close={close} />}
    </Popover>
  );
}

/** The seed is the whole run: the same one gives the same trace everywhere. */
function Tools({ sheet, onSheet }: Omit<TopBarProps, "compact">) {
  const seed = useView((state) => state.scenario.seed);
  return (
    <div className="end">
      <Popover label={`Seed ${seed}`} side="end-side" className="seed" button={`Seed ${seed}`}>
        {(close) => <SeedForm close={close} takesFocus />}
      </Popover>
      <button
        type="button"
        className="button bare"
        aria-expanded={sheet === "share"}
        aria-keyshortcuts="S"
        title="Share  S"
        onClick={() => onSheet("share")}
      >
        <Icon name="share" /> Share
      </button>
      <button
        type="button"
        className="button bare legend-button"
        aria-label="Legend"
        aria-expanded={sheet === "legend"}
        onClick={() => onSheet("legend")}
      >
        <Icon name="legend" /> <span className="word">Legend</span>
      </button>
      <ThemeToggle />
      <button
        type="button"
        className="button bare icon-only"
        aria-label="Help"
        aria-expanded={sheet === "help"}
        aria-keyshortcuts="?"
        title="Keys  ?"
        onClick={() => onSheet("help")}
      >
        <Icon name="help" />
      </button>
    </div>
  );
}
