import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";
import type { TopicConfig } from "./command.ts";

/** What every node agrees on. Immutable: applying a command makes a new value. */
export interface ClusterMetadata {
  readonly nodes: ReadonlyMap<NodeId, NodeMetadata>;
  readonly topics: ReadonlyMap<string, TopicMetadata>;
  /** By `partitionKey(topic, partition)`, in order of creation. */
  readonly partitions: ReadonlyMap<PartitionKey, PartitionMetadata>;
  /** The first that no broker was given yet. */
  readonly nextProducerId: number;
  /** The number of the next partition's Raft group; 0 is the metadata log's own. */
  readonly nextGroup: number;
}

export interface NodeMetadata {
  readonly node: NodeId;
  readonly address: string;
  /** Of its disk. What a disk of an earlier generation has said counts no more (KIP-853). */
  readonly generation: number;
  /** Only a member can be in an ISR. "joining": it copies what there is. */
  readonly state: "member" | "removed" | "joining";
  /** Counts the lives of its broker, from 1; 0 before its first registration. */
  readonly brokerEpoch: number;
  /** When the broker of that epoch started, in microseconds of its time; -1 before. */
  readonly incarnation: number;
  /** Its session has ended: it leads nothing and joins no ISR. */
  readonly isFenced: boolean;
}

export interface TopicMetadata {
  readonly topic: string;
  /** 32 hex digits. */
  readonly topicId: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** As `CreateTopic` has it. */
  readonly assignment: readonly (readonly NodeId[])[] | null;
  readonly config: TopicConfig;
}

export interface PartitionMetadata {
  readonly topic: string;
  readonly partition: number;
  /** In order of preference; `replicas[0]` is the preferred leader. */
  readonly replicas: readonly NodeId[];
  /** Of `replicas`, those that a reassignment adds, and those that it will take away. */
  readonly addingReplicas: readonly NodeId[];
  readonly removingReplicas: readonly NodeId[];
  /** Number of its Raft group; 0 for a partition in mode "isr". */
  readonly group: number;
  /** 0 while nobody can lead. */
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  /** In replica order; holds the leader if there is one, and is never empty. */
  readonly isr: readonly NodeId[];
  readonly partitionEpoch: PartitionEpoch;
}

/** "orders-1" for partition 1 of topic "orders", as Kafka prints it. */
export type PartitionKey = string & { readonly __partitionKey?: never };

export function partitionKey(topic: string, partition: number): PartitionKey {
  return `${topic}-${partition}`;
}

/** Kafka's rule for topic names, which also end up in file names. */
export function isTopicName(topic: string): boolean {
  return /^[a-zA-Z0-9._-]{1,249}$/.test(topic) && topic !== "." && topic !== "..";
}

/** Topics that brokers keep for themselves. */
export function isInternalTopic(topic: string): boolean {
  return topic.startsWith("__");
}

/** By the map of topics, which is made anew whenever a topic comes or goes. */
const topicsOfIds = new WeakMap<ClusterMetadata["topics"], ReadonlyMap<string, TopicMetadata>>();

export function topicOfId(
  topics: ClusterMetadata["topics"],
  topicId: string,
): TopicMetadata | undefined {
  let byId = topicsOfIds.get(topics);
  if (byId === undefined) {
    byId = new Map([...topics.values()].map((topic) => [topic.topicId, topic]));
    topicsOfIds.set(topics, byId);
  }
  return byId.get(topicId);
}

/** The id of a topic from before topics had ids (Kafka's zero UUID): it names none. */
export const NO_TOPIC_ID = "0".repeat(32);

export function isTopicId(topicId: string): boolean {
  return /^[0-9a-f]{32}$/.test(topicId);
}

export const EMPTY_METADATA: ClusterMetadata = {
  nodes: new Map(),
  topics: new Map(),
  partitions: new Map(),
  nextProducerId: 0,
  nextGroup: 1,
};

/** Whether a node can be relied on to keep copies. */
export function isMember({ nodes }: ClusterMetadata, node: NodeId): boolean {
  return nodes.get(node)?.state === "member";
}

/** Whether a member's broker has a session, as far as the log knows: it can lead. */
export function isAlive(state: ClusterMetadata, node: NodeId): boolean {
  return isMember(state, node) && state.nodes.get(node)?.isFenced === false;
}

/** In ascending order. */
export function memberIds(state: ClusterMetadata): NodeId[] {
  return [...state.nodes.keys()].filter((node) => isMember(state, node)).sort((a, b) => a - b);
}

/** In ascending order. */
export function aliveIds(state: ClusterMetadata): NodeId[] {
  return memberIds(state).filter((node) => isAlive(state, node));
}
