import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { isAlive } from "../metadata/index.ts";
import type {
  ClusterMetadata,
  CompleteReassignment,
  PartitionMetadata,
  SetPartitionLeader,
  UpdateIsr,
} from "../metadata/index.ts";

/**
 * What a partition in mode "isr" needs next, as a function of the committed state alone, so that a
 * new controller concludes what the one before it did. Null: nothing, or nothing that can be done.
 * A partition in mode "raft" elects its leader itself.
 */
export function nextForPartition(
  metadata: ClusterMetadata,
  of: PartitionMetadata,
): SetPartitionLeader | UpdateIsr | CompleteReassignment | null {
  if (of.group !== 0) return null;
  if (!isAlive(metadata, of.leader)) return nextLeader(metadata, of);
  return withoutTheDead(metadata, of) ?? finishedMove(of);
}

/** Leadership goes back to the first replica, if that is alive and has all that is committed. */
export function preferredLeader(
  metadata: ClusterMetadata,
  of: PartitionMetadata,
): SetPartitionLeader | null {
  const preferred = of.replicas[0];
  if (of.group !== 0 || preferred === undefined || preferred === of.leader) return null;
  if (!of.isr.includes(preferred) || !isAlive(metadata, preferred)) return null;
  return leadBy(of, preferred, false);
}

/** Next epoch of a partition: the controller's word, or that of a leader that has started again. */
export function leadBy(
  of: PartitionMetadata,
  leader: NodeId,
  unclean: boolean,
): SetPartitionLeader {
  return { kind: "setPartitionLeader", ...seenEpochs(of), leader, unclean };
}

/**
 * The first live member of the ISR in replica order leads. Without one the partition is offline, for
 * anybody else may lack what was acknowledged, unless its topic would rather lose that.
 */
function nextLeader(metadata: ClusterMetadata, of: PartitionMetadata): SetPartitionLeader | null {
  const alive = of.replicas.filter((replica) => isAlive(metadata, replica));
  const heir = alive.find((replica) => of.isr.includes(replica));
  if (heir !== undefined) return leadBy(of, heir, false);
  // One that a reassignment has only begun to fill would lose most.
  const stranger = alive.find((replica) => !of.addingReplicas.includes(replica)) ?? alive[0];
  const isUnclean = metadata.topics.get(of.topic)?.config.uncleanLeaderElection === true;
  if (isUnclean && stranger !== undefined) return leadBy(of, stranger, true);
  return of.leader === NO_NODE ? null : leadBy(of, NO_NODE, false);
}

/** Nobody waits for a follower whose session has ended (KIP-841). */
function withoutTheDead(metadata: ClusterMetadata, of: PartitionMetadata): UpdateIsr | null {
  if (of.isr.every((node) => isAlive(metadata, node))) return null;
  const isr = of.isr.filter((node) => isAlive(metadata, node));
  const brokerEpochs = isr.map((node) => metadata.nodes.get(node)?.brokerEpoch ?? 0);
  return { kind: "updateIsr", ...seenEpochs(of), isr, brokerEpochs };
}

/** A reassignment is over once all that are to keep the partition are in sync (KIP-455). */
function finishedMove(of: PartitionMetadata): CompleteReassignment | null {
  if (of.addingReplicas.length === 0) return null;
  const isDone = targetOf(of).every((replica) => of.isr.includes(replica));
  return isDone ? { kind: "completeReassignment", ...seenEpochs(of) } : null;
}

/** Who is to keep a partition: its replicas once a reassignment is over. */
export function targetOf({ replicas, removingReplicas }: PartitionMetadata): readonly NodeId[] {
  if (removingReplicas.length === 0) return replicas;
  return replicas.filter((replica) => !removingReplicas.includes(replica));
}

/** What a command has to say of the record that it rests on (KIP-497). */
export function seenEpochs(of: PartitionMetadata) {
  const { topic, partition, leaderEpoch, partitionEpoch } = of;
  return { topic, partition, leaderEpoch, partitionEpoch };
}
