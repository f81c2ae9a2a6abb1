import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";
import type { TopicConfig } from "./command.ts";

/** What every node agrees on. Immutable: applying a command makes a new value. */
export interface ClusterMetadata {
  readonly nodes: ReadonlyMap<NodeId, NodeMetadata>;
  readonly topics: ReadonlyMap<string, TopicMetadata>;
  /** By `partitionKey(topic, partition)`, in order of creation. */
  readonly partitions: ReadonlyMap<PartitionKey, PartitionMetadata>;
}

export interface NodeMetadata {
  readonly node: NodeId;
  readonly address: string;
  /** Of its disk. What a disk of an earlier generation has said counts no more (KIP-853). */
  readonly generation: number;
  /** Only a member can be in an ISR. "joining": it copies what there is. */
  readonly state: "member" | "removed" | "joining";
}

export interface TopicMetadata {
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly config: TopicConfig;
}

export interface PartitionMetadata {
  readonly topic: string;
  readonly partition: number;
  /** In order of preference; `replicas[0]` is the preferred leader. */
  readonly replicas: readonly NodeId[];
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  /** In replica order; always holds the leader. */
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

export const EMPTY_METADATA: ClusterMetadata = {
  nodes: new Map(),
  topics: new Map(),
  partitions: new Map(),
};

/** Whether a node can be relied on to keep copies. */
export function isMember({ nodes }: ClusterMetadata, node: NodeId): boolean {
  return nodes.get(node)?.state === "member";
}

/** In ascending order. */
export function memberIds({ nodes }: ClusterMetadata): NodeId[] {
  const ids = [...nodes.values()].filter(({ state }) => state === "member").map(({ node }) => node);
  return ids.sort((a, b) => a - b);
}
