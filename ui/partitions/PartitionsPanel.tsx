import type { PartitionView } from "@chronik/core/view";
import { useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";
import { Matrix } from "./Matrix.tsx";
import { ProduceForm } from "./ProduceForm.tsx";
import { Replicas } from "./Replicas.tsx";
import { Requests } from "./Requests.tsx";
import { selectPartition } from "./selectPartition.ts";

const NO_PARTITIONS: readonly string[] = [];

/** Who holds which partition, what the selected one holds, and what clients asked. */
export function PartitionsPanel() {
  const names = useView((state) => state.world?.partitionNames ?? NO_PARTITIONS);
  const selected = useView(selectPartition);
  return (
    <section className="partitions" aria-label="Partitions">
      <div className="panel-head">
        <h2>Partitions</h2>
        <Health />
      </div>
      {names.length === 0 ? (
        <p className="quiet">No topic yet. It is created once a controller leads.</p>
      ) : (
        <div className="matrix-row">
          <Matrix names={names} />
          {selected === null ? null : <Facts partition={selected} />}
        </div>
      )}
      {selected === null ? null : <Replicas partition={selected} />}
      <Requests />
      {selected === null ? null : <ProduceForm partition={selected} names={names} />}
    </section>
  );
}

function Facts({ partition }: { partition: PartitionView }) {
  const isr = partition.isr.map((name) => name.slice(1)).join(", ");
  return (
    <dl className="facts-list">
      <div>
        <dt>Partition</dt>
        <dd>{partition.name}</dd>
      </div>
      <div>
        <dt>ISR</dt>
        <dd className={partition.underReplicated ? "tone-bad" : ""}>{`{${isr}}`}</dd>
      </div>
      <div>
        <dt>Min ISR</dt>
        <dd className={partition.belowMinIsr ? "tone-bad" : ""}>{partition.minInsyncReplicas}</dd>
      </div>
      <div>
        <dt>Leader epoch</dt>
        <dd>{partition.leaderEpoch}</dd>
      </div>
    </dl>
  );
}

/** Counts what is wrong; says nothing when nothing is. */
function Health() {
  const under = useView((state) => count(state, (partition) => partition.underReplicated));
  const offline = useView((state) => count(state, (partition) => partition.offline));
  const down = useView((state) =>
    count(state, (partition) => !partition.offline && !partition.leaderAlive),
  );
  const below = useView((state) => count(state, (partition) => partition.belowMinIsr));
  return (
    <>
      {under > 0 ? <span className="small quiet">{under} under-replicated</span> : null}
      {below > 0 ? <span className="small tone-bad">{below} below min ISR</span> : null}
      {down > 0 ? <span className="small tone-bad">{down} leader down</span> : null}
      {offline > 0 ? <span className="small tone-bad">{offline} offline</span> : null}
    </>
  );
}

function count(state: PageState, test: (partition: PartitionView) => boolean): number {
  return Object.values(state.world?.partitions ?? {}).filter(test).length;
}
