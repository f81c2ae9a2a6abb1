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

/**
 * A node with an empty disk may learn, and `addNode` ends it: one that was removed and comes back,
 * or a new one, which then has generation 0.
 */
export interface AdmitNode {
  readonly kind: "admitNode";
  readonly node: NodeId;
  readonly address: string;
  readonly generation: number;
}

/**
 * A broker has started (KIP-631). Its broker epoch grows by one, so that what its life before has
 * said is known for stale (KIP-903). Refused unless `incarnation` is higher than the one before.
 */
export interface RegisterBroker {
  readonly kind: "registerBroker";
  readonly node: NodeId;
  /** When it started, in microseconds of its time: what tells two lives of a broker apart. */
  readonly incarnation: number;
}

/** The session of a broker has ended: it is in no ISR and leads nothing until it is unfenced. */
export interface FenceBroker {
  readonly kind: "fenceBroker";
  readonly node: NodeId;
  readonly brokerEpoch: number;
}

export interface UnfenceBroker {
  readonly kind: "unfenceBroker";
  readonly node: NodeId;
  readonly brokerEpoch: number;
}

/**
 * "isr": Kafka's own, the leader appends and followers fetch. "raft": a Raft group per partition,
 * whose term is the leader epoch.
 */
export type ReplicationMode = "isr" | "raft";

export interface TopicConfig {
  /** Below so many in-sync replicas, acks=all is refused (Kafka: min.insync.replicas). */
  readonly minInsyncReplicas: number;
  readonly replicationMode: ReplicationMode;
  /** A live replica from outside the ISR may lead when there is no other (Kafka's option). */
  readonly uncleanLeaderElection: boolean;
}

export interface CreateTopic {
  readonly kind: "createTopic";
  readonly topic: string;
  /** 32 hex digits, drawn by the proposer: a later topic of the same name is another one. */
  readonly topicId: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** The replicas of each partition as a client wants them; null: the controller spreads them. */
  readonly assignment: readonly (readonly NodeId[])[] | null;
  readonly config: TopicConfig;
}

export interface DeleteTopic {
  readonly kind: "deleteTopic";
  readonly topic: string;
  readonly topicId: string;
}

/** Partitions can be added, never taken away. */
export interface CreatePartitions {
  readonly kind: "createPartitions";
  readonly topic: string;
  readonly topicId: string;
  readonly partitionCount: number;
}

/** What can be changed of a topic's configuration; how it is replicated cannot. */
export interface AlterTopic {
  readonly kind: "alterTopic";
  readonly topic: string;
  readonly topicId: string;
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElection: boolean;
}

/** Leader becomes `replicas[0]`, the ISR all replicas, both epochs 0. */
export interface AssignPartition {
  readonly kind: "assignPartition";
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly NodeId[];
}

/** What a proposer of a change saw: it is refused unless both are current (KIP-497). */
interface SeenEpochs {
  readonly leaderEpoch: LeaderEpoch;
  readonly partitionEpoch: PartitionEpoch;
}

/**
 * Leadership moves and `leaderEpoch` grows by one. `leader` 0: nobody can lead, and the partition
 * is offline; its ISR stays, for whoever of it returns first.
 */
export interface SetPartitionLeader extends SeenEpochs {
  readonly kind: "setPartitionLeader";
  readonly topic: string;
  readonly partition: number;
  readonly leader: NodeId;
  /** From outside the ISR, which it then is alone: what only the others had is lost. */
  readonly unclean: boolean;
}

/** The ISR changes and `partitionEpoch` grows by one. */
export interface UpdateIsr extends SeenEpochs {
  readonly kind: "updateIsr";
  readonly topic: string;
  readonly partition: number;
  readonly isr: readonly NodeId[];
  /** The broker epoch of each, as the leader knows it: refused if one has restarted since. */
  readonly brokerEpochs: readonly number[];
}

/**
 * A partition is to be kept by `replicas` (KIP-455). Until all of them are in sync the ones before
 * keep it too.
 */
export interface ReassignPartition extends SeenEpochs {
  readonly kind: "reassignPartition";
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly NodeId[];
}

/** All replicas that a reassignment wants are in sync: the others go, and the leader if it must. */
export interface CompleteReassignment extends SeenEpochs {
  readonly kind: "completeReassignment";
  readonly topic: string;
  readonly partition: number;
}

/** A partition in mode "raft" has elected; the term of its group is the leader epoch. */
export interface ReportPartitionLeader {
  readonly kind: "reportPartitionLeader";
  readonly topic: string;
  readonly partition: number;
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}

/** A broker may give out producer ids from `firstProducerId`, so many (KIP-730). */
export interface AllocateProducerIds {
  readonly kind: "allocateProducerIds";
  readonly node: NodeId;
  /** Refused unless it is the next one. */
  readonly firstProducerId: number;
  readonly count: number;
}

export type MetadataCommand =
  | AddNode
  | RemoveNode
  | AdmitNode
  | RegisterBroker
  | FenceBroker
  | UnfenceBroker
  | CreateTopic
  | DeleteTopic
  | CreatePartitions
  | AlterTopic
  | AssignPartition
  | SetPartitionLeader
  | UpdateIsr
  | ReassignPartition
  | CompleteReassignment
  | ReportPartitionLeader
  | AllocateProducerIds;
