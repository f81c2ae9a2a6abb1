import type { LeaderEpoch, NodeId, Offset } from "../base/ids.ts";
import type { ErrorCode } from "./errorCode.ts";

/**
 * Requests and answers as values. Field names are the Kafka protocol's. Where the protocol groups
 * partitions by topic the values are one flat list, in the order of the bytes. A field that this
 * broker has no use for is not here: it is read over, and written with its default.
 *
 * The first half are the requests that clients send as frames (`frame.ts`), the second half what
 * only brokers and administrators say.
 */

// Produce, key 0.

export interface ProduceRequest {
  readonly api: "produce";
  readonly transactionalId: string | null;
  /** 0: no answer; 1: when the leader has it on disk; -1 ("all"): when the whole ISR has it. */
  readonly acks: number;
  readonly timeoutMs: number;
  readonly partitions: readonly ProducePartition[];
}
export interface ProducePartition {
  readonly topic: string;
  readonly partition: number;
  /** One record batch, format v2. */
  readonly records: Uint8Array | null;
}
export interface ProduceResponse {
  readonly api: "produce";
  readonly partitions: readonly ProducePartitionResponse[];
  /** KIP-951: where the leaders are that `currentLeader` names. */
  readonly nodeEndpoints: readonly NodeEndpoint[];
}
export interface ProducePartitionResponse {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: ErrorCode;
  /** Offset of the first record, or -1 on error. */
  readonly baseOffset: number;
  readonly logStartOffset: number;
  readonly errorMessage: string | null;
  /** KIP-951: who leads now, as far as this broker knows; null when it says nothing. */
  readonly currentLeader: CurrentLeader | null;
}
export interface CurrentLeader {
  readonly leaderId: NodeId;
  readonly leaderEpoch: LeaderEpoch;
}
export interface NodeEndpoint {
  readonly nodeId: NodeId;
  readonly host: string;
  readonly port: number;
}

// Fetch, key 1. Consumers and followers use the same request; a follower gives its id.

export interface FetchRequest {
  readonly api: "fetch";
  /** -1 for a consumer. */
  readonly replicaId: NodeId | -1;
  /** The follower's broker epoch (KIP-903); -1 for a consumer. */
  readonly replicaEpoch: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  /** Of the whole answer; the first batch is sent even if it is larger (KIP-74). */
  readonly maxBytes: number;
  readonly partitions: readonly FetchPartition[];
}
export interface FetchPartition {
  /** Empty when `topicId` is given instead (from version 13). */
  readonly topic: string;
  /** 32 hex digits; `NO_TOPIC_ID` when the topic is given by name. */
  readonly topicId: string;
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
  /** Of the whole request. */
  readonly errorCode: ErrorCode;
  readonly partitions: readonly FetchPartitionResponse[];
  readonly nodeEndpoints: readonly NodeEndpoint[];
}
export interface FetchPartitionResponse {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly errorCode: ErrorCode;
  readonly highWatermark: Offset;
  /** The high watermark, for there are no transactions. */
  readonly lastStableOffset: Offset;
  readonly logStartOffset: Offset;
  /** Set when the fetcher's log has left the leader's: cut it to `endOffset`, fetch again. */
  readonly divergingEpoch: { readonly epoch: LeaderEpoch; readonly endOffset: Offset } | null;
  /** Record batches one after the other; may be empty. */
  readonly records: Uint8Array;
  readonly currentLeader: CurrentLeader | null;
}
export const NO_TOPIC_ID = "00000000000000000000000000000000";

// ListOffsets, key 2.

export interface ListOffsetsRequest {
  readonly api: "listOffsets";
  /** -1 for a consumer. */
  readonly replicaId: NodeId | -1;
  readonly partitions: readonly ListOffsetsPartition[];
}
export interface ListOffsetsPartition {
  readonly topic: string;
  readonly partition: number;
  readonly currentLeaderEpoch: LeaderEpoch | -1;
  /** -2: the earliest offset; -1: the latest; -3: that of the highest timestamp; else a time. */
  readonly timestampMs: number;
}
export interface ListOffsetsResponse {
  readonly api: "listOffsets";
  readonly partitions: readonly ListOffsetsPartitionResponse[];
}
export interface ListOffsetsPartitionResponse {
  readonly topic: string;
  readonly partition: number;
  readonly errorCode: ErrorCode;
  readonly timestampMs: number;
  readonly offset: number;
  readonly leaderEpoch: LeaderEpoch | -1;
}

// Metadata, key 3.

export interface MetadataRequest {
  readonly api: "metadata";
  /** Null asks for all topics. */
  readonly topics: readonly { readonly topic: string | null; readonly topicId: string }[] | null;
  readonly allowAutoTopicCreation: boolean;
}
export interface MetadataResponse {
  readonly api: "metadata";
  readonly brokers: readonly NodeEndpoint[];
  readonly clusterId: string | null;
  readonly controllerId: NodeId | -1;
  readonly topics: readonly MetadataTopic[];
}
export interface MetadataTopic {
  readonly errorCode: ErrorCode;
  readonly topic: string | null;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly MetadataPartition[];
}
export interface MetadataPartition {
  readonly errorCode: ErrorCode;
  readonly partition: number;
  /** -1 while nobody leads it. */
  readonly leaderId: NodeId | -1;
  readonly leaderEpoch: LeaderEpoch | -1;
  readonly replicas: readonly NodeId[];
  readonly isr: readonly NodeId[];
  readonly offlineReplicas: readonly NodeId[];
}

