import type { Command } from "../command/command.ts";
import { draftCommands } from "../command/draftCommands.ts";
import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";

/** How the cut that is being drawn is ended, for who has no keys. */
export function CutBar({ onPerform }: { onPerform: (command: Command) => void }) {
  const { store } = usePage();
  const draft = useView((state) => state.cutDraft);
  if (draft === null) return null;
  const ends = draftCommands(store.getState()).filter(
    ({ key }) => key === "Enter" || key === "Escape",
  );
  return (
    <section className="cut-bar" aria-label="Cut">
      <Icon name="scissors" />
      <p className="small">Choose the nodes to cut off.</p>
      {ends.map((command) => (
        <button
          key={command.id}
          type="button"
          className="button"
          aria-keyshortcuts={command.key}
          title={command.refusal ?? command.name}
          disabled={command.refusal !== null}
          onClick={() => onPerform(command)}
        >
          {command.name} <kbd>{command.key === "Escape" ? "Esc" : command.key}</kbd>
        </button>
      ))}
    </section>
  );
}
