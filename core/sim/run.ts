import type { ReplicationMode } from "../metadata/command.ts";
import type { ReadyStage } from "../broker/io.ts";
import type { AdminCommand } from "../wire/request.ts";
import type { DiskFault } from "./diskFaults.ts";

/**
 * A run is plain data: a seed, options, and what a person did at which moment. The same run gives
 * the same trace, byte for byte, in every JavaScript engine. Rewinding, forking, sharing and
 * testing rest on this alone.
 */
export interface Run {
  /** 0 .. 2^32 - 1. Every random draw of the world comes from it. */
  readonly seed: number;
  readonly options: RunOptions;
  /** In order of time; those of the same moment in the order in which they were taken. */
  readonly actions: readonly Action[];
}

/** All times are integers; the unit ends the name. A pair of bounds is drawn from uniformly. */
export interface RunOptions {
  /** Brokers at the start, 1 to 9, all voters of the metadata group: n1, n2, ... Default 3. */
  readonly nodeCount: number;
  /** The period of every node's clock tick. Default 100 ms. */
  readonly tickUs: number;
  /** Ticks without a leader before an election, at the least. Default 10. */
  readonly electionTicks: number;
  /** Ticks between two heartbeats of a leader. Default 2. */
  readonly heartbeatTicks: number;
  /** One way from a broker to another. Defaults 25 ms and 60 ms. At least 2 µs. */
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  /** Handing bytes to the disk's cache. Defaults 50 µs and 200 µs. */
  readonly writeMinUs: number;
  readonly writeMaxUs: number;
  /** Making them survive a loss of power (fsync). Defaults 8 ms and 24 ms. */
  readonly syncMinUs: number;
  readonly syncMaxUs: number;
  /**
   * When true, a loss of power keeps a random prefix of the bytes that were not synced, which may
   * tear a record in the middle; when false it keeps none of them. Default true.
   */
  readonly tornTails: boolean;
  /** One way between the client and a broker. Defaults 5 ms and 15 ms. At least 2 µs. */
  readonly clientLatencyMinUs: number;
  readonly clientLatencyMaxUs: number;
  /** How long the client waits for one answer. Default 3.5 s. */
  readonly clientRequestTimeoutUs: number;
  /** How long the client waits before it tries again. Default 250 ms. */
  readonly clientRetryBackoffUs: number;
  /** A produce or consume that follows the leader starts no attempt after this. Default 5 s. */
  readonly clientDeliveryTimeoutUs: number;
  /** A createTopic starts no attempt after this. Default 10 s. */
  readonly clientCreateTimeoutUs: number;
  /** What a produce request allows the broker for its replicas. Default 3 s. */
  readonly produceTimeoutMs: number;
  /** A replica that has not caught up for this long leaves the ISR. Default 2 s. */
  readonly replicaLagTimeMaxUs: number;
  /** How often a broker tells the controller that it lives. Default 300 ms. */
  readonly brokerHeartbeatIntervalUs: number;
  /** A broker unheard of for this long loses its leaderships. Default 1.5 s. */
  readonly brokerSessionTimeoutUs: number;
  /** How long a leader holds a follower's fetch that finds nothing new. Default 500 ms. */
  readonly fetchMaxWaitMs: number;
  /** A log segment of that size is closed and the next one begun. Default 16 KiB. */
  readonly segmentBytes: number;
  /** A broker takes a snapshot of the metadata whenever it has applied so many more entries. 1000. */
  readonly snapshotEntries: number;
  /** So many entries before a snapshot stay in memory, for followers a little behind. Default 100. */
  readonly snapshotTrailingEntries: number;
  /** By how much the "slow" fault slows a disk down. Default 20. */
  readonly slowDiskFactor: number;
  /** How often leaderships go back to preferred leaders; 0: never. Default 300 s, Kafka's. */
  readonly preferredLeaderCheckUs: number;
  /** So many committed bytes of a partition go from the log to its own segments. Default 1 MiB. */
  readonly partitionFlushBytes: number;
  /** So many of its last bytes are kept in memory. Default 4 MiB. */
  readonly partitionMemoryBytes: number;
  /** A broker makes a topic that a client asks for and that is not there. Default false. */
  readonly autoCreateTopics: boolean;
  /** A broker passes on what it cannot append itself, instead of refusing it. Default false. */
  readonly forwardProduce: boolean;
  /** As `BrokerConfig` has it: false is how brokers before KIP-966 were, and then error 20 is seen. */
  readonly minIsrHoldsHighWatermark: boolean;
  /** How long a group's first members wait for others. Default 3 s. */
  readonly groupInitialRebalanceDelayMs: number;
  /** A member of a group that is silent for so long is put out. Default 6 s. */
  readonly groupSessionTimeoutMs: number;
  /** A running producer gives a record up after this. Default 30 s. */
  readonly producerDeliveryTimeoutUs: number;
  /** How often a running consumer of a group commits what it has read. Default 1 s. */
  readonly consumerCommitIntervalUs: number;
  /**
   * Clients speak the versions before flexible ones, as Kafka's did for years: no hints in refusals
   * (KIP-951), topics by name only. Default false: the highest that both sides know.
   */
  readonly classicClients: boolean;
}

