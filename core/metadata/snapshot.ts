import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { isMember, isTopicName, partitionKey } from "./clusterMetadata.ts";
import type {
  ClusterMetadata,
  NodeMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicMetadata,
} from "./clusterMetadata.ts";
import { Fields, parseJson } from "./jsonFields.ts";
import type { Problem } from "./jsonFields.ts";

export type MetadataDecoded =
  | { readonly ok: true; readonly metadata: ClusterMetadata }
  | { readonly ok: false; readonly path: string; readonly message: string };

/**
 * The whole state as JSON, so that a person can read a snapshot as it is. Nodes that have applied
 * the same log write the same bytes: tables stand in the order in which the log filled them.
 */
export function encodeMetadata({ nodes, topics, partitions }: ClusterMetadata): Uint8Array {
  const tables = {
    nodes: [...nodes.values()],
    topics: [...topics.values()],
    partitions: [...partitions.values()],
  };
  return utf8Encode(JSON.stringify(tables, KEYS));
}

/**
 * Reads what `encodeMetadata` wrote, from a sender that may be anybody. What breaks a
 * rule that every command keeps is refused: whoever applies the next one relies on them.
 */
export function decodeMetadata(bytes: Uint8Array): MetadataDecoded {
  const parsed = parseJson(utf8Decode(bytes));
  if (!parsed.ok) return { ok: false, path: "", message: parsed.message };
  const problem: Problem = { path: null, message: "" };
  const metadata = readMetadata(new Fields(parsed.value, "", problem));
  if (problem.path === null) return { ok: true, metadata };
  return { ok: false, path: problem.path, message: problem.message };
}

/** The order of keys in the bytes. */
const KEYS = [
  "nodes",
  "topics",
  "partitions",
  "node",
  "address",
  "generation",
  "state",
  "topic",
  "partitionCount",
  "replicationFactor",
  "config",
  "minInsyncReplicas",
  "partition",
  "replicas",
  "leader",
  "leaderEpoch",
  "isr",
  "partitionEpoch",
];

function readMetadata(fields: Fields): ClusterMetadata {
  fields.only(["nodes", "topics", "partitions"]);
  const nodes = new Map<NodeId, NodeMetadata>();
  for (const one of fields.inners("nodes")) {
    const node = readNode(one);
    if (nodes.has(node.node)) one.refuse("node", "is there twice");
    nodes.set(node.node, node);
  }
  const topics = new Map<string, TopicMetadata>();
  for (const one of fields.inners("topics")) {
    const topic = readTopic(one);
    if (topics.has(topic.topic)) one.refuse("topic", "is there twice");
    topics.set(topic.topic, topic);
  }
  const partitions = new Map<PartitionKey, PartitionMetadata>();
  const metadata = { nodes, topics, partitions };
  for (const one of fields.inners("partitions")) {
    const partition = readPartition(one);
    const key = partitionKey(partition.topic, partition.partition);
    if (partitions.has(key)) one.refuse("partition", "is there twice");
    partitions.set(key, partition);
    checkPartition(one, partition, metadata);
  }
  return metadata;
}

function checkPartition(
  fields: Fields,
  { topic, partition, replicas, leader, isr }: PartitionMetadata,
  state: ClusterMetadata,
): void {
  const known = state.topics.get(topic);
  if (known === undefined) {
    fields.refuse("topic", "is not in the list of topics");
    return;
  }
  if (partition >= known.partitionCount) fields.refuse("partition", "is none that the topic has");
  if (replicas.length !== known.replicationFactor) {
    fields.refuse("replicas", "are not as many as the topic has");
  }
  if (new Set(replicas).size < replicas.length) fields.refuse("replicas", "name a node twice");
  if (!replicas.every((node) => state.nodes.has(node))) {
    fields.refuse("replicas", "name a node that is not in the list of nodes");
  }
  if (!isr.includes(leader)) fields.refuse("isr", "does not hold the leader");
  if (replicas.filter((node) => isr.includes(node)).join() !== isr.join()) {
    fields.refuse("isr", "is not a part of the replicas in their order");
  }
  if (!isr.every((node) => isMember(state, node))) {
    fields.refuse("isr", "holds a node that is not a member");
  }
}

function readNode(fields: Fields): NodeMetadata {
  fields.only(["node", "address", "generation", "state"]);
  const state = fields.text("state");
  const isKnown = state === "member" || state === "removed" || state === "joining";
  if (!isKnown) fields.refuse("state", `"${state}" is no state of a node`);
  const node = fields.node("node");
  if (node === NO_NODE) fields.refuse("node", "is nobody's id");
  return {
    node,
    address: fields.text("address"),
    generation: fields.integer("generation"),
    state: isKnown ? state : "removed",
  };
}

function readTopic(fields: Fields): TopicMetadata {
  fields.only(["topic", "partitionCount", "replicationFactor", "config"]);
  const config = fields.inner("config");
  config.only(["minInsyncReplicas"]);
  const topic = fields.text("topic");
  if (!isTopicName(topic)) fields.refuse("topic", `"${topic}" is not a topic name`);
  return {
    topic,
    partitionCount: readCountFromOne(fields, "partitionCount"),
    replicationFactor: readCountFromOne(fields, "replicationFactor"),
    config: { minInsyncReplicas: readCountFromOne(config, "minInsyncReplicas") },
  };
}

function readCountFromOne(fields: Fields, key: string): number {
  const count = fields.integer(key);
  if (count === 0) fields.refuse(key, "is not 1 or more");
  return count;
}

function readPartition(fields: Fields): PartitionMetadata {
  fields.only(["topic", "partition", "replicas", "leader", "leaderEpoch", "isr", "partitionEpoch"]);
  return {
    topic: fields.text("topic"),
    partition: fields.integer("partition"),
    replicas: fields.nodes("replicas"),
    leader: fields.node("leader"),
    leaderEpoch: fields.integer("leaderEpoch") as LeaderEpoch,
    isr: fields.nodes("isr"),
    partitionEpoch: fields.integer("partitionEpoch") as PartitionEpoch,
  };
}
