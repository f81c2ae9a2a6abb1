import type { NodeId } from "../base/ids.ts";
import type { RaftTrace } from "../raft/trace.ts";
import type { Serving, ServingParts } from "./serving.ts";

/** How a broker is made. All times are in microseconds of the time that its inputs carry. */
export interface BrokerConfig {
  /** Who this broker is, from 1. */
  readonly id: NodeId;
  /** The voters of the metadata log, this broker included. Empty: a standalone node, no Raft. */
  readonly peers: readonly NodeId[];
  /** Where clients find a broker. Default: "n1:9092" for broker 1. */
  readonly addressOf: (id: NodeId) => string;
  /** A uniformly random integer in [0, n): the only chance in a broker. */
  readonly random: (n: number) => number;
  /** Time between two `tick` inputs. Default: 100,000. */
  readonly tickUs: number;
  /** Raft's election timeout is drawn from [electionTicks, 2 * electionTicks - 1]. Default: 10. */
  readonly electionTicks: number;
  /** Ticks between two heartbeats of a Raft leader. Default: 2. */
  readonly heartbeatTicks: number;
  /** Ask whether an election could be won before raising the term (thesis 9.6). Default: true. */
  readonly preVote: boolean;
  /** A leader without a quorum steps down, and is left alone while it has one. Default: true. */
  readonly checkQuorum: boolean;
  /** A follower behind for so long leaves the ISR (replica.lag.time.max.ms). Default: 2,000,000. */
  readonly replicaLagTimeMaxUs: number;
  /** How often a broker tells the controller that it is alive. Default: 400,000. */
  readonly brokerHeartbeatIntervalUs: number;
  /** The controller takes a broker that is silent for so long for dead. Default: 1,500,000. */
  readonly brokerSessionTimeoutUs: number;
  /** How long a follower lets its leader hold an empty fetch (replica.fetch.wait.max.ms). */
  readonly fetchMaxWaitMs: number;
  /** Bytes of records that a follower asks for, per partition. Default: 1 MiB. */
  readonly fetchMaxBytes: number;
  /** A follower's pause after a fetch that failed (replica.fetch.backoff.ms). Default: 200,000. */
  readonly fetchBackoffUs: number;
  /** A fetch unanswered for so long is given up. More than fetchMaxWaitMs. Default: 1,200,000. */
  readonly fetchTimeoutUs: number;
  /** A proposal without effect for so long counts as lost and is made again. Default: 1,000,000. */
  readonly proposalRetryUs: number;
  /** A log segment that has reached this size is closed (log.segment.bytes). Default: 16 MiB. */
  readonly segmentBytesMax: number;
  /** A snapshot of the metadata is taken after so many more entries were applied. Default: 1000. */
  readonly snapshotEntries: number;
  /** Entries before a snapshot that stay in memory for followers a little behind. Default: 100. */
  readonly snapshotTrailingEntries: number;
  /** A snapshot that a follower has not answered for so long is sent anew. Default: 3,000,000. */
  readonly snapshotSendTimeoutUs: number;
  /**
   * Committed batches of a partition go from the log to its own segments once there are so many
   * bytes of them (the log alone holds the rest). Default: 1 MiB.
   */
  readonly partitionFlushBytes: number;
  /** So many bytes of a partition's last batches stay in memory; older ones are read from disk. */
  readonly partitionMemoryBytes: number;
  /** How many partitions and replicas a topic gets that does not say (num.partitions). */
  readonly defaultPartitions: number;
  readonly defaultReplicationFactor: number;
  /** A client that asks for a topic that is not there gets one (auto.create.topics.enable). */
  readonly autoCreateTopics: boolean;
  /**
   * The high watermark rests while the ISR is below min.insync.replicas (KIP-966). False: as brokers
   * before Kafka 3.7. Default: true.
   */
  readonly minIsrHoldsHighWatermark: boolean;
  /** A produce request for a partition led elsewhere is passed on instead of refused. */
  readonly forwardProduce: boolean;
  /** How often leadership goes back to preferred leaders (leader.imbalance.check); 0: never. */
  readonly preferredLeaderCheckUs: number;
  /** How long a group's first members wait for others (group.initial.rebalance.delay.ms). */
  readonly groupInitialRebalanceDelayMs: number;
  /** Partitions of the topic that keeps what groups commit (offsets.topic.num.partitions). */
  readonly offsetsTopicPartitions: number;
  /** A record batch that is larger is refused (message.max.bytes). Default: 1,048,588. */
  readonly messageBytesMax: number;
  /**
   * For a node whose disk was replaced: what the cluster has said when it was removed. It begins with
   * an empty disk and no say, and asks to be let in. Only read where the disk is empty. Default:
   * this is the node's first disk.
   */
  readonly joinGeneration?: number;
  /**
   * What serves clients and keeps partitions (`serve`). Default: null, the node only keeps the
   * metadata, and what clients send is not answered.
   */
  readonly serve: ((parts: ServingParts) => Serving) | null;
  /** Whether outputs of kind "event" are wanted. Default: false, and then none is ever made. */
  readonly events: boolean;
  /**
   * Whether the Ready loop is watched by Raft's contract checker, which stops the broker at a breach
   * and says which rule it was. "strict" is raft-rs's contract: nothing is stepped while a Ready is
   * open, so that it suits only a broker whose disk answers at once. Default: "off".
   */
  readonly contract?: "off" | "on" | "strict";
  /**
   * Where brokers live in one memory: equal bytes of a batch for each of its replicas, so that they
   * need not be there once for every node. Default: each broker keeps its own.
   */
  readonly shareBatch?: (bytes: Uint8Array) => Uint8Array;
  /** Receives what the broker's Raft nodes do. Default: nobody. */
  readonly raftTrace?: RaftTrace;
}

/** Everything that does not say who the broker is. */
export const DEFAULT_BROKER_CONFIG: Omit<BrokerConfig, "id" | "peers" | "random"> = {
  addressOf: (id) => `n${id}:9092`,
  tickUs: 100_000,
  electionTicks: 10,
  heartbeatTicks: 2,
  preVote: true,
  checkQuorum: true,
  replicaLagTimeMaxUs: 2_000_000,
  brokerHeartbeatIntervalUs: 400_000,
  brokerSessionTimeoutUs: 1_500_000,
  fetchMaxWaitMs: 500,
  fetchMaxBytes: 1_048_576,
  fetchBackoffUs: 200_000,
  fetchTimeoutUs: 1_200_000,
  proposalRetryUs: 1_000_000,
  segmentBytesMax: 16_777_216,
  snapshotEntries: 1_000,
  snapshotTrailingEntries: 100,
  snapshotSendTimeoutUs: 3_000_000,
  partitionFlushBytes: 1_048_576,
  partitionMemoryBytes: 4_194_304,
  defaultPartitions: 1,
  defaultReplicationFactor: 3,
  autoCreateTopics: false,
  minIsrHoldsHighWatermark: true,
  forwardProduce: false,
  preferredLeaderCheckUs: 5_000_000,
  groupInitialRebalanceDelayMs: 3_000,
  offsetsTopicPartitions: 3,
  messageBytesMax: 1_048_588,
  serve: null,
  events: false,
};
