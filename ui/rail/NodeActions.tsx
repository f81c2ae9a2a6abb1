import type { Command } from "../command/command.ts";
import { cutCommands, processCommands } from "../command/processCommands.ts";
import { askFor } from "../gesture/asked.ts";
import { NodePill } from "../glyph/NodePill.tsx";
import type { PageState } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";

/** The three things that are done to a node most; its menu has all. */
export function NodeActions() {
  const { store } = usePage();
  const name = useView((state) => state.selectedNode);
  useView(situation);
  const commands = railCommands(store.getState());
  return (
    <section className="actions" aria-label={`Actions on ${name}`}>
      <h2>
        <NodePill node={name} /> <span className="small quiet">selected</span>
      </h2>
      <div className="buttons">
        {commands.map((command) => (
          <Action key={command.id} command={command} />
        ))}
        <button
          type="button"
          className="button spread"
          aria-label={`More actions on ${name}`}
          aria-haspopup="menu"
          onClick={({ currentTarget }) => {
            const at = currentTarget.getBoundingClientRect();
            askFor({ kind: "menu", ref: `node:${name}`, at });
          }}
        >
          More <span className="quiet">…</span>
        </button>
      </div>
    </section>
  );
}

/** Power on or off, whichever there is to do; an election; its links. */
function railCommands(state: PageState): readonly Command[] {
  const node = state.world?.nodes[state.selectedNode];
  if (node === undefined) return [];
  const power = node.process === "running" ? "kill" : "restart";
  return [...processCommands(node), ...cutCommands(node, state)].filter(({ id }) =>
    [power, "timeOut", "cut"].some((kind) => id === `${kind}:${node.name}`),
  );
}

/** Changes with what the buttons say. */
function situation({ world, selectedNode }: PageState): string {
  const node = world?.nodes[selectedNode];
  const cut = world?.cuts.some(({ nodes }) => nodes.includes(selectedNode));
  return `${node?.process} ${node?.isPaused} ${cut}`;
}

function Action({ command }: { command: Command }) {
  const { dispatch } = usePage();
  const { name, short, key, refusal, does } = command;
  return (
    <button
      type="button"
      className="button spread"
      aria-label={name}
      title={refusal ?? name}
      {...(key === undefined ? {} : { "aria-keyshortcuts": key })}
      disabled={refusal !== null}
      onClick={() => {
        for (const deed of does) if (deed.kind === "intent") dispatch(deed.intent);
      }}
    >
      {short}
      {key === undefined ? null : <kbd>{key}</kbd>}
    </button>
  );
}
