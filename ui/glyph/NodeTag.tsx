import { useView } from "../pageContext.ts";
import { Crown } from "./Crown.tsx";

interface NodeTagProps {
  readonly node: string;
  readonly y: number;
  /** Less than 16 where rows stand close. */
  readonly height?: number;
}

/** A node's name at the head of a row of a drawing, with a crown while it leads. */
export function NodeTag({ node, y, height = 16 }: NodeTagProps) {
  const selected = useView((state) => state.selectedNode === node);
  const down = useView((state) => state.world?.nodes[node]?.process !== "running");
  const leads = useView((state) => state.world?.summary.leader === node);
  const ink = selected ? "fill-inverse" : down ? "fill-ink-2" : "fill-ink";
  return (
    <g>
      {selected ? (
        <rect className="fill-ink" x="0" y={y - height / 2} width="24" height={height} rx="4" />
      ) : null}
      <text className={`${height < 16 ? "t-ms" : "t-s"} middle ${ink}`} x="12" y={y + 0.5}>
        {node}
      </text>
      {leads ? <Crown x={31.5} y={y + 4} small /> : null}
    </g>
  );
}