// OffsetCommit, key 8, and OffsetFetch, key 9.

export interface OffsetCommitRequest {
  readonly api: "offsetCommit";
  readonly groupId: string;
  /** -1, with an empty member id: a consumer that assigns partitions to itself. */
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly partitions: readonly OffsetCommitPartition[];
}
export interface OffsetCommitPartition {
  readonly topic: string;
  readonly partition: number;
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
}
export interface OffsetCommitResponse {
  readonly api: "offsetCommit";
  readonly partitions: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly errorCode: ErrorCode;
  }[];
}

export interface OffsetFetchRequest {
  readonly api: "offsetFetch";
  /** One before version 8. */
  readonly groups: readonly OffsetFetchGroup[];
}
export interface OffsetFetchGroup {
  readonly groupId: string;
  /** Null asks for all that the group has committed. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[] | null;
}
export interface OffsetFetchResponse {
  readonly api: "offsetFetch";
  readonly groups: readonly OffsetFetchGroupResponse[];
}
export interface OffsetFetchGroupResponse {
  readonly groupId: string;
  readonly errorCode: ErrorCode;
  readonly partitions: readonly OffsetFetchPartitionResponse[];
}
export interface OffsetFetchPartitionResponse {
  readonly topic: string;
  readonly partition: number;
  /** -1 when nothing was committed. */
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string | null;
  readonly errorCode: ErrorCode;
}

// FindCoordinator, key 10.

export interface FindCoordinatorRequest {
  readonly api: "findCoordinator";
  /** 0: of a consumer group; 1: of a transaction. */
  readonly keyType: number;
  /** One before version 4. */
  readonly keys: readonly string[];
}
export interface FindCoordinatorResponse {
  readonly api: "findCoordinator";
  readonly coordinators: readonly {
    /** Empty before version 4. */
    readonly key: string;
    readonly nodeId: NodeId | -1;
    readonly host: string;
    readonly port: number;
    readonly errorCode: ErrorCode;
    readonly errorMessage: string | null;
  }[];
}

// JoinGroup, Heartbeat, LeaveGroup and SyncGroup, keys 11 to 14.

export interface JoinGroupRequest {
  readonly api: "joinGroup";
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** Version 0 has none: there it is the session timeout. */
  readonly rebalanceTimeoutMs: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string;
  readonly protocols: readonly { readonly name: string; readonly metadata: Uint8Array }[];
  readonly reason: string | null;
}
export interface JoinGroupResponse {
  readonly api: "joinGroup";
  readonly errorCode: ErrorCode;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  readonly memberId: string;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Uint8Array;
  }[];
}

export interface HeartbeatRequest {
  readonly api: "heartbeat";
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}
export interface HeartbeatResponse {
  readonly api: "heartbeat";
  readonly errorCode: ErrorCode;
}

