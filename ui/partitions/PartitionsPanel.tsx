import { useLook } from "../look.ts";
import type { PageState } from "../page.ts";
import { useView } from "../pageContext.ts";
import { Matrix } from "./Matrix.tsx";
import { PartitionLine } from "./PartitionLine.tsx";
import { ProduceForm } from "./ProduceForm.tsx";
import { Replicas } from "./Replicas.tsx";
import { Requests } from "./Requests.tsx";
import { selectPartition } from "./selectPartition.ts";
import type { PanelProps } from "./SidePanel.tsx";

const NO_PARTITIONS: readonly string[] = [];
/** With more of them everything stands closer, so that what clients asked stays in sight. */
const ROOMY_NODES_MAX = 5;

/** Who holds which partition, what the selected one holds, and what clients asked. */
export function PartitionsPanel({ head, focusWanted }: PanelProps & { focusWanted: number }) {
  const names = useView((state) => state.world?.partitionNames ?? NO_PARTITIONS);
  const hasSelected = useView((state) => selectPartition(state) !== null);
  const isClose = useView((state) => (state.world?.nodeNames.length ?? 0) > ROOMY_NODES_MAX);
  return (
    <section className={isClose ? "partitions close" : "partitions"} aria-label="Partitions">
      <div className="panel-head">
        {head}
        <Health />
      </div>
      {names.length === 0 ? (
        <p className="quiet">No topic yet. It is created once a controller leads.</p>
      ) : (
        <Matrix names={names} />
      )}
      <Selected row={isClose ? 16 : 18} />
      <Requests />
      {hasSelected ? <ProduceForm names={names} focusWanted={focusWanted} /> : null}
    </section>
  );
}

/** It changes with every record; the matrix and the form do not. */
function Selected({ row }: { row: number }) {
  const partition = useView(selectPartition);
  useLook("partition", partition?.name ?? null);
  if (partition === null) return null;
  return (
    <>
      <PartitionLine partition={partition} />
      <Replicas partition={partition} row={row} />
    </>
  );
}

/** Counts what is wrong, the worst last, where the eye stops; says nothing when nothing is. */
function Health() {
  const under = useView(({ world }) => healthCounts(world).under);
  const bad = useView(({ world }) => badText(world));
  return (
    <>
      <span className="small quiet end cut-short">
        {under === 0 ? "" : `${under} under-replicated`}
      </span>
      {bad === "" ? null : <span className="small tone-bad cut-short">{bad}</span>}
    </>
  );
}

interface HealthCounts {
  readonly offline: number;
  readonly leaderless: number;
  readonly below: number;
  readonly under: number;
}

function healthCounts(world: PageState["world"]): HealthCounts {
  const counts = { offline: 0, leaderless: 0, below: 0, under: 0 };
  for (const name of world?.partitionNames ?? NO_PARTITIONS) {
    const partition = world?.partitions[name];
    if (partition === undefined) continue;
    if (partition.offline) counts.offline++;
    else if (!partition.leaderAlive) counts.leaderless++;
    if (partition.belowMinIsr) counts.below++;
    if (partition.underReplicated) counts.under++;
  }
  return counts;
}

function badText(world: PageState["world"]): string {
  const { offline, leaderless, below } = healthCounts(world);
  const words = [
    offline > 0 ? `${offline} offline` : "",
    leaderless > 0 ? `${leaderless} leader down` : "",
    below > 0 ? `${below} below min ISR` : "",
  ];
  return words.filter((text) => text !== "").join(", ");
}
