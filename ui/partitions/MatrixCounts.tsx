import type { PageState } from "../page.ts";
import { useView } from "../pageContext.ts";
import type { MatrixLook } from "./Matrix.tsx";

/** How many partitions each broker leads, and of how many it has a copy. */
export function MatrixCounts({ x, look }: { x: number; look: MatrixLook }) {
  const counts = useView(({ world }) => brokerCounts(world)).split(" ");
  const text = look.row < 16 ? "t-m" : "t-2";
  return (
    <g>
      <text className="t-m end" x={x - 40} y="8">
        leads
      </text>
      <text className="t-m end" x={x} y="8">
        copies
      </text>
      {look.nodes.map((node, at) => {
        const y = look.head + at * look.row + look.row / 2;
        const [leads, copies] = (counts[at] ?? "").split("/");
        return (
          <g key={node}>
            <text className={`${text} end`} x={x - 40} y={y}>
              {leads}
            </text>
            <text className={`${text} end`} x={x} y={y}>
              {copies}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** "4/5 1/5 1/5": a text, so that it is the same one while nothing changed. */
function brokerCounts(world: PageState["world"]): string {
  const names = world?.nodeNames ?? [];
  const leads = new Map<string, number>();
  const copies = new Map<string, number>();
  for (const name of world?.partitionNames ?? []) {
    const partition = world?.partitions[name];
    if (partition === undefined) continue;
    if (partition.leader !== null) add(leads, partition.leader);
    for (const node of partition.replicas) add(copies, node);
  }
  return names.map((name) => `${leads.get(name) ?? 0}/${copies.get(name) ?? 0}`).join(" ");
}

function add(counts: Map<string, number>, node: string): void {
  counts.set(node, (counts.get(node) ?? 0) + 1);
}
