import { assert } from "../base/assert.ts";
import { ByteReader } from "../base/bytes.ts";
import type { ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { WalRecord, WalRecordKind } from "./record.ts";
import { readPayload, writePayload } from "./recordPayload.ts";
import type { SegmentHeader } from "./segmentHeader.ts";

/**
 * A record: a header, then the payload that `recordPayload.ts` describes. All numbers are little
 * endian.
 *
 *   version 2   kind u8 | payload length u32 | group u32 | sequence i64 | durable before i64
 *               | payload crc32c u32 | header crc32c u32
 *   version 1   the same, but payload length before kind
 *
 * The header has a checksum of its own, so a damaged length is known for what it is and not taken
 * for the end of the file. Both checksums of a record start from its segment and position: a stale
 * or misdirected sector holds a whole record, but of another place, and does not pass.
 */
export const RECORD_HEADER_BYTES = 33;

const LENGTH_AT = 1;
const GROUP_AT = 5;
const SEQUENCE_AT = 9;
const DURABLE_BEFORE_AT = 17;
const PAYLOAD_CRC_AT = 25;
const HEADER_CRC_AT = 29;
const VERSION_1_LENGTH_AT = 0;
const VERSION_1_KIND_AT = 4;

const KINDS: readonly WalRecordKind[] = [
  "entry",
  "hardState",
  "produce",
  "truncateReplica",
  "snapshot",
  "logStart",
  "openReplica",
];
/**
 * Kinds are e1, e2, ... in version 2 and 1, 2, ... in version 1. As the first byte of a record, with
 * several set bits, the kind sees to it that the sector where a record begins never reads as zeros,
 * as `END_MARK` does at the other end. It is also no letter, so a search for records passes over text.
 */
const KIND_BASE = 0xe0;
const KIND_BASE_MASK = 0xf0;

const TWO_TO_32 = 2 ** 32;

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

/** The segment that a record stands in, as far as its bytes depend on that. */
export type RecordPlace = Pick<SegmentHeader, "segment" | "version">;

/** Adds a record, complete but for `durableBefore` and the header's checksum: see `sealRecord`. */
export function writeRecord(
  writer: ByteWriter,
  record: WalRecord,
  place: { readonly segment: number; readonly position: number; readonly sequence: number },
): void {
  const start = writer.size;
  writer.u8(KIND_BASE + KINDS.indexOf(record.kind) + 1);
  writer.u32(0);
  writer.u32("group" in record ? record.group : 0);
  writer.i64(place.sequence);
  writer.i64(0);
  writer.u32(0);
  writer.u32(0);
  assert(writer.size - start === RECORD_HEADER_BYTES, "the record header has its size");
  writePayload(writer, record);
  const payloadStart = start + RECORD_HEADER_BYTES;
  const seed = placeSeed(place.segment, place.position);
  writer.patchU32(start + LENGTH_AT, writer.size - payloadStart);
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
  place: RecordPlace,
  position: number,
): RecordHeader | null {
  if (bytes.length - position < RECORD_HEADER_BYTES) return null;
  const isVersion1 = place.version === 1;
  const code = bytes[isVersion1 ? position + VERSION_1_KIND_AT : position]!;
  // Asked before anything else: a search for records comes by at every byte.
  if (isVersion1 ? code === 0 : (code & KIND_BASE_MASK) !== KIND_BASE) return null;
  const seed = placeSeed(place.segment, position);
  const crc = crc32c(bytes, position, position + HEADER_CRC_AT, seed);
  if (crc !== u32At(bytes, position + HEADER_CRC_AT)) return null;
  return {
    payloadBytes: u32At(bytes, position + (isVersion1 ? VERSION_1_LENGTH_AT : LENGTH_AT)),
    kind: KINDS[code - (isVersion1 ? 0 : KIND_BASE) - 1] ?? null,
    group: u32At(bytes, position + GROUP_AT),
    sequence: i64At(bytes, position + SEQUENCE_AT),
    durableBefore: i64At(bytes, position + DURABLE_BEFORE_AT),
    payloadCrc: u32At(bytes, position + PAYLOAD_CRC_AT),
  };
}

export type RecordRead =
  | { readonly kind: "record"; readonly record: WalRecord }
  /** The file ends before the payload does. */
  | { readonly kind: "short" }
  /** The payload fails its checksum. */
  | { readonly kind: "checksum" }
  /** The bytes are as they were written, but of no kind that this version can read. */
  | { readonly kind: "wrong" };

/** The record behind a header that was read at `position`. Its byte fields are views of `bytes`. */
export function readRecord(
  bytes: Uint8Array,
  place: RecordPlace,
  position: number,
  header: RecordHeader,
): RecordRead {
  const start = position + RECORD_HEADER_BYTES;
  const end = start + header.payloadBytes;
  if (end > bytes.length) return SHORT;
  const crc = crc32c(bytes, start, end, placeSeed(place.segment, position));
  if (crc !== header.payloadCrc) return CHECKSUM;
  const { kind, group } = header;
  if (kind === null) return WRONG;
  const reader = new ByteReader(bytes, "little", start, end);
  const record = readPayload(reader, kind, group, place.version);
  return record === null ? WRONG : { kind: "record", record };
}

const SHORT: RecordRead = { kind: "short" };
const CHECKSUM: RecordRead = { kind: "checksum" };
const WRONG: RecordRead = { kind: "wrong" };

/** Distinct for all positions of a segment, and for all segments at a position. */
function placeSeed(segment: number, position: number): number {
  return (Math.imul(segment, 0x9e37_79b1) + position) >>> 0;
}

function u32At(bytes: Uint8Array, at: number): number {
  const low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
  return (low | (bytes[at + 3]! << 24)) >>> 0;
}

/** What was written is a safe integer; anything else comes out as one that fits nowhere. */
function i64At(bytes: Uint8Array, at: number): number {
  return (u32At(bytes, at + 4) | 0) * TWO_TO_32 + u32At(bytes, at);
}
