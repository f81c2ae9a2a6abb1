import { NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import type { PartitionMetadata } from "../../metadata/clusterMetadata.ts";
import { nodeName } from "./checker.ts";
import type { Rule } from "./checker.ts";

/**
 * What the metadata must say of a partition (LeaderInIsr of Kafka's TLA+ models): whoever leads has
 * all that is committed, and somebody always has. Epochs only grow, for all fencing rests on them.
 */
export class LeaderInSync {
  readonly rule: Rule = {
    name: "The leader is in sync",
    meaning:
      "A partition's leader is in its ISR, the ISR is of its replicas, and epochs only grow.",
  };

  /** `node` has applied `after`, which took the place of `before`; null if that is a new partition. */
  check(node: NodeId, before: PartitionMetadata | null, after: PartitionMetadata): string | null {
    const problem = stateProblem(after) ?? (before && epochProblem(before, after));
    if (problem === null) return null;
    const { topic, partition } = after;
    return `By what ${nodeName(node)} has applied, ${partitionKey(topic, partition)} ${problem}.`;
  }
}

function stateProblem({ leader, leaderEpoch, isr, replicas }: PartitionMetadata): string | null {
  if (isr.length === 0) return `has nobody in its ISR in epoch ${leaderEpoch}`;
  const stranger = isr.find((member) => !replicas.includes(member));
  if (stranger !== undefined) {
    const kept = replicas.map(nodeName).join(" ");
    return `has ${nodeName(stranger)} in its ISR, and is kept by ${kept}`;
  }
  if (leader === NO_NODE || isr.includes(leader)) return null;
  const inSync = isr.map(nodeName).join(" ");
  return `is led by ${nodeName(leader)} in epoch ${leaderEpoch}, and its ISR is ${inSync}`;
}

function epochProblem(before: PartitionMetadata, after: PartitionMetadata): string | null {
  if (after.leaderEpoch < before.leaderEpoch) {
    return `went from leader epoch ${before.leaderEpoch} back to ${after.leaderEpoch}`;
  }
  if (after.leader !== before.leader && after.leaderEpoch === before.leaderEpoch) {
    const from = nodeName(before.leader);
    return `went from leader ${from} to ${nodeName(after.leader)} within epoch ${after.leaderEpoch}`;
  }
  if (after.partitionEpoch >= before.partitionEpoch) return null;
  return `went from partition epoch ${before.partitionEpoch} back to ${after.partitionEpoch}`;
}
