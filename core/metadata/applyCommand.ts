import { assert, unreachable } from "../base/assert.ts";
import type { LeaderEpoch, PartitionEpoch } from "../base/ids.ts";
import { isMember, isTopicName, memberIds, partitionKey } from "./clusterMetadata.ts";
import type {
  ClusterMetadata,
  NodeMetadata,
  PartitionKey,
  PartitionMetadata,
} from "./clusterMetadata.ts";
import type {
  AddNode,
  AdmitNode,
  AssignPartition,
  CreateTopic,
  MetadataCommand,
  RemoveNode,
  SetPartitionLeader,
  UpdateIsr,
} from "./command.ts";

/** What a committed command did. */
export interface CommandApplied {
  /** The very state that was given, when the command changed nothing. */
  readonly state: ClusterMetadata;
  /** Why nothing changed; null when something did. */
  readonly noOpReason: string | null;
  /** The partitions whose records are new. */
  readonly changedPartitions: readonly PartitionKey[];
}

const NO_PARTITIONS: readonly PartitionKey[] = [];

/**
 * The replicated state machine. Pure and total: any command in any state has one result, the same
 * on every node. Committed commands may be stale by the time they are applied, so each is checked
 * here, where all nodes agree on the order, and not only where it was proposed. What a command
 * does not touch keeps its identity.
 */
export function applyCommand(state: ClusterMetadata, command: MetadataCommand): CommandApplied {
  switch (command.kind) {
    case "addNode":
      return addNode(state, command);
    case "removeNode":
      return removeNode(state, command);
    case "admitNode":
      return admitNode(state, command);
    case "createTopic":
      return createTopic(state, command);
    case "assignPartition":
      return assignPartition(state, command);
    case "setPartitionLeader":
      return setPartitionLeader(state, command);
    case "updateIsr":
      return updateIsr(state, command);
    default:
      return unreachable(command);
  }
}

function addNode(state: ClusterMetadata, command: AddNode): CommandApplied {
  const { node, address, generation } = command;
  if (!isCountFrom(1, node)) return noOp(state, `${node} is not a node id`);
  if (!isCountFrom(0, generation)) return noOp(state, `${generation} is not a generation`);
  const current = state.nodes.get(node);
  if (current !== undefined && current.generation !== generation) {
    return noOp(state, `the disk of node ${node} is of generation ${current.generation}`);
  }
  if (current?.state === "removed") return noOp(state, `node ${node} is not admitted`);
  if (current?.state === "member" && current.address === address) {
    return noOp(state, `node ${node} is a member already`);
  }
  return changeNode(state, { node, address, generation, state: "member" });
}

function removeNode(state: ClusterMetadata, { node, generation }: RemoveNode): CommandApplied {
  const current = state.nodes.get(node);
  if (current === undefined) return noOp(state, `node ${node} is not a member`);
  if (current.state === "removed") return noOp(state, `node ${node} is removed already`);
  if (generation !== current.generation + 1) {
    return noOp(state, `the disk of node ${node} is of generation ${current.generation}`);
  }
  const partitions = new Map(state.partitions);
  const changedPartitions: PartitionKey[] = [];
  for (const [key, partition] of state.partitions) {
    if (!partition.replicas.includes(node)) continue;
    if (partition.leader === node) return noOp(state, `node ${node} leads ${key}`);
    changedPartitions.push(key);
    // The epoch grows whether or not the node was in the ISR: no change of it that somebody proposed
    // before may let the node in that has forgotten everything (KIP-903).
    partitions.set(key, {
      ...partition,
      isr: partition.isr.filter((member) => member !== node),
      partitionEpoch: (partition.partitionEpoch + 1) as PartitionEpoch,
    });
  }
  const nodes = new Map(state.nodes).set(node, { ...current, generation, state: "removed" });
  return { state: { ...state, nodes, partitions }, noOpReason: null, changedPartitions };
}

function admitNode(state: ClusterMetadata, { node, generation }: AdmitNode): CommandApplied {
  const current = state.nodes.get(node);
  if (current?.state !== "removed") return noOp(state, `node ${node} is not removed`);
  if (generation !== current.generation) {
    return noOp(state, `the disk of node ${node} must be of generation ${current.generation}`);
  }
  return changeNode(state, { ...current, state: "joining" });
}

function changeNode(state: ClusterMetadata, changed: NodeMetadata): CommandApplied {
  const nodes = new Map(state.nodes).set(changed.node, changed);
  return { state: { ...state, nodes }, noOpReason: null, changedPartitions: NO_PARTITIONS };
}

function createTopic(state: ClusterMetadata, command: CreateTopic): CommandApplied {
  const { topic, partitionCount, replicationFactor, config } = command;
  if (!isTopicName(topic)) return noOp(state, `"${topic}" is not a topic name`);
  if (state.topics.has(topic)) return noOp(state, `topic ${topic} exists already`);
  if (!isCountFrom(1, partitionCount)) return noOp(state, "a topic needs a partition");
  if (!isCountFrom(1, replicationFactor)) return noOp(state, "a partition needs a replica");
  const memberCount = memberIds(state).length;
  if (replicationFactor > memberCount) {
    const members = memberCount === 1 ? "1 node" : `${memberCount} nodes`;
    return noOp(state, `${replicationFactor} replicas need more than ${members}`);
  }
  if (!isCountFrom(1, config.minInsyncReplicas)) {
    return noOp(state, "at least one replica must be in sync");
  }
  const created = { topic, partitionCount, replicationFactor, config };
  const topics = new Map(state.topics).set(topic, created);
  return { state: { ...state, topics }, noOpReason: null, changedPartitions: NO_PARTITIONS };
}

