import { assert } from "../base/assert.ts";
import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, PartitionEpoch } from "../base/ids.ts";
import { isAlive, isMember, partitionKey } from "./clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey, PartitionMetadata } from "./clusterMetadata.ts";
import type {
  AssignPartition,
  CompleteReassignment,
  ReassignPartition,
  ReportPartitionLeader,
  SetPartitionLeader,
  UpdateIsr,
} from "./command.ts";
import { changed, isCountFrom, noOp } from "./commandApplied.ts";
import type { CommandApplied } from "./commandApplied.ts";
import { replicasProblem } from "./topicCommands.ts";

export function assignPartition(state: ClusterMetadata, command: AssignPartition): CommandApplied {
  const { topic, partition, replicas } = command;
  const key = partitionKey(topic, partition);
  const known = state.topics.get(topic);
  if (known === undefined) return noOp(state, `topic ${topic} does not exist`);
  if (!isCountFrom(0, partition) || partition >= known.partitionCount) {
    return noOp(state, `topic ${topic} has no partition ${partition}`);
  }
  if (state.partitions.has(key)) return noOp(state, `${key} is assigned already`);
  const problem = replicasProblem(state, key, replicas, known.replicationFactor);
  if (problem !== null) return noOp(state, problem);
  const leader = replicas[0];
  assert(leader !== undefined, "a topic has a replication factor of 1 or more");
  const isRaft = known.config.replicationMode === "raft";
  const nextGroup = isRaft ? state.nextGroup + 1 : state.nextGroup;
  return changePartition({ ...state, nextGroup }, key, {
    topic,
    partition,
    replicas,
    addingReplicas: [],
    removingReplicas: [],
    group: isRaft ? state.nextGroup : 0,
    leader,
    leaderEpoch: 0 as LeaderEpoch,
    isr: replicas,
    partitionEpoch: 0 as PartitionEpoch,
  });
}

export function setPartitionLeader(
  state: ClusterMetadata,
  command: SetPartitionLeader,
): CommandApplied {
  return changeAsSeen(state, command, (current, key) => {
    const { leader, unclean } = command;
    const { isr, topic, leaderEpoch } = current;
    const elected = { ...current, leader, leaderEpoch: (leaderEpoch + 1) as LeaderEpoch };
    const heir = isr.find((node) => isAlive(state, node));
    if (leader === NO_NODE) {
      if (current.leader === NO_NODE) return `${key} is offline already`;
      return heir === undefined ? elected : `node ${heir} can lead ${key}`;
    }
    if (!current.replicas.includes(leader)) return `node ${leader} holds no replica of ${key}`;
    if (!isMember(state, leader)) return `node ${leader} is not a member`;
    if (!isAlive(state, leader)) return `node ${leader} is fenced`;
    if (isr.includes(leader)) return elected;
    // A leader from outside the ISR may lack what was acknowledged (Kafka: unclean election).
    if (!unclean) return `node ${leader} is not in the ISR`;
    if (state.topics.get(topic)?.config.uncleanLeaderElection !== true) {
      return `topic ${topic} takes its leaders from the ISR only`;
    }
    return heir === undefined ? { ...elected, isr: [leader] } : `node ${heir} can lead ${key}`;
  });
}

export function updateIsr(state: ClusterMetadata, command: UpdateIsr): CommandApplied {
  return changeAsSeen(state, command, (current, key) => {
    const { leader, replicas } = current;
    const proposed = new Set(command.isr);
    if (leader === NO_NODE) return `${key} is offline`;
    if (!proposed.has(leader)) return `an ISR of ${key} must hold its leader, node ${leader}`;
    const problem = isrProblem(state, command, current, key);
    if (problem !== null) return problem;
    const isr = replicas.filter((replica) => proposed.has(replica));
    if (isr.join() === current.isr.join()) return `the ISR of ${key} is that already`;
    return { ...current, isr };
  });
}