/** So many nodes a cluster has at the most, those included that joined and left. */
export const NODES_MAX = 9;

export const DEFAULT_RUN_OPTIONS: RunOptions = {
  nodeCount: 3,
  tickUs: 100_000,
  electionTicks: 10,
  heartbeatTicks: 2,
  latencyMinUs: 25_000,
  latencyMaxUs: 60_000,
  writeMinUs: 50,
  writeMaxUs: 200,
  syncMinUs: 8_000,
  syncMaxUs: 24_000,
  tornTails: true,
  clientLatencyMinUs: 5_000,
  clientLatencyMaxUs: 15_000,
  clientRequestTimeoutUs: 3_500_000,
  clientRetryBackoffUs: 250_000,
  clientDeliveryTimeoutUs: 5_000_000,
  clientCreateTimeoutUs: 10_000_000,
  produceTimeoutMs: 3_000,
  replicaLagTimeMaxUs: 2_000_000,
  brokerHeartbeatIntervalUs: 300_000,
  brokerSessionTimeoutUs: 1_500_000,
  fetchMaxWaitMs: 500,
  segmentBytes: 16_384,
  snapshotEntries: 1_000,
  snapshotTrailingEntries: 100,
  slowDiskFactor: 20,
  preferredLeaderCheckUs: 300_000_000,
  partitionFlushBytes: 1_048_576,
  partitionMemoryBytes: 4_194_304,
  autoCreateTopics: false,
  forwardProduce: false,
  minIsrHoldsHighWatermark: true,
  groupInitialRebalanceDelayMs: 3_000,
  groupSessionTimeoutMs: 6_000,
  producerDeliveryTimeoutUs: 30_000_000,
  consumerCommitIntervalUs: 1_000_000,
  classicClients: false,
};

/** What a person may do to the world, without its time. Nodes are numbers, from 1. */
export type ActionBody =
  | NodeAction
  | NetworkAction
  | PowerCutAction
  | PowerOnAction
  | AddNodeAction
  | ClientAction;

/** What clients do. */
export type ClientAction =
  | ProduceAction
  | ConsumeAction
  | CreateTopicAction
  | DeleteTopicAction
  | RepairAction
  | RemoveNodeAction
  | AdminAction
  | StartProducerAction
  | StartConsumerAction
  | StopClientAction;

/** What a person may do to one node, without asking the cluster. */
export type NodeAction =
  | KillAction
  | RestartAction
  | TimeOutAction
  | DiskFaultAction
  | FailSyncAction
  | TearAction
  | FlipBitAction
  | SnapshotAction
  | PauseAction
  | SkewClockAction
  | HoldStageAction;

/** What a person may do to the network, and to what travels on it. */
export type NetworkAction =
  | CutAction
  | HealAction
  | SetLinkAction
  | SetNetworkAction
  | MessageAction;

/**
 * An action of a run. It takes effect after everything that happens at or before its time, so that
 * acting live and replaying are the same.
 */
export type Action = { readonly atUs: number } & ActionBody;

/** The node loses its power: its memory, and what its disk had not synced. */
interface KillAction {
  readonly kind: "kill";
  readonly node: number;
}

/** A new broker starts from the bytes on that node's disk and from nothing else. */
interface RestartAction {
  readonly kind: "restart";
  readonly node: number;
}

/** The node starts an election at once, as if it had heard of no leader for too long. */
interface TimeOutAction {
  readonly kind: "timeOut";
  readonly node: number;
}

/**
 * "pause": the process stands still, as one that is stopped by its system or collects garbage. What
 * arrives waits for it, its disk goes on; when it resumes it does not know that time has passed.
 */
interface PauseAction {
  readonly kind: "pause" | "resume";
  readonly node: number;
}

/** From now on the node's clock runs at that rate: 100 is right, 50 half as fast. It never jumps. */
interface SkewClockAction {
  readonly kind: "skewClock";
  readonly node: number;
  /** 10 to 1000. */
  readonly percent: number;
}

/**
 * From now on, or no longer, the node's Ready loop waits before this stage, as at a breakpoint. A
 * restart forgets it.
 */
interface HoldStageAction {
  readonly kind: "holdStage";
  readonly node: number;
  readonly stage: ReadyStage;
  readonly on: boolean;
}

/** What one direction of a link between brokers does to messages from now on; nothing: all zero. */
export interface SetLinkAction {
  readonly kind: "setLink";
  readonly from: number;
  readonly to: number;
  /** The same for the other direction. */
  readonly bothWays: boolean;
  /** Nothing passes, while the other direction may work. */
  readonly isCut: boolean;
  /** So many of a hundred messages are lost on the way, 0 to 100. */
  readonly lossPercent: number;
  /** Added to the latency of each. */
  readonly extraLatencyUs: number;
}

/** The latency of all links between brokers from now on, and how much they lose. */
export interface SetNetworkAction {
  readonly kind: "setNetwork";
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  /** 0 to 100. */
  readonly lossPercent: number;
}

