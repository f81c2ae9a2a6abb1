import { useView } from "../pageContext.ts";
import { Crown } from "./Crown.tsx";

/** A node's name at the head of a row of a drawing, with a crown while it leads. */
export function NodeTag({ node, y }: { node: string; y: number }) {
  const selected = useView((state) => state.selectedNode === node);
  const down = useView((state) => state.world?.nodes[node]?.process !== "running");
  const leads = useView((state) => state.world?.summary.leader === node);
  const ink = selected ? "fill-inverse" : down ? "fill-ink-2" : "fill-ink";
  return (
    <g>
      {selected ? (
        <rect className="fill-ink" x="0" y={y - 8} width="24" height="16" rx="4" />
      ) : null}
      <text className={`t-s middle ${ink}`} x="12" y={y + 0.5}>
        {node}
      </text>
      {leads ? <Crown x={31.5} y={y + 4} small /> : null}
    </g>
  );
}
