import type { Broker, LedPartition, ReplicaLog } from "../broker/index.ts";
import type { RaftPartitions } from "../broker/raftPartitions/raftPartitions.ts";
import type { decodeCommand, metadataHash, PartitionKey } from "../metadata/index.ts";
import type { RawNode, Storage } from "../raft/index.ts";
import type { Process, World } from "../sim/index.ts";
import type {
  FORMAT_VERSION,
  isUnfinished,
  readRecord,
  readRecordHeader,
  readSegmentHeader,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentOfFileName,
  snapshotOfFileName,
} from "../wal/index.ts";
import type { decodeRecordBatch, decodeResponse, errorName } from "../wire/index.ts";

/**
 * What the projection reads of a world. A `World` is one; nothing in here can change a world.
 */
export interface WorldSource extends Pick<
  World,
  | "nowUs"
  | "options"
  | "flights"
  | "cuts"
  | "links"
  | "network"
  | "writes"
  | "disk"
  | "history"
  | "clients"
  | "losses"
  | "rules"
  | "violation"
> {
  readonly processes: readonly ProcessSource[];
}

export interface ProcessSource extends Pick<
  Process,
  "node" | "state" | "sinceUs" | "incarnation" | "nextTickAtUs" | "isPaused" | "clock"
> {
  readonly broker: BrokerSource | null;
  readonly remains: BrokerSource | null;
}

export interface BrokerSource extends Pick<
  Broker,
  | "metadata"
  | "appliedIndex"
  | "openReady"
  | "lastReady"
  | "lastSyncedReady"
  | "heldStages"
  | "damage"
  | "stopped"
  | "isDiskFull"
  | "pendingProduces"
  | "groups"
> {
  readonly raft: RaftSource | null;
  readonly storage: Pick<Storage, "term" | "firstIndex" | "lastIndex"> | null;
  readonly replicas: ReadonlyMap<PartitionKey, ReplicaSource>;
  readonly led: ReadonlyMap<PartitionKey, LedPartition>;
  readonly raftPartitions: Pick<RaftPartitions, "isReadable"> | null;
}

type RaftSource = Pick<
  RawNode,
  | "role"
  | "term"
  | "lead"
  | "commit"
  | "applied"
  | "firstIndex"
  | "lastIndex"
  | "entries"
  | "termAt"
  | "status"
>;

export type ReplicaSource = Pick<
  ReplicaLog,
  "topic" | "partition" | "batches" | "logEndOffset" | "durableEndOffset" | "highWatermark"
>;

/**
 * How bytes are read. The projection is given these functions, so that this ring depends on the
 * other rings' types alone.
 */
export interface Readers {
  readonly decodeCommand: typeof decodeCommand;
  readonly decodeRecordBatch: typeof decodeRecordBatch;
  readonly metadataHash: typeof metadataHash;
  readonly errorName: ErrorName;
  readonly readSegmentHeader: typeof readSegmentHeader;
  readonly readRecordHeader: typeof readRecordHeader;
  readonly readRecord: typeof readRecord;
  readonly isUnfinished: typeof isUnfinished;
  readonly segmentOfFileName: typeof segmentOfFileName;
  readonly snapshotOfFileName: typeof snapshotOfFileName;
  readonly FORMAT_VERSION: typeof FORMAT_VERSION;
  readonly RECORD_HEADER_BYTES: typeof RECORD_HEADER_BYTES;
  readonly SEGMENT_HEADER_BYTES: typeof SEGMENT_HEADER_BYTES;
}

export type ErrorName = typeof errorName;
/** Reads what brokers answer; not needed before there are clients. */
export type DecodeResponse = typeof decodeResponse;
