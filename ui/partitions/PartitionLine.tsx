import type { LossView, PartitionView } from "@chronik/core/view";
import { useView } from "../pageContext.ts";
import { nodeSet } from "./partitionText.ts";

/** The selected partition in one line: what the cluster has agreed on about it. */
export function PartitionLine({ partition }: { partition: PartitionView }) {
  const { isr, replicas, proposedIsr, minInsyncReplicas, mode, belowMinIsr, underReplicated } =
    partition;
  const losses = useView((state) => state.world?.losses ?? NO_LOSSES);
  const lost = losses.filter((one) => one.partition === partition.name);
  const tone = belowMinIsr ? "tone-bad" : underReplicated ? "tone-warn" : "";
  const { addingReplicas, removingReplicas, uncleanLossCount } = partition;
  return (
    <p className="partition-line small">
      <b>{partition.name}</b>
      <span className={tone}>
        ISR {nodeSet(isr)}
        {isr.length === replicas.length ? "" : ` of ${nodeSet(replicas)}`}
        {proposedIsr === null ? "" : `, proposed ${nodeSet(proposedIsr)}`}
      </span>
      {mode === "raft" ? (
        <span>a Raft group</span>
      ) : (
        <span className={belowMinIsr ? "tone-bad" : "quiet"}>min {minInsyncReplicas}</span>
      )}
      <span className="quiet">leader epoch {partition.leaderEpoch}</span>
      <span className="quiet">partition epoch {partition.partitionEpoch}</span>
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
    </p>
  );
}

const NO_LOSSES: readonly LossView[] = [];
