import type { LeaderEpoch, NodeId, PartitionEpoch } from "../base/ids.ts";

/**
 * The commands of the replicated metadata log. Each is stored as canonical JSON, so that a person
 * can read an entry as it is. Applying one is pure and total: a stale command changes nothing and
 * says why.
 */
export interface AddNode {
  readonly kind: "addNode";
  readonly node: NodeId;
  readonly address: string;
  /** Which of its disks this is: 0 for the first, one more for each that took its place. */
  readonly generation: number;
}

/**
 * A node whose disk can no longer be relied on leaves every ISR, and the cluster expects nothing of
 * it; refused while it has what nobody else has. Its next disk has that generation.
 */
export interface RemoveNode {
  readonly kind: "removeNode";
  readonly node: NodeId;
  readonly generation: number;
}

/** A removed node has come back with an empty disk: it may learn, and `addNode` ends it. */
export interface AdmitNode {
  readonly kind: "admitNode";
  readonly node: NodeId;
  readonly generation: number;
}

export interface TopicConfig {
  /** Below so many in-sync replicas, acks=all is refused (Kafka: min.insync.replicas). */
  readonly minInsyncReplicas: number;
}

export interface CreateTopic {
  readonly kind: "createTopic";
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly config: TopicConfig;
}

/** Leader becomes `replicas[0]`, the ISR all replicas, both epochs 0. */
export interface AssignPartition {
  readonly kind: "assignPartition";
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly NodeId[];
}

/** Leadership moves and `leaderEpoch` grows by one. Refused unless both epochs are current. */
export interface SetPartitionLeader {
  readonly kind: "setPartitionLeader";
  readonly topic: string;
  readonly partition: number;
  readonly leader: NodeId;
  /** The epochs that the proposer saw (compare and set, KIP-497). */
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
}

/** The ISR changes and `partitionEpoch` grows by one. Refused unless both epochs are current. */
export interface UpdateIsr {
  readonly kind: "updateIsr";
  readonly topic: string;
  readonly partition: number;
  readonly isr: readonly NodeId[];
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
}

export type MetadataCommand =
  | AddNode
  | RemoveNode
  | AdmitNode
  | CreateTopic
  | AssignPartition
  | SetPartitionLeader
  | UpdateIsr;
