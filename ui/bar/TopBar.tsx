import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";
import { Brand } from "./Brand.tsx";
import { Facts } from "./Facts.tsx";
import { SafetyChip } from "./SafetyChip.tsx";
import { Popover } from "./Popover.tsx";
import { SeedButton, SeedForm } from "./SeedButton.tsx";
import { ThemeToggle } from "./ThemeToggle.tsx";

interface TopBarProps {
  readonly compact: boolean;
  readonly helpOpen: boolean;
  readonly onHelp: () => void;
}

/** Where you are, what the cluster agrees on, whether it is still correct. */
export function TopBar({ compact, helpOpen, onHelp }: TopBarProps) {
  const title = useView((state) => state.scenario.title);
  return (
    <header className="bar">
      <Brand compact={compact} />
      {compact ? null : <span className="scenario cut-short">{title}</span>}
      <Facts compact={compact} />
      <SafetyChip compact={compact} />
      {compact ? <Menu onHelp={onHelp} /> : <Tools helpOpen={helpOpen} onHelp={onHelp} />}
    </header>
  );
}

function Tools({ helpOpen, onHelp }: { helpOpen: boolean; onHelp: () => void }) {
  const { dispatch } = usePage();
  return (
    <div className="end">
      <SeedButton />
      <button
        type="button"
        className="button bare"
        onClick={() => dispatch({ kind: "share", what: "link" })}
      >
        <Icon name="share" /> Share
      </button>
      <ThemeToggle />
      <button
        type="button"
        className="button bare icon-only"
        aria-label="Help"
        aria-expanded={helpOpen}
        title="Keys and legend  ?"
        onClick={onHelp}
      >
        <Icon name="help" />
      </button>
    </div>
  );
}

/** The same behind one button, where there is no room for more. */
function Menu({ onHelp }: { onHelp: () => void }) {
  const { dispatch } = usePage();
  const seed = useView((state) => state.scenario.seed);
  return (
    <Popover label="Menu" side="end-side" className="icon-only" button={<Icon name="menu" />}>
      {(close) => (
        <div className="menu-sheet">
          <SeedForm seed={seed} close={close} />
          <button
            type="button"
            className="button bare"
            onClick={() => {
              dispatch({ kind: "share", what: "link" });
              close();
            }}
          >
            <Icon name="share" /> Share
          </button>
          <ThemeToggle words />
          <button
            type="button"
            className="button bare"
            onClick={() => {
              onHelp();
              close();
            }}
          >
            <Icon name="help" /> Help
          </button>
        </div>
      )}
    </Popover>
  );
}
