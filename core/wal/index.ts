/** The write-ahead log and snapshot files: their bytes, writers and recovery, over the disk seam. */
export type {
  DiskAppend,
  DiskCompletion,
  DiskError,
  DiskImage,
  DiskOperation,
  DiskTruncate,
} from "./disk.ts";
export type { RecoveredRecord } from "./logScan.ts";
export type {
  EntryRecord,
  HardStateRecord,
  LogStartRecord,
  OpenReplicaRecord,
  ProduceRecord,
  SnapshotRecord,
  TruncateReplicaRecord,
  WalEntryType,
  WalRecord,
  WalRecordKind,
} from "./record.ts";
export { readRecord, readRecordHeader, RECORD_HEADER_BYTES } from "./recordFormat.ts";
export type { RecordHeader, RecordPlace, RecordRead } from "./recordFormat.ts";
export { recoverWal } from "./recoverWal.ts";
export type { WalRecovered, WalRecovery } from "./recoverWal.ts";
export type { WalSegment } from "./segmentBuffer.ts";
export {
  FORMAT_VERSION,
  readSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentFileName,
  segmentOfFileName,
} from "./segmentHeader.ts";
export type {
  FormatVersion,
  SegmentHeader,
  SegmentHeaderRead,
  SegmentOwner,
} from "./segmentHeader.ts";
export { findSnapshots, snapshotOfFileName } from "./snapshotFile.ts";
export type { SnapshotFile, SnapshotMembers, SnapshotsFound } from "./snapshotFile.ts";
export { SnapshotStore } from "./snapshotStore.ts";
export type { SnapshotProgress } from "./snapshotStore.ts";
export { isUnfinished } from "./tornTail.ts";
export type { WalIndex } from "./walIndex.ts";
export { freshWal } from "./walStart.ts";
export type { WalIdentity, WalStart } from "./walStart.ts";
export type { WalDamaged, WalDamageReason, WalReport } from "./walReport.ts";
export { WalWriter } from "./walWriter.ts";
export type { WalProgress, WalWrite, WalWriterOptions } from "./walWriter.ts";
