import { assert, unreachable } from "../base/assert.ts";
import { ByteReader } from "../base/bytes.ts";
import type { ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import type { WalEntryType, WalRecord, WalRecordKind } from "./record.ts";

/**
 * The bytes of a log file. All numbers are little endian.
 *
 *   segment header   magic u32 | version u32 | segment i64 | predecessor i64 | first sequence i64
 *                    | crc32c u32
 *   record header    payload length u32 | kind u8 | group u32 | sequence i64 | durable before i64
 *                    | payload crc32c u32 | header crc32c u32
 *   payload          see `writePayload`
 *
 * The header has a checksum of its own, so a damaged length is known for what it is and not taken
 * for the end of the file. Both checksums of a record start from its segment and position: a stale
 * or misdirected sector holds a whole record, but of another place, and does not pass.
 */
export const SEGMENT_HEADER_BYTES = 36;
export const RECORD_HEADER_BYTES = 33;

/** "CHWL" as it stands in the file. */
const MAGIC = 0x4c57_4843;
const VERSION = 1;
const KIND_AT = 4;
const DURABLE_BEFORE_AT = 17;
const PAYLOAD_CRC_AT = 25;
const HEADER_CRC_AT = 29;

export interface SegmentHeader {
  readonly segment: number;
  /** The segment before this one; 0 when there is none. */
  readonly predecessor: number;
  readonly firstSequence: number;
}

export interface RecordHeader {
  readonly payloadBytes: number;
  /** Null for a kind that this version does not know. */
  readonly kind: WalRecordKind | null;
  readonly group: number;
  readonly sequence: number;
  /** The last sequence known to be durable when the write with this record was issued. */
  readonly durableBefore: number;
  readonly payloadCrc: number;
}

const FILE_NAME = /^wal-(\d{20})\.log$/;

export function segmentFileName(segment: number): string {
  return `wal-${String(segment).padStart(20, "0")}.log`;
}

/** The segment that a file holds by its name; null when it is no log file. */
export function segmentOfFileName(file: string): number | null {
  const digits = FILE_NAME.exec(file)?.[1];
  if (digits === undefined) return null;
  const segment = Number(digits);
  return Number.isSafeInteger(segment) && segment > 0 ? segment : null;
}

export function writeSegmentHeader(writer: ByteWriter, header: SegmentHeader): void {
  const start = writer.size;
  writer.u32(MAGIC);
  writer.u32(VERSION);
  writer.i64(header.segment);
  writer.i64(header.predecessor);
  writer.i64(header.firstSequence);
  writer.u32(crc32c(writer.peek(), start, writer.size));
}

export type SegmentHeaderRead =
  | { readonly ok: true; readonly header: SegmentHeader }
  /** `whole` tells a header that is intact but not ours from one that is damaged or cut short. */
  | { readonly ok: false; readonly whole: boolean; readonly reason: string };

export function readSegmentHeader(bytes: Uint8Array): SegmentHeaderRead {
  if (bytes.length < SEGMENT_HEADER_BYTES) {
    return { ok: false, whole: false, reason: "the segment header is cut short" };
  }
  const reader = new ByteReader(bytes, "little", 0, SEGMENT_HEADER_BYTES);
  const magic = reader.u32();
  const version = reader.u32();
  const segment = reader.i64();
  const predecessor = reader.i64();
  const firstSequence = reader.i64();
  const crc = reader.u32();
  if (reader.failed || crc !== crc32c(bytes, 0, SEGMENT_HEADER_BYTES - 4)) {
    return { ok: false, whole: false, reason: "the segment header's checksum is wrong" };
  }
  if (magic !== MAGIC) return { ok: false, whole: true, reason: "the file is not a log segment" };
  if (version !== VERSION) {
    return { ok: false, whole: true, reason: `format version ${version} is not known` };
  }
  return { ok: true, header: { segment, predecessor, firstSequence } };
}

/** Adds a record, complete but for `durableBefore` and the header's checksum: see `sealRecord`. */
export function writeRecord(
  writer: ByteWriter,
  record: WalRecord,
  place: { readonly segment: number; readonly position: number; readonly sequence: number },
): void {
  const start = writer.size;
  writer.u32(0);
  writer.u8(KIND_CODES[record.kind]);
  writer.u32(record.kind === "entry" || record.kind === "hardState" ? record.group : 0);
  writer.i64(place.sequence);
  writer.i64(0);
  writer.u32(0);
  writer.u32(0);
  assert(writer.size - start === RECORD_HEADER_BYTES, "the record header has its size");
  writePayload(writer, record);
  const payloadStart = start + RECORD_HEADER_BYTES;
  const seed = placeSeed(place.segment, place.position);
  writer.patchU32(start, writer.size - payloadStart);
  writer.patchU32(start + PAYLOAD_CRC_AT, crc32c(writer.peek(), payloadStart, writer.size, seed));
}

/** Completes a record when its write is issued: only then is known how far the log is durable. */
export function sealRecord(
  writer: ByteWriter,
  start: number,
  seal: { readonly segment: number; readonly position: number; readonly durableBefore: number },
): void {
  writer.patchI64(start + DURABLE_BEFORE_AT, seal.durableBefore);
  const seed = placeSeed(seal.segment, seal.position);
  const crc = crc32c(writer.peek(), start, start + HEADER_CRC_AT, seed);
  writer.patchU32(start + HEADER_CRC_AT, crc);
}

/** The header that stands at `position`; null when what stands there is not one. */
export function readRecordHeader(
  bytes: Uint8Array,
  segment: number,
  position: number,
): RecordHeader | null {
  if (bytes.length - position < RECORD_HEADER_BYTES) return null;
  // No kind is 0. Asked before anything is set up: a search for records comes by at every byte.
  if (bytes[position + KIND_AT] === 0) return null;
  const reader = new ByteReader(bytes, "little", position, position + RECORD_HEADER_BYTES);
  const payloadBytes = reader.u32();
  const kind = KINDS[reader.u8()] ?? null;
  const group = reader.u32();
  const sequence = reader.i64();
  const durableBefore = reader.i64();
  const payloadCrc = reader.u32();
  const headerCrc = reader.u32();
  if (reader.failed) return null;
  const seed = placeSeed(segment, position);
  if (headerCrc !== crc32c(bytes, position, position + HEADER_CRC_AT, seed)) return null;
  return { payloadBytes, kind, group, sequence, durableBefore, payloadCrc };
}

export type RecordRead =
  | { readonly kind: "record"; readonly record: WalRecord }
  /** The payload is cut short or fails its checksum. */
  | { readonly kind: "unreadable" }
  /** The bytes are as they were written, but of no kind that this version can read. */
  | { readonly kind: "wrong" };

/** The record behind a header that was read at `position`. */
export function readRecord(
  bytes: Uint8Array,
  segment: number,
  position: number,
  header: RecordHeader,
): RecordRead {
  const start = position + RECORD_HEADER_BYTES;
  const end = start + header.payloadBytes;
  if (end > bytes.length) return { kind: "unreadable" };
  const crc = crc32c(bytes, start, end, placeSeed(segment, position));
  if (crc !== header.payloadCrc) return { kind: "unreadable" };
  const record = readPayload(new ByteReader(bytes, "little", start, end), header);
  return record === null ? { kind: "wrong" } : { kind: "record", record };
}

const KIND_CODES: { readonly [kind in WalRecordKind]: number } = {
  entry: 1,
  hardState: 2,
  produce: 3,
  truncateReplica: 4,
};
const KINDS: readonly (WalRecordKind | null)[] = [
  null,
  "entry",
  "hardState",
  "produce",
  "truncateReplica",
];
const ENTRY_TYPES: readonly WalEntryType[] = [
  "EntryNormal",
  "EntryConfChange",
  "EntryConfChangeV2",
];

/** Distinct for all positions of a segment, and for all segments at a position. */
function placeSeed(segment: number, position: number): number {
  return (Math.imul(segment, 0x9e37_79b1) + position) >>> 0;
}

function writePayload(writer: ByteWriter, record: WalRecord): void {
  switch (record.kind) {
    case "entry":
      writer.i64(record.term);
      writer.i64(record.index);
      writer.u8(ENTRY_TYPES.indexOf(record.entryType));
      writer.bytes(record.data);
      return;
    case "hardState":
      writer.i64(record.term);
      writer.i64(record.vote);
      writer.i64(record.commit);
      return;
    case "produce":
      writeText(writer, record.topic);
      writer.i32(record.partition);
      writer.u32(record.batch.length);
      writer.bytes(record.batch);
      writer.i64(record.baseOffset);
      writer.i64(record.lastOffset);
      writer.i32(record.recordCount);
      writer.i32(record.leaderEpoch);
      return;
    case "truncateReplica":
      writeText(writer, record.topic);
      writer.i32(record.partition);
      writer.i64(record.toOffset);
      return;
    default:
      unreachable(record);
  }
}

/** Null when the bytes are not exactly one payload of that kind. */
function readPayload(reader: ByteReader, header: RecordHeader): WalRecord | null {
  const record = readFields(reader, header);
  return reader.failed || reader.remaining > 0 ? null : record;
}

function readFields(reader: ByteReader, header: RecordHeader): WalRecord | null {
  const { kind, group } = header;
  switch (kind) {
    case "entry": {
      const term = reader.i64() as Term;
      const index = reader.i64() as Index;
      const entryType = ENTRY_TYPES[reader.u8()];
      const data = reader.bytes(reader.remaining).slice();
      return entryType === undefined ? null : { kind, group, term, index, entryType, data };
    }
    case "hardState": {
      const term = reader.i64() as Term;
      const vote = reader.i64() as NodeId;
      return { kind, group, term, vote, commit: reader.i64() as Index };
    }
    case "produce": {
      const topic = readText(reader);
      const partition = reader.i32();
      const batch = reader.bytes(reader.u32()).slice();
      const baseOffset = reader.i64() as Offset;
      const lastOffset = reader.i64() as Offset;
      const recordCount = reader.i32();
      const leaderEpoch = reader.i32() as LeaderEpoch;
      return {
        kind,
        topic,
        partition,
        baseOffset,
        lastOffset,
        recordCount,
        leaderEpoch,
        batch,
      };
    }
    case "truncateReplica": {
      const topic = readText(reader);
      const partition = reader.i32();
      return { kind, topic, partition, toOffset: reader.i64() as Offset };
    }
    case null:
      return null;
    default:
      return unreachable(kind);
  }
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = utf8Encode(text);
  writer.u16(bytes.length);
  writer.bytes(bytes);
}

function readText(reader: ByteReader): string {
  return utf8Decode(reader.bytes(reader.u16()));
}
