/**
 * The node: Ready loop, produce, fetch, replicas and ISR, controller. A broker is a function: step
 * it with what arrived, take what it wants done, do that in order, tell it when the disk has
 * answered. The same inputs at the same times make the same outputs.
 */
export { Broker } from "./broker.ts";
export { DEFAULT_BROKER_CONFIG } from "./config.ts";
export type { BrokerConfig } from "./config.ts";
export type {
  BrokerEvent,
  LeadershipSourceName,
  LeadershipStep,
  RoleCause,
  VoteRefusal,
} from "./event.ts";
export type { PendingFetch } from "./fetch.ts";
export { READY_STAGES } from "./io.ts";
export type { BrokerInput, BrokerOutput, PeerMessage, ReadyStage } from "./io.ts";
export type { FollowerProgress, LedPartition, ProposedIsr } from "./ledPartition.ts";
export type { FinishedReady, OpenReady } from "./openReady.ts";
export type { Origin } from "./outbox.ts";
export type { PendingProduce, PendingProducePartition, ProduceWait } from "./produce.ts";
export type { Damage } from "./recover.ts";
export type { EpochEnd, ReplicaLog, StoredBatch } from "./replicaLog.ts";
export { serve } from "./serving.ts";
export type { WalStorage } from "./walStorage.ts";