/** What a person may do to one message under way. Messages are numbered in the whole run, from 1. */
export type MessageAction =
  | {
      /**
       * "hold": it stays where it is until it is released, or for ever. "duplicate": another one
       * like it follows; only between brokers, for clients use connections, where this cannot be.
       */
      readonly kind: "dropMessage" | "holdMessage" | "releaseMessage" | "duplicateMessage";
      readonly message: number;
    }
  /** It arrives so much later. */
  | { readonly kind: "delayMessage"; readonly message: number; readonly byUs: number };

/** Cuts these nodes off from the other brokers, in both directions. Clients still reach them. */
interface CutAction {
  readonly kind: "cut";
  readonly nodes: readonly number[];
}

/** Takes these nodes out of every cut; without `nodes` there is no cut any more. */
interface HealAction {
  readonly kind: "heal";
  readonly nodes?: readonly number[];
}

/** The client sends one record. */
export interface ProduceAction {
  readonly kind: "produce";
  /** One attempt at this node, whatever it answers; null: wherever the leader is, with retries. */
  readonly node: number | null;
  readonly topic: string;
  readonly partition: number;
  readonly key: string;
  readonly value: string;
  readonly acks: 0 | 1 | -1;
}

/** The client reads a partition from its beginning to the high watermark. */
export interface ConsumeAction {
  readonly kind: "consume";
  readonly topic: string;
  readonly partition: number;
  /** Only from this node, whatever it answers; null: wherever the leader is, with retries. */
  readonly node: number | null;
}

/** The client asks for a topic and tries again until there is a controller that made it. */
export interface CreateTopicAction {
  readonly kind: "createTopic";
  readonly topic: string;
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly minInsyncReplicas: number;
  /** Default "isr". */
  readonly replicationMode?: ReplicationMode;
  /** Default false. */
  readonly uncleanLeaderElection?: boolean;
}

interface DeleteTopicAction {
  readonly kind: "deleteTopic";
  readonly topic: string;
}

/** All nodes lose their power at once. */
interface PowerCutAction {
  readonly kind: "powerCut";
}

/** Every node that does not run is started. */
interface PowerOnAction {
  readonly kind: "powerOn";
}

/** From now on, or no longer, that node's disk misbehaves in this way. */
export interface DiskFaultAction {
  readonly kind: "diskFault";
  readonly node: number;
  readonly fault: DiskFault;
  readonly on: boolean;
}

/** The next sync of that node's disk fails, once; what it should have saved is gone. */
interface FailSyncAction {
  readonly kind: "failSync";
  readonly node: number;
}

/**
 * The node loses its power in the middle of the write that is under way, or of its next one: a
 * first part of that write is on the disk afterwards.
 */
interface TearAction {
  readonly kind: "tear";
  readonly node: number;
}

/** One bit of a file changes at rest, and nobody is told. */
export interface FlipBitAction {
  readonly kind: "flipBit";
  readonly node: number;
  readonly file: string;
  readonly byte: number;
  /** 0 (lowest) to 7. */
  readonly bit: number;
}

/** The node takes a snapshot of its metadata now. */
interface SnapshotAction {
  readonly kind: "snapshot";
  readonly node: number;
}

/**
 * The admin command for a node whose disk is damaged: the cluster removes it, its disk is wiped, it
 * starts again as a learner and is promoted once it has caught up.
 */
interface RepairAction {
  readonly kind: "repair";
  readonly node: number;
}

/** A new node with an empty disk starts, and client 1 asks the cluster to let it in. */
interface AddNodeAction {
  readonly kind: "addNode";
}

/** Client 1 asks the cluster to do without a node that is down. */
interface RemoveNodeAction {
  readonly kind: "removeNode";
  readonly node: number;
}

/** Client 1 gives an admin command, and tries again until there is a controller that did it. */
interface AdminAction {
  readonly kind: "admin";
  readonly command: AdminCommand;
}

/** A program that sends records until it is stopped. Clients are numbers, from 2: 1 is a person. */
export interface StartProducerAction {
  readonly kind: "startProducer";
  readonly client: number;
  readonly topic: string;
  readonly recordsPerSecond: number;
  readonly acks: 0 | 1 | -1;
  readonly idempotent: boolean;
  /** Its records have keys k0, k1, ... in turn; with 0 they have none. */
  readonly keyCount: number;
  /** Size of a value; it is never shorter than the record's number. */
  readonly valueBytes: number;
  /** A batch has at most so many records. Default 100. */
  readonly batchRecords?: number;
}

/** A program that reads a topic until it is stopped: all of it, or its share in a group. */
export interface StartConsumerAction {
  readonly kind: "startConsumer";
  readonly client: number;
  readonly topic: string;
  readonly group: string | null;
}

/** Stops a program. A crash takes it in the middle of what it does; otherwise it finishes first. */
interface StopClientAction {
  readonly kind: "stopClient";
  readonly client: number;
  readonly crash: boolean;
}

/** What became of an action: done, or refused with one sentence for a person. */
export type ActionResult = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** When a run first needs more than Raft and metadata (`WorldParts`); null if nobody does anything. */
export function firstActionAtUs({ actions }: Run): number | null {
  return actions[0]?.atUs ?? null;
}
