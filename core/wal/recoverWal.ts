import type { DiskImage } from "./disk.ts";
import {
  readRecord,
  readRecordHeader,
  readSegmentHeader,
  RECORD_HEADER_BYTES,
  SEGMENT_HEADER_BYTES,
  segmentFileName,
  segmentOfFileName,
} from "./format.ts";
import type { WalRecord } from "./record.ts";
import type { WalStart } from "./walWriter.ts";

export type WalRecovery = WalRecovered | WalDamaged;

export interface WalRecovered {
  /** "fresh": this node has never written a log. */
  readonly outcome: "fresh" | "recovered";
  /** In the order in which they were appended. */
  readonly records: readonly RecoveredRecord[];
  readonly report: WalReport;
  /** For the writer, which also cuts off a torn tail before it writes anything else. */
  readonly start: WalStart;
}

export interface RecoveredRecord {
  readonly sequence: number;
  readonly segment: number;
  /** Where the record's header starts in its file, and how many bytes header and payload take. */
  readonly position: number;
  readonly sizeBytes: number;
  readonly durableBefore: number;
  readonly record: WalRecord;
}

export interface WalReport {
  readonly recordCount: number;
  /** Size of the torn tail; 0 when the log ended cleanly. */
  readonly cutBytes: number;
  /** What was found, for people. */
  readonly sentence: string;
}

/** The log must not be served from: something that may have been promised is not readable. */
export interface WalDamaged {
  readonly outcome: "damaged";
  readonly segment: number;
  /** The sequence that the unreadable record should have. */
  readonly recordNumber: number;
  readonly position: number;
  readonly reason: WalDamageReason;
  readonly sentence: string;
}

export type WalDamageReason =
  /** A later record says that the unreadable one had reached the disk. */
  | "durableRecordUnreadable"
  /** Something valid stands behind the unreadable place, so it is not the end of the log. */
  | "validRecordFollows"
  | "earlierSegmentUnreadable"
  | "segmentMissing"
  | "segmentHeaderWrong"
  /** The bytes are as they were written, but do not fit together. */
  | "recordWrong";

/**
 * Reads the log as a restarted node finds it. What cannot be read at the very end was being
 * written when the power went and was promised to nobody: it is cut off, and reported. What cannot
 * be read anywhere else was whole once and may have been acknowledged: it is neither skipped nor
 * cut, and the node refuses to serve. A disk that tears one write in its middle and keeps its end
 * is refused too, since nothing in the log tells that from damage.
 */
export function recoverWal(image: DiskImage): WalRecovery {
  const segments = findSegments(image);
  const records: RecoveredRecord[] = [];
  let end = 0;
  for (const [at, { segment, bytes }] of segments.entries()) {
    const isLast = at === segments.length - 1;
    if (segment !== at + 1) return missing(at + 1, records.length + 1);
    const scan = scanSegment(segment, bytes, records);
    if (scan.kind === "wrong") {
      return damaged(segment, records.length + 1, scan.position, scan.reason, scan.what);
    }
    if (scan.kind === "unreadable") {
      const reason = isLast
        ? damageBehind(segment, bytes, scan.position, records.length + 1)
        : null;
      if (reason !== null || !isLast) {
        const why = reason ?? "earlierSegmentUnreadable";
        return damaged(segment, records.length + 1, scan.position, why, scan.what);
      }
    }
    end = scan.position;
  }
  return recovered(segments, records, end);
}

interface Segment {
  readonly segment: number;
  readonly bytes: Uint8Array;
}

function findSegments(image: DiskImage): Segment[] {
  const segments: Segment[] = [];
  for (const [file, bytes] of image) {
    const segment = segmentOfFileName(file);
    if (segment !== null) segments.push({ segment, bytes });
  }
  return segments.sort((a, b) => a.segment - b.segment);
}

/** How far a segment can be read: `position` is the first byte that is not part of a record. */
type Scan =
  | { readonly kind: "whole"; readonly position: number }
  /** Bytes that are cut short or fail a checksum. */
  | { readonly kind: "unreadable"; readonly position: number; readonly what: string }
  /** Bytes that pass every checksum and still cannot be what was written here. */
  | {
      readonly kind: "wrong";
      readonly position: number;
      readonly reason: WalDamageReason;
      readonly what: string;
    };

