import type { LeaderEpoch, NodeId, Offset } from "../base/ids.ts";
import type { ErrorCode } from "./errorCode.ts";

/**
 * The bodies of the requests that brokers serve, as values. Field names are the Kafka protocol's;
 * topics and their partitions are flattened to one list. Encoding them as frames is this ring's
 * business too, and changes nothing here.
 */

export interface ProduceRequest {
  readonly api: "produce";
  /** 0: no answer; 1: when the leader has it on disk; -1 ("all"): when the whole ISR has it. */
  readonly acks: 0 | 1 | -1;
  readonly timeoutMs: number;
  readonly partitions: readonly ProducePartition[];
}
export interface ProducePartition {
  readonly topic: string;
  readonly partition: number;
  /** One record batch, format v2. */
  readonly records: Uint8Array;
}
export interface ProduceResponse {
  readonly api: "produce";
  readonly partitions: readonly ProducePartitionResponse[];
}
export interface ProducePartitionResponse {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: ErrorCode;
  /** Offset of the first record, or -1 on error. */
  readonly baseOffset: number;
  /** KIP-951: who leads now, as far as this broker knows; null when it says nothing. */
  readonly currentLeader: CurrentLeader | null;
}
export interface CurrentLeader {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}

/** Consumers and followers use the same request; a follower gives its id. */
export interface FetchRequest {
  readonly api: "fetch";
  /** -1 for a consumer. */
  readonly replicaId: NodeId | -1;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly partitions: readonly FetchPartition[];
}
export interface FetchPartition {
  readonly topic: string;
  readonly partition: number;
  /** For a follower its log end: it acknowledges everything below. */
  readonly fetchOffset: Offset;
  /** The leader epoch the fetcher knows (KIP-320); -1 when it does not check. */
  readonly currentLeaderEpoch: LeaderEpoch | -1;
  /** Epoch of the fetcher's last record (KIP-595), -1 when it has none or does not check. */
  readonly lastFetchedEpoch: LeaderEpoch | -1;
  readonly maxBytes: number;
}
export interface FetchResponse {
  readonly api: "fetch";
  readonly partitions: readonly FetchPartitionResponse[];
}
export interface FetchPartitionResponse {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: ErrorCode;
  readonly highWatermark: Offset;
  readonly logStartOffset: Offset;
  /** Set when the fetcher's log has left the leader's: cut it to `endOffset`, fetch again. */
  readonly divergingEpoch: { readonly epoch: LeaderEpoch; readonly endOffset: Offset } | null;
  /** Record batches one after the other; may be empty. */
  readonly records: Uint8Array;
  readonly currentLeader: CurrentLeader | null;
}

export interface MetadataRequest {
  readonly api: "metadata";
  /** Null asks for all topics. */
  readonly topics: readonly string[] | null;
}
export interface MetadataResponse {
  readonly api: "metadata";
  readonly brokers: readonly { readonly nodeId: NodeId; readonly address: string }[];
  readonly controllerId: NodeId;
  readonly partitions: readonly MetadataPartition[];
  /** Topics that were asked for and do not exist. */
  readonly unknownTopics: readonly string[];
}
export interface MetadataPartition {
  readonly topic: string;
  readonly partition: number;
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
}

export interface CreateTopicsRequest {
  readonly api: "createTopics";
  readonly topics: readonly CreatableTopic[];
  readonly timeoutMs: number;
}
export interface CreatableTopic {
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
}
export interface CreateTopicsResponse {
  readonly api: "createTopics";
  readonly topics: readonly {
    readonly topic: string;
    readonly errorCode: ErrorCode;
    readonly errorMessage: string | null;
  }[];
  /** Who to ask instead after NOT_CONTROLLER; 0 when nobody is known. */
  readonly controllerId: NodeId;
}

/** A broker tells the metadata leader that it is alive (KIP-631). */
export interface BrokerHeartbeatRequest {
  readonly api: "brokerHeartbeat";
  readonly brokerId: NodeId;
}
export interface BrokerHeartbeatResponse {
  readonly api: "brokerHeartbeat";
  readonly errorCode: ErrorCode;
}

/**
 * The cluster shall do without a node, whose disk can then be wiped. Not Kafka's: there it takes an
 * UnregisterBroker (KIP-631) and a RemoveRaftVoter (KIP-853).
 */
export interface RemoveNodeRequest {
  readonly api: "removeNode";
  readonly node: NodeId;
  readonly timeoutMs: number;
}
export interface RemoveNodeResponse {
  readonly api: "removeNode";
  readonly errorCode: ErrorCode;
  /** Why not, and what to do. */
  readonly errorMessage: string | null;
  /** Who to ask instead after NOT_CONTROLLER; 0 when nobody is known. */
  readonly controllerId: NodeId;
  /** What a new disk of this node must be formatted with; 0 on error. */
  readonly generation: number;
}

/** A node with a new disk asks to be let in, until it finds itself a voter. */
export interface JoinRequest {
  readonly api: "join";
  readonly node: NodeId;
  readonly generation: number;
}
export interface JoinResponse {
  readonly api: "join";
  readonly errorCode: ErrorCode;
}

export type Request =
  | ProduceRequest
  | FetchRequest
  | MetadataRequest
  | CreateTopicsRequest
  | BrokerHeartbeatRequest
  | RemoveNodeRequest
  | JoinRequest;
export type Response =
  | ProduceResponse
  | FetchResponse
  | MetadataResponse
  | CreateTopicsResponse
  | BrokerHeartbeatResponse
  | RemoveNodeResponse
  | JoinResponse;
