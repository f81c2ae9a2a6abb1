import type { PartitionView } from "@chronik/core/view";
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

/** Who holds which partition, what the selected one holds, and what clients asked. */
export function PartitionsPanel({ head }: PanelProps) {
  const names = useView((state) => state.world?.partitionNames ?? NO_PARTITIONS);
  const selected = useView(selectPartition);
  return (
    <section className="partitions" aria-label="Partitions">
      <div className="panel-head">
        {head}
        <Health />
      </div>
      {names.length === 0 ? (
        <p className="quiet">No topic yet. It is created once a controller leads.</p>
      ) : (
        <Matrix names={names} />
      )}
      {selected === null ? null : (
        <>
          <PartitionLine partition={selected} />
          <Replicas partition={selected} />
        </>
      )}
      <Requests />
      {selected === null ? null : <ProduceForm partition={selected} names={names} />}
    </section>
  );
}

/** Counts what is wrong, the worst first; says nothing when nothing is. */
function Health() {
  const offline = useView((state) => count(state, (partition) => partition.offline));
  const down = useView((state) =>
    count(state, (partition) => !partition.offline && !partition.leaderAlive),
  );
  const below = useView((state) => count(state, (partition) => partition.belowMinIsr));
  const under = useView((state) => count(state, (partition) => partition.underReplicated));
  const words = [
    offline > 0 ? `${offline} offline` : "",
    down > 0 ? `${down} leader down` : "",
    below > 0 ? `${below} below min ISR` : "",
    under > 0 ? `${under} under-replicated` : "",
  ].filter((text) => text !== "");
  const isBad = offline + down + below > 0;
  return (
    <span className={`small end cut-short ${isBad ? "tone-bad" : "quiet"}`}>
      {words.join(", ")}
    </span>
  );
}

function count(state: PageState, test: (partition: PartitionView) => boolean): number {
  return Object.values(state.world?.partitions ?? {}).filter(test).length;
}
