import type { LossView, PartitionView } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";
import { nodeSet } from "./partitionText.ts";

const NO_LOSSES: readonly LossView[] = [];

/** The selected partition in one line: what the cluster has agreed on about it. */
export function PartitionLine({ partition }: { partition: PartitionView }) {
  const { dispatch } = usePage();
  const { isr, minInsyncReplicas, mode, belowMinIsr, underReplicated } = partition;
  const losses = useView((state) => state.world?.losses ?? NO_LOSSES);
  const lost = losses.filter((one) => one.partition === partition.name);
  const tone = belowMinIsr ? "tone-bad" : underReplicated ? "tone-warn" : "quiet";
  const { addingReplicas, removingReplicas, uncleanLossCount } = partition;
  return (
    <p className="partition-line small">
      <b data-ref={`partition:${partition.name}`} title={agreedText(partition)}>
        {partition.name}
      </b>
      <span className={tone}>
        ISR {nodeSet(isr)}
        <Proposed partition={partition} />
        {mode === "raft" ? "; a Raft group" : `; min ISR ${minInsyncReplicas}`}
      </span>
      {partition.offline ? <span className="tone-bad">offline: nobody can lead</span> : null}
      {addingReplicas.length > 0 ? <span>adding {nodeSet(addingReplicas)}</span> : null}
      {removingReplicas.length > 0 ? <span>removing {nodeSet(removingReplicas)}</span> : null}
      {partition.uncleanElection ? <span className="quiet">unclean election allowed</span> : null}
      {uncleanLossCount > 0 ? <span className="tone-bad">it lost {uncleanLossCount}</span> : null}
      {lost.length > 0 ? (
        <span className="tone-bad cut-short" title={lost.map(({ text }) => text).join("\n")}>
          {lost.length} lost: {lost.map(({ value }) => value).join(", ")}
        </span>
      ) : null}
      <button
        type="button"
        className="link read"
        title={`Reads the last records of ${partition.name} as a client does`}
        onClick={() => {
          const { topic } = partition;
          dispatch({ kind: "consume", topic, partition: partition.partition });
        }}
      >
        Read back
      </button>
    </p>
  );
}

/** ", proposed {2, 3} in entry 20". */
function Proposed({ partition }: { partition: PartitionView }) {
  const { proposedIsr, proposedInEntry } = partition;
  if (proposedIsr === null) return null;
  return (
    <>
      , proposed {nodeSet(proposedIsr)}
      {proposedInEntry === null ? null : (
        <>
          {" "}
          in <span data-ref={`entry:${proposedInEntry}`}>entry {proposedInEntry}</span>
        </>
      )}
    </>
  );
}

/** What is agreed on besides: too much for one line. */
function agreedText(partition: PartitionView): string {
  const { name, replicas, leaderEpoch, partitionEpoch } = partition;
  return (
    `${name}: replicas ${nodeSet(replicas)}, ` +
    `leader epoch ${leaderEpoch}, partition epoch ${partitionEpoch}`
  );
}
