import type { NodeView } from "@chronik/core/view";
import { NodePill } from "../glyph/NodePill.tsx";
import { usePage, useView } from "../pageContext.ts";

const NO_NODES: readonly string[] = [];

/** Every node as the cluster counts it, and what can be done to the whole. */
export function Nodes() {
  const { dispatch } = usePage();
  const nodes = useView((state) => state.world?.nodeNames ?? NO_NODES);
  return (
    <>
      <table className="facts-table small" aria-label="Nodes">
        <thead>
          <tr>
            <th scope="col">node</th>
            <th scope="col">metadata log</th>
            <th scope="col">broker</th>
            <th scope="col">broker epoch</th>
            <th scope="col">
              <span className="hidden-text">actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {nodes.map((name) => (
            <Row key={name} name={name} />
          ))}
        </tbody>
      </table>
      <div className="buttons-row">
        <button type="button" className="button" onClick={() => dispatch({ kind: "addNode" })}>
          Add a node
        </button>
        <button
          type="button"
          className="button"
          title="Spreads replicas evenly over the members"
          onClick={() => dispatch({ kind: "admin", command: { kind: "rebalance" } })}
        >
          Rebalance
        </button>
        <button
          type="button"
          className="button"
          title="Leadership goes back to the first replica where that is in sync"
          onClick={() =>
            dispatch({ kind: "admin", command: { kind: "electPreferredLeaders", topic: null } })
          }
        >
          Elect preferred leaders
        </button>
      </div>
    </>
  );
}

function Row({ name }: { name: string }) {
  const { dispatch } = usePage();
  const node = useView((state) => state.world?.nodes[name] ?? null);
  if (node === null) return null;
  const isDown = node.process !== "running";
  return (
    <tr>
      <th scope="row">
        <NodePill node={name} />
      </th>
      <td>{node.membership === "outside" ? "no member" : node.membership}</td>
      <td className={isDown || node.isFenced ? "tone-bad" : ""}>{brokerText(node)}</td>
      <td>{node.brokerEpoch}</td>
      <td>
        <button
          type="button"
          className="button small-button"
          aria-label={`Remove node ${name}`}
          title={isDown ? "The cluster goes on without it" : "Cut its power first"}
          disabled={!isDown || node.membership === "outside"}
          onClick={() => dispatch({ kind: "removeNode", node: name })}
        >
          Remove
        </button>
      </td>
    </tr>
  );
}

function brokerText({ process, isFenced }: NodeView): string {
  const power = process === "running" ? "runs" : process === "crashed" ? "no power" : "stopped";
  return isFenced ? `${power}, fenced` : power;
}