function assignPartition(state: ClusterMetadata, command: AssignPartition): CommandApplied {
  const { topic, partition, replicas } = command;
  const key = partitionKey(topic, partition);
  const known = state.topics.get(topic);
  if (known === undefined) return noOp(state, `topic ${topic} does not exist`);
  if (!isCountFrom(0, partition) || partition >= known.partitionCount) {
    return noOp(state, `topic ${topic} has no partition ${partition}`);
  }
  if (state.partitions.has(key)) return noOp(state, `${key} is assigned already`);
  const leader = replicas[0];
  if (leader === undefined || replicas.length !== known.replicationFactor) {
    return noOp(state, `${key} needs ${known.replicationFactor} replicas, not ${replicas.length}`);
  }
  if (new Set(replicas).size < replicas.length) return noOp(state, "a replica is named twice");
  const stranger = replicas.find((replica) => !isMember(state, replica));
  if (stranger !== undefined) return noOp(state, `node ${stranger} is not a member`);
  return changePartition(state, key, {
    topic,
    partition,
    replicas,
    leader,
    leaderEpoch: 0 as LeaderEpoch,
    isr: replicas,
    partitionEpoch: 0 as PartitionEpoch,
  });
}

function setPartitionLeader(state: ClusterMetadata, command: SetPartitionLeader): CommandApplied {
  const { leader } = command;
  const key = partitionKey(command.topic, command.partition);
  const current = state.partitions.get(key);
  if (current === undefined) return noOp(state, `${key} is not assigned`);
  const stale = staleReason(current, command);
  if (stale !== null) return noOp(state, stale);
  if (!current.replicas.includes(leader)) {
    return noOp(state, `node ${leader} holds no replica of ${key}`);
  }
  // A leader from outside the ISR may lack what was acknowledged (Kafka: unclean election).
  if (!current.isr.includes(leader)) return noOp(state, `node ${leader} is not in the ISR`);
  return changePartition(state, key, {
    ...current,
    leader,
    leaderEpoch: (current.leaderEpoch + 1) as LeaderEpoch,
    partitionEpoch: (current.partitionEpoch + 1) as PartitionEpoch,
  });
}

function updateIsr(state: ClusterMetadata, command: UpdateIsr): CommandApplied {
  const proposed = new Set(command.isr);
  const key = partitionKey(command.topic, command.partition);
  const current = state.partitions.get(key);
  if (current === undefined) return noOp(state, `${key} is not assigned`);
  const stale = staleReason(current, command);
  if (stale !== null) return noOp(state, stale);
  if (!proposed.has(current.leader)) {
    return noOp(state, `an ISR of ${key} must hold its leader, node ${current.leader}`);
  }
  const stranger = command.isr.find((node) => !current.replicas.includes(node));
  if (stranger !== undefined) return noOp(state, `node ${stranger} holds no replica of ${key}`);
  const absent = command.isr.find((node) => !isMember(state, node));
  if (absent !== undefined) return noOp(state, `node ${absent} is not a member`);
  const isr = current.replicas.filter((replica) => proposed.has(replica));
  if (isr.length === current.isr.length && isr.every((node) => current.isr.includes(node))) {
    return noOp(state, `the ISR of ${key} is that already`);
  }
  return changePartition(state, key, {
    ...current,
    isr,
    partitionEpoch: (current.partitionEpoch + 1) as PartitionEpoch,
  });
}

/** Compare and set (KIP-497): a proposer that saw another state than this one must look again. */
function staleReason(
  current: PartitionMetadata,
  seen: { readonly leaderEpoch: LeaderEpoch; readonly partitionEpoch: PartitionEpoch },
): string | null {
  if (seen.leaderEpoch !== current.leaderEpoch) {
    return `leader epoch is ${current.leaderEpoch}, not ${seen.leaderEpoch}`;
  }
  if (seen.partitionEpoch !== current.partitionEpoch) {
    return `partition epoch is ${current.partitionEpoch}, not ${seen.partitionEpoch}`;
  }
  return null;
}

function changePartition(
  state: ClusterMetadata,
  key: PartitionKey,
  changed: PartitionMetadata,
): CommandApplied {
  assert(changed.isr.includes(changed.leader), `the ISR of ${key} holds its leader`);
  const partitions = new Map(state.partitions).set(key, changed);
  return { state: { ...state, partitions }, noOpReason: null, changedPartitions: [key] };
}

function noOp(state: ClusterMetadata, reason: string): CommandApplied {
  return { state, noOpReason: reason, changedPartitions: NO_PARTITIONS };
}

function isCountFrom(min: number, value: number): boolean {
  return Number.isSafeInteger(value) && value >= min;
}
