import { assert } from "../base/assert.ts";
import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import {
  EMPTY_METADATA,
  isMember,
  isTopicId,
  isTopicName,
  NO_TOPIC_ID,
  partitionKey,
} from "./clusterMetadata.ts";
import type {
  ClusterMetadata,
  NodeMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicMetadata,
} from "./clusterMetadata.ts";
import { readConfig } from "./codec.ts";
import { Fields, parseJson } from "./jsonFields.ts";
import type { Problem } from "./jsonFields.ts";

export type MetadataDecoded =
  | { readonly ok: true; readonly metadata: ClusterMetadata }
  | { readonly ok: false; readonly path: string; readonly message: string };

/**
 * The whole state as JSON, so that a person can read a snapshot as it is. Nodes that have applied
 * the same log write the same bytes: tables stand in the order in which the log filled them, and
 * fields in the order in which they are read.
 */
export function encodeMetadata(state: ClusterMetadata): Uint8Array {
  const problem: Problem = { path: null, message: "" };
  const canonical = <Row>(rows: ReadonlyMap<unknown, Row>, read: (fields: Fields) => Row) =>
    [...rows.values()].map((row) => read(new Fields(row, "", problem)));
  const { nextProducerId, nextGroup } = state;
  const text = JSON.stringify({
    nodes: canonical(state.nodes, readNode),
    topics: canonical(state.topics, readTopic),
    partitions: canonical(state.partitions, readPartition),
    nextProducerId,
    nextGroup,
  });
  assert(problem.path === null, `${problem.path} ${problem.message}`);
  return utf8Encode(text);
}

/**
 * Reads what `encodeMetadata` wrote, from a sender that may be anybody. What breaks a
 * rule that every command keeps is refused: whoever applies the next one relies on them. What the
 * first version did not write has the value that it stood for then.
 */
export function decodeMetadata(bytes: Uint8Array): MetadataDecoded {
  const parsed = parseJson(utf8Decode(bytes));
  if (!parsed.ok) return { ok: false, path: "", message: parsed.message };
  const problem: Problem = { path: null, message: "" };
  const fields = new Fields(parsed.value, "", problem);
  const metadata = readMetadata(fields);
  fields.refuseOthers();
  if (problem.path === null) return { ok: true, metadata };
  return { ok: false, path: problem.path, message: problem.message };
}

function readMetadata(fields: Fields): ClusterMetadata {
  const nodes = new Map<NodeId, NodeMetadata>();
  for (const one of fields.inners("nodes")) {
    const node = readNode(one);
    if (nodes.has(node.node)) one.refuse("node", "is there twice");
    nodes.set(node.node, node);
  }
  const topics = new Map<string, TopicMetadata>();
  const topicIds = new Set<string>();
  for (const one of fields.inners("topics")) {
    const topic = readTopic(one);
    if (topics.has(topic.topic)) one.refuse("topic", "is there twice");
    topics.set(topic.topic, topic);
    checkTopic(one, topic, topicIds);
  }
  const partitions = new Map<PartitionKey, PartitionMetadata>();
  const groups = new Set<number>();
  const nextProducerId = fields.integer("nextProducerId", EMPTY_METADATA.nextProducerId);
  const nextGroup = readCountFromOne(fields, "nextGroup", EMPTY_METADATA.nextGroup);
  const metadata = { nodes, topics, partitions, nextProducerId, nextGroup };
  for (const one of fields.inners("partitions")) {
    const partition = readPartition(one);
    const key = partitionKey(partition.topic, partition.partition);
    if (partitions.has(key)) one.refuse("partition", "is there twice");
    partitions.set(key, partition);
    checkPartition(one, partition, metadata);
    if (partition.group !== 0 && groups.has(partition.group)) {
      one.refuse("group", "is that of another partition");
    }
    groups.add(partition.group);
  }
  return metadata;
}

function checkTopic(
  fields: Fields,
  { topicId, partitionCount, replicationFactor, assignment }: TopicMetadata,
  topicIds: Set<string>,
): void {
  if (topicId !== NO_TOPIC_ID && topicIds.has(topicId)) {
    fields.refuse("topicId", "is that of another topic");
  }
  topicIds.add(topicId);
  const isFor = (assignment?.length ?? 0) <= partitionCount;
  if (!isFor) fields.refuse("assignment", "is for more partitions than there are");
  const areEnough = assignment?.every((replicas) => replicas.length === replicationFactor) ?? true;
  if (!areEnough) fields.refuse("assignment", "has not as many replicas as the topic");
}

