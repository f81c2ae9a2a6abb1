import { useView } from "../pageContext.ts";

/** A node's name; the selected one wears ink, in every panel. */
export function NodePill({ node }: { node: string }) {
  const selected = useView((state) => state.selectedNode === node);
  const down = useView((state) => state.world?.nodes[node]?.process !== "running");
  const look = selected ? "selected" : down ? "down" : "";
  return <span className={`node-pill ${look}`}>{node}</span>;
}