function isrProblem(
  state: ClusterMetadata,
  { isr, brokerEpochs }: UpdateIsr,
  current: PartitionMetadata,
  key: PartitionKey,
): string | null {
  if (brokerEpochs.length !== isr.length) {
    return `an ISR of ${isr.length} needs as many broker epochs, not ${brokerEpochs.length}`;
  }
  for (const [at, node] of isr.entries()) {
    if (!current.replicas.includes(node)) return `node ${node} holds no replica of ${key}`;
    const known = state.nodes.get(node);
    if (known?.state !== "member") return `node ${node} is not a member`;
    // What a broker had before it started again says nothing about what it has now (KIP-903).
    if (known.brokerEpoch !== brokerEpochs[at]) {
      return `broker epoch of node ${node} is ${known.brokerEpoch}, not ${brokerEpochs[at]}`;
    }
    // One that is in the ISR may stay, so that the ISR can do without another one (KIP-841).
    if (known.isFenced && !current.isr.includes(node)) return `node ${node} is fenced`;
  }
  return null;
}

/** The group has elected already: its term is proof enough, whatever the proposer saw here. */
export function reportPartitionLeader(
  state: ClusterMetadata,
  command: ReportPartitionLeader,
): CommandApplied {
  const { leader, leaderEpoch } = command;
  const key = partitionKey(command.topic, command.partition);
  const current = state.partitions.get(key);
  if (current === undefined) return noOp(state, `${key} is not assigned`);
  if (current.group === 0) return noOp(state, `${key} is not kept by a Raft group`);
  if (!isCountFrom(current.leaderEpoch + 1, leaderEpoch)) {
    return noOp(state, `leader epoch is ${current.leaderEpoch}, and ${leaderEpoch} is not later`);
  }
  const isr = current.replicas.filter((replica) => isMember(state, replica));
  if (!isr.includes(leader)) return noOp(state, `node ${leader} keeps no replica of ${key}`);
  const partitionEpoch = (current.partitionEpoch + 1) as PartitionEpoch;
  return changePartition(state, key, { ...current, leader, leaderEpoch, isr, partitionEpoch });
}

/**
 * Compare and set (KIP-497): a proposer that saw other epochs than these must look again. `change`
 * gives the changed record, or why there is none; the partition epoch grows with every change.
 */
export function changeAsSeen(
  state: ClusterMetadata,
  seen: SetPartitionLeader | UpdateIsr | ReassignPartition | CompleteReassignment,
  change: (current: PartitionMetadata, key: PartitionKey) => PartitionMetadata | string,
): CommandApplied {
  const key = partitionKey(seen.topic, seen.partition);
  const current = state.partitions.get(key);
  if (current === undefined) return noOp(state, `${key} is not assigned`);
  if (current.group !== 0) return noOp(state, `${key} is kept by Raft group ${current.group}`);
  if (seen.leaderEpoch !== current.leaderEpoch) {
    return noOp(state, `leader epoch is ${current.leaderEpoch}, not ${seen.leaderEpoch}`);
  }
  if (seen.partitionEpoch !== current.partitionEpoch) {
    return noOp(state, `partition epoch is ${current.partitionEpoch}, not ${seen.partitionEpoch}`);
  }
  const changedTo = change(current, key);
  if (typeof changedTo === "string") return noOp(state, changedTo);
  const partitionEpoch = (current.partitionEpoch + 1) as PartitionEpoch;
  return changePartition(state, key, { ...changedTo, partitionEpoch });
}

function changePartition(
  state: ClusterMetadata,
  key: PartitionKey,
  partition: PartitionMetadata,
): CommandApplied {
  const { isr, leader } = partition;
  assert(isr.length > 0, `somebody is in the ISR of ${key}`);
  assert(leader === NO_NODE || isr.includes(leader), `the ISR of ${key} holds its leader`);
  const partitions = new Map(state.partitions).set(key, partition);
  return changed({ ...state, partitions }, [key]);
}