function scanSegment(segment: number, bytes: Uint8Array, records: RecoveredRecord[]): Scan {
  if (bytes.length === 0) return { kind: "whole", position: 0 };
  const read = readSegmentHeader(bytes);
  if (!read.ok) {
    if (!read.whole) return { kind: "unreadable", position: 0, what: read.reason };
    return { kind: "wrong", position: 0, reason: "segmentHeaderWrong", what: read.reason };
  }
  const { header } = read;
  const fits =
    header.segment === segment &&
    header.predecessor === segment - 1 &&
    header.firstSequence === records.length + 1;
  if (!fits) {
    const what = "the segment header belongs to another place";
    return { kind: "wrong", position: 0, reason: "segmentHeaderWrong", what };
  }
  return scanRecords(segment, bytes, records);
}

function scanRecords(segment: number, bytes: Uint8Array, records: RecoveredRecord[]): Scan {
  let position = SEGMENT_HEADER_BYTES;
  while (position < bytes.length) {
    const header = readRecordHeader(bytes, segment, position);
    if (header === null) {
      const what = "the record's header is cut short or its checksum is wrong";
      return { kind: "unreadable", position, what };
    }
    const sequence = records.length + 1;
    if (header.sequence !== sequence || header.durableBefore >= sequence) {
      const what = `the record calls itself ${header.sequence}, after ${header.durableBefore}`;
      return { kind: "wrong", position, reason: "recordWrong", what };
    }
    const payload = readRecord(bytes, segment, position, header);
    if (payload.kind === "unreadable") {
      const what = "the record's payload is cut short or its checksum is wrong";
      return { kind: "unreadable", position, what };
    }
    if (payload.kind === "wrong") {
      const what = "the record is whole, but of no kind that this version can read";
      return { kind: "wrong", position, reason: "recordWrong", what };
    }
    const sizeBytes = RECORD_HEADER_BYTES + header.payloadBytes;
    const { durableBefore } = header;
    records.push({
      sequence,
      segment,
      position,
      sizeBytes,
      durableBefore,
      record: payload.record,
    });
    position += sizeBytes;
  }
  return { kind: "whole", position };
}

/**
 * Why an unreadable place is damage and not a torn tail, or null. Checksums depend on the
 * position, so a header that passes at any later byte was written there and nowhere else; it is
 * enough, even when its own payload is gone.
 */
function damageBehind(
  segment: number,
  bytes: Uint8Array,
  position: number,
  sequence: number,
): WalDamageReason | null {
  let reason: WalDamageReason | null = null;
  for (let at = position + 1; at <= bytes.length - RECORD_HEADER_BYTES; at++) {
    const header = readRecordHeader(bytes, segment, at);
    if (header === null) continue;
    if (header.durableBefore >= sequence) return "durableRecordUnreadable";
    reason = "validRecordFollows";
  }
  return reason;
}

function recovered(
  segments: readonly Segment[],
  records: readonly RecoveredRecord[],
  end: number,
): WalRecovered {
  const last = segments.at(-1) ?? { segment: 1, bytes: new Uint8Array(0) };
  const file = segmentFileName(last.segment);
  const cutBytes = last.bytes.length - end;
  return {
    outcome: segments.length === 0 ? "fresh" : "recovered",
    records,
    report: { recordCount: records.length, cutBytes, sentence: sentence(records.length, cutBytes) },
    start: {
      segment: last.segment,
      file,
      sizeBytes: end,
      lastSequence: records.length,
      truncate: cutBytes === 0 ? null : { file, sizeBytes: end },
    },
  };
}

function sentence(recordCount: number, cutBytes: number): string {
  const found = `Recovered ${recordCount} ${recordCount === 1 ? "record" : "records"}`;
  if (cutBytes === 0) return `${found}; the log ends cleanly.`;
  const bytes = `${cutBytes} ${cutBytes === 1 ? "byte" : "bytes"}`;
  return `${found}; cut off a torn tail of ${bytes} that no sync had covered.`;
}

function damaged(
  segment: number,
  recordNumber: number,
  position: number,
  reason: WalDamageReason,
  what: string,
): WalDamaged {
  const where = `Record ${recordNumber} (segment ${segment}, byte ${position}) is damaged`;
  return {
    outcome: "damaged",
    segment,
    recordNumber,
    position,
    reason,
    sentence: `${where}: ${what}${CONSEQUENCES[reason]}`,
  };
}

const CONSEQUENCES: { readonly [reason in WalDamageReason]: string } = {
  durableRecordUnreadable: ", and a later record says it had been on the disk.",
  validRecordFollows: ", and valid records follow, so this is no torn tail.",
  earlierSegmentUnreadable: ", and later segments follow, so this is no torn tail.",
  segmentMissing: ".",
  segmentHeaderWrong: ".",
  recordWrong: ".",
};

function missing(segment: number, recordNumber: number): WalDamaged {
  return damaged(segment, recordNumber, 0, "segmentMissing", "the segment's file is missing");
}
