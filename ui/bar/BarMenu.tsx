import { askFor } from "../gesture/asked.ts";
import { Icon } from "../glyph/Icon.tsx";
import type { IconName } from "../glyph/Icon.tsx";
import { ScenarioList } from "./ScenarioList.tsx";
import { SeedForm } from "./SeedForm.tsx";
import type { SheetName } from "./sheets.ts";
import { ThemeToggle } from "./ThemeToggle.tsx";

interface BarMenuProps {
  readonly onSheet: (name: SheetName) => void;
  readonly close: () => void;
}

/** What the bar holds, where there is no room for it. */
export function BarMenu({ onSheet, close }: BarMenuProps) {
  const item = (icon: IconName, text: string, act: () => void) => (
    <button
      type="button"
      className="button bare"
      onClick={() => {
        act();
        close();
      }}
    >
      <Icon name={icon} /> {text}
    </button>
  );
  return (
    <div className="menu-sheet">
      {item("share", "Share", () => onSheet("share"))}
      {item("figures", "Figures", () => onSheet("figures"))}
      {item("legend", "Legend", () => onSheet("legend"))}
      {item("find", "Commands", () => askFor({ kind: "palette", text: "" }))}
      {item("help", "Help", () => onSheet("help"))}
      <ThemeToggle words />
      <ScenarioList close={close} />
      <SeedForm close={close} takesFocus={false} />
    </div>
  );
}
