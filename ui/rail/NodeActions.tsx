import { NodePill } from "../glyph/NodePill.tsx";
import { usePage, useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";
import { isCut } from "./isCut.ts";

/** What a person can do to the selected node. */
export function NodeActions() {
  const { dispatch } = usePage();
  const node = useView((state) => state.selectedNode);
  const running = useView((state) => state.world?.nodes[state.selectedNode]?.process === "running");
  const known = useView((state) => state.world?.nodes[state.selectedNode] !== undefined);
  const cut = useView((state) => isCut(state, state.selectedNode));
  const someRun = useView((state) => hasNode(state, true));
  const someDown = useView((state) => hasNode(state, false));
  return (
    <section className="actions" aria-label={`Actions on ${node}`}>
      <h2>
        <NodePill node={node} /> <span className="small quiet">selected</span>
      </h2>
      <div className="buttons">
        <Action
          label={`Cut power of ${node}`}
          text="Cut power"
          shortcut="K"
          disabled={!running}
          onClick={() => dispatch({ kind: "kill", node })}
        />
        <Action
          label={`Restart ${node}`}
          text="Restart"
          shortcut="R"
          disabled={!known || running}
          onClick={() => dispatch({ kind: "restart", node })}
        />
        <Action
          label={`Time out ${node}`}
          text="Time out"
          shortcut="T"
          disabled={!running}
          onClick={() => dispatch({ kind: "timeOut", node })}
        />
        <Action
          label={cut ? `Heal links of ${node}` : `Cut links of ${node}`}
          text={cut ? "Heal links" : "Cut links"}
          shortcut="P"
          disabled={!known}
          onClick={() => dispatch({ kind: cut ? "heal" : "cut", node })}
        />
        <Action
          label="Power cut for all nodes"
          text="Power cut"
          disabled={!someRun}
          onClick={() => dispatch({ kind: "powerCut" })}
        />
        <Action
          label="Power on for all nodes"
          text="Power on"
          disabled={!someDown}
          onClick={() => dispatch({ kind: "powerOn" })}
        />
      </div>
    </section>
  );
}

function hasNode({ world }: PageState, running: boolean): boolean {
  return Object.values(world?.nodes ?? {}).some(
    ({ process }) => (process === "running") === running,
  );
}

interface ActionProps {
  readonly label: string;
  readonly text: string;
  readonly shortcut?: string;
  readonly disabled: boolean;
  readonly onClick: () => void;
}

function Action({ label, text, shortcut, disabled, onClick }: ActionProps) {
  return (
    <button
      type="button"
      className="button spread"
      aria-label={label}
      {...(shortcut === undefined ? {} : { "aria-keyshortcuts": shortcut })}
      disabled={disabled}
      onClick={onClick}
    >
      {text}
      {shortcut === undefined ? <span className="quiet">all</span> : <kbd>{shortcut}</kbd>}
    </button>
  );
}
