export {
  asV2,
  confChangesFromString,
  confChangesToString,
  decodeConfChange,
  encodeConfChange,
} from "./confChange.ts";
export type {
  ConfChange,
  ConfChangeDecodeError,
  ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV1,
  ConfChangeV2,
} from "./confChange.ts";
export { assertValidConfig } from "./config.ts";
export type { RaftConfig, StorageWrites } from "./config.ts";
export { CheckedRawNode } from "./contract/checkedRawNode.ts";
export { ContractError } from "./contract/contractError.ts";
export type { ContractRule } from "./contract/contractError.ts";
export type { ContractOptions } from "./contract/contractWatch.ts";
export {
  describeConfState,
  describeEntries,
  describeEntry,
  describeHardState,
  describeMessage,
  describeReady,
  describeRole,
  describeSnapshot,
  describeSoftState,
  quoteBytes,
} from "./describe.ts";
export type { DataFormatter } from "./describe.ts";
export { entrySizeBytes, NO_LIMIT_BYTES } from "./entrySize.ts";
export { confStateOf, MemoryStorage } from "./memoryStorage.ts";
export type { StorageWriteError } from "./memoryStorage.ts";
export {
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  message,
  NO_ENTRIES,
  NO_MESSAGES,
} from "./message.ts";
export type {
  ConfState,
  Draft,
  Entry,
  EntryType,
  HardState,
  Message,
  MessageType,
  Snapshot,
  SnapshotMetadata,
} from "./message.ts";
export { JointConfig, MajorityConfig } from "./quorum.ts";
export type { AckedIndex, VoteOf, VoteResult } from "./quorum.ts";
export { RawNode } from "./rawNode.ts";
export type { LightReady, ReadState, Ready, SoftState } from "./ready.ts";
export type { Role } from "./role.ts";
export type { BasicStatus, ProgressStatus, RaftStatus } from "./status.ts";
export type { StepResult } from "./stepResult.ts";
export type { Storage, StorageError } from "./storage.ts";
export type { RaftEvent, RaftTrace } from "./trace.ts";
export { describeTrace, traceLevel } from "./traceText.ts";
export type { RaftLogLevel } from "./traceText.ts";