export interface LeaveGroupRequest {
  readonly api: "leaveGroup";
  readonly groupId: string;
  /** One before version 3. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly reason: string | null;
  }[];
}
export interface LeaveGroupResponse {
  readonly api: "leaveGroup";
  readonly errorCode: ErrorCode;
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly errorCode: ErrorCode;
  }[];
}

export interface SyncGroupRequest {
  readonly api: "syncGroup";
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** From the leader of the group; empty from everybody else. */
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Uint8Array }[];
}
export interface SyncGroupResponse {
  readonly api: "syncGroup";
  readonly errorCode: ErrorCode;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

// ApiVersions, key 18.

export interface ApiVersionsRequest {
  readonly api: "apiVersions";
  readonly clientSoftwareName: string;
  readonly clientSoftwareVersion: string;
}
export interface ApiVersionsResponse {
  readonly api: "apiVersions";
  readonly errorCode: ErrorCode;
  readonly apiKeys: readonly {
    readonly apiKey: number;
    readonly minVersion: number;
    readonly maxVersion: number;
  }[];
}

// CreateTopics, key 19.

export interface CreateTopicsRequest {
  readonly api: "createTopics";
  readonly topics: readonly CreatableTopic[];
  readonly timeoutMs: number;
  /** True: only say whether it could be done. */
  readonly validateOnly: boolean;
}
export interface CreatableTopic {
  readonly topic: string;
  /** -1: the broker's default, or as many as `assignments` names. */
  readonly partitionCount: number;
  readonly replicationFactor: number;
  /** Who keeps which partition; empty leaves it to the controller. */
  readonly assignments: readonly {
    readonly partition: number;
    readonly brokerIds: readonly NodeId[];
  }[];
  readonly configs: readonly { readonly name: string; readonly value: string | null }[];
}
export interface CreateTopicsResponse {
  readonly api: "createTopics";
  readonly topics: readonly {
    readonly topic: string;
    readonly topicId: string;
    readonly errorCode: ErrorCode;
    readonly errorMessage: string | null;
    readonly partitionCount: number;
    readonly replicationFactor: number;
  }[];
}

// InitProducerId, key 22.

export interface InitProducerIdRequest {
  readonly api: "initProducerId";
  readonly transactionalId: string | null;
  readonly transactionTimeoutMs: number;
  /** -1 with epoch -1: a new producer. */
  readonly producerId: number;
  readonly producerEpoch: number;
}
export interface InitProducerIdResponse {
  readonly api: "initProducerId";
  readonly errorCode: ErrorCode;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/** What a client sends as a frame. */
export type ClientRequest =
  | ProduceRequest
  | FetchRequest
  | ListOffsetsRequest
  | MetadataRequest
  | OffsetCommitRequest
  | OffsetFetchRequest
  | FindCoordinatorRequest
  | JoinGroupRequest
  | HeartbeatRequest
  | LeaveGroupRequest
  | SyncGroupRequest
  | ApiVersionsRequest
  | CreateTopicsRequest
  | InitProducerIdRequest;
export type ClientResponse =
  | ProduceResponse
  | FetchResponse
  | ListOffsetsResponse
  | MetadataResponse
  | OffsetCommitResponse
  | OffsetFetchResponse
  | FindCoordinatorResponse
  | JoinGroupResponse
  | HeartbeatResponse
  | LeaveGroupResponse
  | SyncGroupResponse
  | ApiVersionsResponse
  | CreateTopicsResponse
  | InitProducerIdResponse;
export type ClientApi = ClientRequest["api"];

/** A broker tells the metadata leader that it is alive (KIP-631). */
export interface BrokerHeartbeatRequest {
  readonly api: "brokerHeartbeat";
  readonly brokerId: NodeId;
  /** When this life of it began, in microseconds of its time (KIP-631: incarnation id). */
  readonly incarnation: number;
}
export interface BrokerHeartbeatResponse {
  readonly api: "brokerHeartbeat";
  readonly errorCode: ErrorCode;
}

/** A node with a new disk asks to be let in, until it finds itself a voter. */
export interface JoinRequest {
  readonly api: "join";
  readonly node: NodeId;
  readonly address: string;
  readonly generation: number;
}
export interface JoinResponse {
  readonly api: "join";
  readonly errorCode: ErrorCode;
}

/** What an administrator wants, in the words of the command line (`broker/admin`). */
export interface AdminRequest {
  readonly api: "admin";
  readonly command: AdminCommand;
  readonly timeoutMs: number;
}
export interface AdminResponse {
  readonly api: "admin";
  readonly errorCode: ErrorCode;
  /** Why not, and what to do. */
  readonly errorMessage: string | null;
  /** Who to ask instead after NOT_CONTROLLER; 0 when nobody is known. */
  readonly controllerId: NodeId;
  /** What it came to, for programs; null on error. */
  readonly result: AdminResult | null;
}

export type AdminCommand =
  | { readonly kind: "clusterStatus" }
  | { readonly kind: "health" }
  | { readonly kind: "listNodes" }
  | { readonly kind: "listPartitions"; readonly topic: string | null }
  | { readonly kind: "partitionInfo"; readonly topic: string; readonly partition: number }
  | { readonly kind: "isrStatus"; readonly topic: string | null }
  /** A new node, which has an empty disk, shall become a member: learner first, then voter. */
  | { readonly kind: "addNode"; readonly node: NodeId; readonly address: string }
  /**
   * The cluster shall do without a node, whose disk can then be wiped. Not Kafka's: there it takes
   * an UnregisterBroker (KIP-631) and a RemoveRaftVoter (KIP-853).
   */
  | { readonly kind: "removeNode"; readonly node: NodeId }
  /** Spreads replicas evenly over the members, and leadership over the replicas. */
  | { readonly kind: "rebalance" }
  | { readonly kind: "deleteTopic"; readonly topic: string }
  | { readonly kind: "createPartitions"; readonly topic: string; readonly partitionCount: number }
  /** Both options, whether they change or not. */
  | {
      readonly kind: "alterTopic";
      readonly topic: string;
      readonly minInsyncReplicas: number;
      readonly uncleanLeaderElection: boolean;
    }
  | {
      readonly kind: "reassign";
      readonly topic: string;
      readonly partition: number;
      readonly replicas: readonly NodeId[];
    }
  /** Leadership goes back to `replicas[0]` where that is in sync and alive. */
  | { readonly kind: "electPreferredLeaders"; readonly topic: string | null };

/** A table for people and programs alike: the columns' names, and a cell for each in every row. */
export interface AdminResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  /** What holds for the whole, as "controller: n2". */
  readonly facts: readonly { readonly name: string; readonly value: string | number }[];
}

export type Request = ClientRequest | BrokerHeartbeatRequest | JoinRequest | AdminRequest;
export type Response = ClientResponse | BrokerHeartbeatResponse | JoinResponse | AdminResponse;
