import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../base/ids.ts";
import { isAlive } from "./clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey, PartitionMetadata } from "./clusterMetadata.ts";
import type { CompleteReassignment, ReassignPartition } from "./command.ts";
import type { CommandApplied } from "./commandApplied.ts";
import { changeAsSeen } from "./partitionCommands.ts";
import { replicasProblem } from "./topicCommands.ts";

/**
 * Begins to move a partition to other nodes (KIP-455), or to another order of them. Another
 * reassignment that is under way is given up, so that moving back to where the partition was
 * cancels it.
 */
export function reassignPartition(
  state: ClusterMetadata,
  command: ReassignPartition,
): CommandApplied {
  return changeAsSeen(state, command, (current, key) => {
    const target = command.replicas;
    const replicationFactor = state.topics.get(current.topic)?.replicationFactor ?? 0;
    const origin = without(current.replicas, current.addingReplicas);
    // A node of the origin need not be a member: what fails can be cancelled whoever is gone.
    const problem = replicasProblem(state, key, target, replicationFactor, origin);
    if (problem !== null) return problem;
    const removingReplicas = without(origin, target);
    const replicas = [...target, ...removingReplicas];
    if (replicas.join() === current.replicas.join()) return `${key} is being kept by them already`;
    const addingReplicas = without(target, origin);
    return moved(state, key, { ...current, addingReplicas, removingReplicas }, replicas);
  });
}

/** The replicas that the target lacks go, once all that it has are in sync. */
export function completeReassignment(
  state: ClusterMetadata,
  command: CompleteReassignment,
): CommandApplied {
  return changeAsSeen(state, command, (current, key) => {
    const { replicas, addingReplicas, removingReplicas, isr } = current;
    if (addingReplicas.length === 0) return `${key} is not being reassigned`;
    const target = without(replicas, removingReplicas);
    const behind = target.find((replica) => !isr.includes(replica));
    if (behind !== undefined) return `node ${behind} is not in the ISR of ${key} yet`;
    return moved(state, key, { ...current, addingReplicas: [], removingReplicas: [] }, target);
  });
}

/**
 * The partition with `replicas`, or why it cannot be. Who is none of them leaves the ISR, and the
 * leadership too. The leader epoch grows with each that leaves, so that it is fetched from no more.
 */
function moved(
  state: ClusterMetadata,
  key: PartitionKey,
  current: PartitionMetadata,
  replicas: readonly NodeId[],
): PartitionMetadata | string {
  const isr = replicas.filter((replica) => current.isr.includes(replica));
  if (isr.length === 0) return `no other node has an in-sync copy of ${key}`;
  const stays = current.leader === NO_NODE || isr.includes(current.leader);
  const leader = stays ? current.leader : isr.find((node) => isAlive(state, node));
  if (leader === undefined) return `nobody alive can lead ${key} then`;
  const isSmaller = without(current.replicas, replicas).length > 0;
  const leaderEpoch = (current.leaderEpoch + (isSmaller ? 1 : 0)) as LeaderEpoch;
  return { ...current, replicas, leader, leaderEpoch, isr };
}

function without(nodes: readonly NodeId[], others: readonly NodeId[]): NodeId[] {
  return nodes.filter((node) => !others.includes(node));
}
