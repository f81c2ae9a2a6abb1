import type { NodeId } from "../base/ids.ts";
import { isMember, isTopicId, isTopicName, memberIds, NO_TOPIC_ID } from "./clusterMetadata.ts";
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from "./clusterMetadata.ts";
import type { AlterTopic, CreatePartitions, CreateTopic, DeleteTopic } from "./command.ts";
import { changed, isCountFrom, noOp } from "./commandApplied.ts";
import type { CommandApplied } from "./commandApplied.ts";

const TOO_FEW_IN_SYNC = "at least one replica must be in sync";

export function createTopic(state: ClusterMetadata, command: CreateTopic): CommandApplied {
  const { topic, topicId, partitionCount, replicationFactor, assignment, config } = command;
  if (!isTopicName(topic)) return noOp(state, `"${topic}" is not a topic name`);
  if (state.topics.has(topic)) return noOp(state, `topic ${topic} exists already`);
  const obstacle =
    topicIdProblem(state, topicId) ??
    shapeProblem(state, command) ??
    assignmentProblem(state, command);
  if (obstacle !== null) return noOp(state, obstacle);
  return changeTopic(state, {
    topic,
    topicId,
    partitionCount,
    replicationFactor,
    assignment,
    config,
  });
}

/** Its partitions go with it. The id tells it from a later topic of the same name (KIP-516). */
export function deleteTopic(state: ClusterMetadata, command: DeleteTopic): CommandApplied {
  const { topic, topicId } = command;
  if (state.topics.get(topic)?.topicId !== topicId) return noSuchTopic(state, command);
  const topics = new Map(state.topics);
  topics.delete(topic);
  const partitions = new Map(state.partitions);
  const removed: PartitionMetadata[] = [];
  for (const [key, partition] of state.partitions) {
    if (partition.topic !== topic) continue;
    partitions.delete(key);
    removed.push(partition);
  }
  // A topic without partitions yet leaves those of the others as they are.
  if (removed.length === 0) return changed({ ...state, topics });
  return changed({ ...state, topics, partitions }, [], removed);
}

export function createPartitions(
  state: ClusterMetadata,
  command: CreatePartitions,
): CommandApplied {
  const { topic, topicId, partitionCount } = command;
  const current = state.topics.get(topic);
  if (current?.topicId !== topicId) return noSuchTopic(state, command);
  if (!isCountFrom(current.partitionCount + 1, partitionCount)) {
    return noOp(state, `topic ${topic} has ${current.partitionCount} partitions already`);
  }
  return changeTopic(state, { ...current, partitionCount });
}

/** Kafka's IncrementalAlterConfigs, for the two options that there are here. */
export function alterTopic(state: ClusterMetadata, command: AlterTopic): CommandApplied {
  const { topic, topicId, minInsyncReplicas, uncleanLeaderElection } = command;
  const current = state.topics.get(topic);
  if (current?.topicId !== topicId) return noSuchTopic(state, command);
  if (!isCountFrom(1, minInsyncReplicas)) return noOp(state, TOO_FEW_IN_SYNC);
  const { config: before } = current;
  const isSame =
    before.minInsyncReplicas === minInsyncReplicas &&
    before.uncleanLeaderElection === uncleanLeaderElection;
  if (isSame) return noOp(state, `topic ${topic} is configured so already`);
  const config = { ...before, minInsyncReplicas, uncleanLeaderElection };
  return changeTopic(state, { ...current, config });
}

/** Why `name` cannot be kept by `replicas`, of which `present` keep it now; null if it can. */
export function replicasProblem(
  state: ClusterMetadata,
  name: string,
  replicas: readonly NodeId[],
  replicationFactor: number,
  present: readonly NodeId[] = [],
): string | null {
  if (replicas.length !== replicationFactor) {
    return `${name} needs ${replicationFactor} replicas, not ${replicas.length}`;
  }
  if (new Set(replicas).size < replicas.length) return "a replica is named twice";
  const stranger = replicas.find((node) => !isMember(state, node) && !present.includes(node));
  return stranger === undefined ? null : `node ${stranger} is not a member`;
}

function topicIdProblem(state: ClusterMetadata, topicId: string): string | null {
  if (!isTopicId(topicId)) return `"${topicId}" is not a topic id`;
  // Topics of the first version have no id, and so all the same one.
  if (topicId === NO_TOPIC_ID) return null;
  for (const other of state.topics.values()) {
    if (other.topicId === topicId) return `topic id ${topicId} is that of ${other.topic}`;
  }
  return null;
}

function shapeProblem(state: ClusterMetadata, command: CreateTopic): string | null {
  const { partitionCount, replicationFactor, config } = command;
  if (!isCountFrom(1, partitionCount)) return "a topic needs a partition";
  if (!isCountFrom(1, replicationFactor)) return "a partition needs a replica";
  if (!isCountFrom(1, config.minInsyncReplicas)) return TOO_FEW_IN_SYNC;
  const memberCount = memberIds(state).length;
  if (replicationFactor <= memberCount) return null;
  const members = memberCount === 1 ? "1 node" : `${memberCount} nodes`;
  return `${replicationFactor} replicas need more than ${members}`;
}

function assignmentProblem(state: ClusterMetadata, command: CreateTopic): string | null {
  const { topic, partitionCount, replicationFactor, assignment } = command;
  if (assignment === null) return null;
  if (assignment.length !== partitionCount) {
    return `topic ${topic} needs replicas for ${partitionCount} partitions, not ${assignment.length}`;
  }
  for (const [partition, replicas] of assignment.entries()) {
    const name = `partition ${partition}`;
    const problem = replicasProblem(state, name, replicas, replicationFactor);
    if (problem !== null) return problem;
  }
  return null;
}

function noSuchTopic(
  state: ClusterMetadata,
  { topic, topicId }: DeleteTopic | CreatePartitions | AlterTopic,
): CommandApplied {
  return noOp(state, `no topic ${topic} has id ${topicId}`);
}

function changeTopic(state: ClusterMetadata, topic: TopicMetadata): CommandApplied {
  return changed({ ...state, topics: new Map(state.topics).set(topic.topic, topic) });
}
