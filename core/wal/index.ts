/** The write-ahead log: records, their bytes, the writer and recovery, over the disk seam. */
export type { DiskAppend, DiskCompletion, DiskImage, DiskOperation, DiskTruncate } from "./disk.ts";
export {
  readRecordHeader,
  readSegmentHeader,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentFileName,
} from "./format.ts";
export type { RecordHeader, SegmentHeader, SegmentHeaderRead } from "./format.ts";
export type {
  EntryRecord,
  HardStateRecord,
  ProduceRecord,
  TruncateReplicaRecord,
  WalEntryType,
  WalRecord,
  WalRecordKind,
} from "./record.ts";
export { recoverWal } from "./recoverWal.ts";
export type {
  RecoveredRecord,
  WalDamaged,
  WalDamageReason,
  WalRecovered,
  WalRecovery,
  WalReport,
} from "./recoverWal.ts";
export { WalWriter } from "./walWriter.ts";
export type { WalProgress, WalStart, WalWrite } from "./walWriter.ts";