function checkPartition(
  fields: Fields,
  { topic, partition, replicas, leader, isr, group, ...moving }: PartitionMetadata,
  state: ClusterMetadata,
): void {
  const known = state.topics.get(topic);
  if (known === undefined) {
    fields.refuse("topic", "is not in the list of topics");
    return;
  }
  if (partition >= known.partitionCount) fields.refuse("partition", "is none that the topic has");
  const { addingReplicas, removingReplicas } = moving;
  if (replicas.length - removingReplicas.length !== known.replicationFactor) {
    fields.refuse("replicas", "are not as many as the topic has");
  }
  if (new Set(replicas).size < replicas.length) fields.refuse("replicas", "name a node twice");
  if (!replicas.every((node) => state.nodes.has(node))) {
    fields.refuse("replicas", "name a node that is not in the list of nodes");
  }
  const target = replicas.slice(0, known.replicationFactor);
  if (replicas.slice(known.replicationFactor).join() !== removingReplicas.join()) {
    fields.refuse("removingReplicas", "are not the last of the replicas");
  }
  if (!isPart(addingReplicas, target) || addingReplicas.length !== removingReplicas.length) {
    fields.refuse("addingReplicas", "do not take the place of those that go");
  }
  const isRaft = known.config.replicationMode === "raft";
  if (isRaft !== group > 0) fields.refuse("group", "is not what the topic's mode asks for");
  if (group >= state.nextGroup) fields.refuse("group", "is not given out yet");
  if (isr.length === 0) fields.refuse("isr", "is empty");
  if (leader !== NO_NODE && !isr.includes(leader)) fields.refuse("isr", "does not hold the leader");
  if (!isPart(isr, replicas)) fields.refuse("isr", "is not a part of the replicas in their order");
  if (!isr.every((node) => isMember(state, node))) {
    fields.refuse("isr", "holds a node that is not a member");
  }
}

/** Some of `nodes`, in the same order. */
function isPart(some: readonly NodeId[], nodes: readonly NodeId[]): boolean {
  return nodes.filter((node) => some.includes(node)).join() === some.join();
}

function readNode(fields: Fields): NodeMetadata {
  const node = fields.node("node");
  if (node === NO_NODE) fields.refuse("node", "is nobody's id");
  return {
    node,
    address: fields.text("address"),
    generation: fields.integer("generation"),
    state: fields.word("state", ["member", "removed", "joining"]),
    brokerEpoch: fields.integer("brokerEpoch", 0),
    incarnation: fields.integer("incarnation", -1),
    isFenced: fields.flag("isFenced", false),
  };
}

function readTopic(fields: Fields): TopicMetadata {
  const topic = fields.text("topic");
  if (!isTopicName(topic)) fields.refuse("topic", `"${topic}" is not a topic name`);
  const topicId = fields.text("topicId", NO_TOPIC_ID);
  if (!isTopicId(topicId)) fields.refuse("topicId", `"${topicId}" is not a topic id`);
  const partitionCount = readCountFromOne(fields, "partitionCount");
  const replicationFactor = readCountFromOne(fields, "replicationFactor");
  const assignment = fields.nodeLists("assignment");
  const inner = fields.inner("config");
  const config = readConfig(inner);
  if (config.minInsyncReplicas === 0) inner.refuse("minInsyncReplicas", "is not 1 or more");
  return { topic, topicId, partitionCount, replicationFactor, assignment, config };
}

function readCountFromOne(fields: Fields, key: string, ifAbsent?: number): number {
  const count = fields.integer(key, ifAbsent);
  if (count === 0) fields.refuse(key, "is not 1 or more");
  return count;
}

function readPartition(fields: Fields): PartitionMetadata {
  return {
    topic: fields.text("topic"),
    partition: fields.integer("partition"),
    replicas: fields.nodes("replicas"),
    addingReplicas: fields.nodes("addingReplicas", []),
    removingReplicas: fields.nodes("removingReplicas", []),
    group: fields.integer("group", 0),
    leader: fields.node("leader"),
    leaderEpoch: fields.integer("leaderEpoch") as LeaderEpoch,
    isr: fields.nodes("isr"),
    partitionEpoch: fields.integer("partitionEpoch") as PartitionEpoch,
  };
}
