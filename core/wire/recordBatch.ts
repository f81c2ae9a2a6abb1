import { assert } from "../base/assert.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { LeaderEpoch, Offset } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { readVarint, writeVarint } from "../base/varint.ts";

/**
 * Kafka's record batch, format v2 (KIP-98): a header of 61 bytes, big endian, and the records as
 * zigzag varints. The checksum starts behind base offset and leader epoch, so a broker stamps
 * those two and leaves everything else as the producer made it.
 */
export const BATCH_HEADER_BYTES = 61;

const LENGTH_AT = 8;
const LEADER_EPOCH_AT = 12;
const MAGIC_AT = 16;
const CRC_AT = 17;
const CRC_START = 21;
const MAGIC = 2;
/** Bytes in front of what the batch's length field counts. */
const LENGTH_END = 12;
const COMPRESSION_MASK = 0x07;
const CODEC_MAX = 4;

export interface BatchHeader {
  readonly baseOffset: Offset;
  /** Of the whole batch, header included. */
  readonly sizeBytes: number;
  /** -1 until a leader has stamped it. */
  readonly leaderEpoch: LeaderEpoch;
  readonly crc: number;
  readonly attributes: number;
  readonly lastOffset: Offset;
  readonly firstTimestampMs: number;
  readonly maxTimestampMs: number;
  /** -1 for a producer that is not idempotent; so are the next two. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly recordCount: number;
}

export interface RecordBatch {
  readonly header: BatchHeader;
  readonly records: readonly BatchRecord[];
}

export interface BatchRecord {
  readonly offset: Offset;
  readonly timestampMs: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeaderField[];
}

export interface RecordHeaderField {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** What a batch is made of. */
export interface RecordBatchInput {
  readonly baseOffset: number;
  readonly leaderEpoch: number;
  readonly firstTimestampMs: number;
  readonly producerId?: number;
  readonly producerEpoch?: number;
  readonly baseSequence?: number;
  readonly records: readonly RecordInput[];
}

export interface RecordInput {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** After the batch's first timestamp; 0 when not given. */
  readonly timestampDeltaMs?: number;
  readonly headers?: readonly RecordHeaderField[];
}

/** Where and why bytes are not what they should be. */
export interface BatchRefused {
  readonly ok: false;
  /** The byte at which the field starts that is wrong. */
  readonly offset: number;
  readonly message: string;
}
export type BatchValidated = { readonly ok: true; readonly header: BatchHeader } | BatchRefused;
export type BatchDecoded = { readonly ok: true; readonly batch: RecordBatch } | BatchRefused;
export type BatchesSplit = { readonly ok: true; readonly batches: Uint8Array[] } | BatchRefused;

/** Encodes one uncompressed batch of at least one record. */
export function encodeRecordBatch(input: RecordBatchInput): Uint8Array {
  assert(input.records.length > 0, "a batch has a record");
  const deltas = input.records.map((record) => record.timestampDeltaMs ?? 0);
  const writer = new ByteWriter("big", 256);
  writer.i64(input.baseOffset);
  writer.i32(0);
  writer.i32(input.leaderEpoch);
  writer.i8(MAGIC);
  writer.u32(0);
  writer.i16(0);
  writer.i32(input.records.length - 1);
  writer.i64(input.firstTimestampMs);
  writer.i64(input.firstTimestampMs + deltas.reduce((max, delta) => Math.max(max, delta)));
  writer.i64(input.producerId ?? -1);
  writer.i16(input.producerEpoch ?? -1);
  writer.i32(input.baseSequence ?? -1);
  writer.i32(input.records.length);
  assert(writer.size === BATCH_HEADER_BYTES, "the batch header has its size");
  for (const [at, record] of input.records.entries()) writeRecord(writer, record, at);
  writer.patchU32(LENGTH_AT, writer.size - LENGTH_END);
  writer.patchU32(CRC_AT, crc32c(writer.peek(), CRC_START));
  return writer.take();
}

/**
 * Checks that the bytes are exactly one intact batch, without reading its records: what a broker
 * needs to know before it stores what a producer sent.
 */
export function validateRecordBatch(bytes: Uint8Array): BatchValidated {
  const header = readBatchHeader(bytes);
  if (header === null) {
    const isShort = bytes.length < BATCH_HEADER_BYTES;
    const short = `${bytes.length} bytes are less than a batch header`;
    return refused(0, isShort ? short : "a number of the batch header is too large");
  }
  if (bytes[MAGIC_AT] !== MAGIC) return refused(MAGIC_AT, `magic ${bytes[MAGIC_AT]} is not 2`);
  if (header.sizeBytes !== bytes.length) {
    return refused(LENGTH_AT, `the batch wants ${header.sizeBytes} bytes, not ${bytes.length}`);
  }
  const crc = crc32c(bytes, CRC_START);
  if (header.crc !== crc) {
    return refused(CRC_AT, `checksum ${hex(header.crc)} is not ${hex(crc)} of the bytes`);
  }
  if (codecOf(header) > CODEC_MAX) return refused(CRC_START, `codec ${codecOf(header)} is unknown`);
  if (header.recordCount < 1) return refused(57, `${header.recordCount} is not a record count`);
  if (header.lastOffset - header.baseOffset !== header.recordCount - 1) {
    return refused(23, "the last offset does not fit the record count");
  }
  return { ok: true, header };
}

/** Reads a batch with its records. Compressed records are refused: nothing here can read them. */
export function decodeRecordBatch(bytes: Uint8Array): BatchDecoded {
  const validated = validateRecordBatch(bytes);
  if (!validated.ok) return validated;
  const { header } = validated;
  if (codecOf(header) !== 0) return refused(CRC_START, "the records are compressed");
  return decodeRecords(header, bytes, BATCH_HEADER_BYTES);
}

/** Which compression its records have: 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
export function codecOf(header: BatchHeader): number {
  return header.attributes & COMPRESSION_MASK;
}

/** Reads the records of a batch, uncompressed, from `start` to the end of `bytes`. */
export function decodeRecords(
  header: BatchHeader,
  bytes: Uint8Array,
  start: number = 0,
): BatchDecoded {
  const reader = new ByteReader(bytes, "big", start);
  const records: BatchRecord[] = [];
  for (let at = 0; at < header.recordCount; at++) {
    const start = reader.position;
    const record = readRecord(reader, header, at);
    if (record === null) return refused(start, `record ${at} is malformed`);
    records.push(record);
  }
  if (reader.remaining > 0) return refused(reader.position, "bytes follow the last record");
  return { ok: true, batch: { header, records } };
}

/**
 * The header of the batch that starts at `start`; null when too few bytes are left or a number is
 * beyond what can be held. Nothing else is checked: use `validateRecordBatch` on foreign bytes.
 */
export function readBatchHeader(bytes: Uint8Array, start: number = 0): BatchHeader | null {
  if (bytes.length - start < BATCH_HEADER_BYTES) return null;
  const reader = new ByteReader(bytes, "big", start, start + BATCH_HEADER_BYTES);
  const baseOffset = reader.i64() as Offset;
  const sizeBytes = reader.i32() + LENGTH_END;
  const leaderEpoch = reader.i32() as LeaderEpoch;
  reader.i8();
  const crc = reader.u32();
  const attributes = reader.i16();
  const lastOffset = (baseOffset + reader.i32()) as Offset;
  const header = {
    baseOffset,
    sizeBytes,
    leaderEpoch,
    crc,
    attributes,
    lastOffset,
    firstTimestampMs: reader.i64(),
    maxTimestampMs: reader.i64(),
    producerId: reader.i64(),
    producerEpoch: reader.i16(),
    baseSequence: reader.i32(),
    recordCount: reader.i32(),
  };
  return reader.failed ? null : header;
}

/**
 * Whether there are as many records as a batch says, by their lengths alone: what a leader must know
 * before it gives out that many offsets. Compressed records cannot be counted here, so of them only
 * `compressedMax` are believed.
 */
export function hasItsRecords(
  bytes: Uint8Array,
  header: BatchHeader,
  compressedMax: number,
): boolean {
  if (codecOf(header) !== 0) return header.recordCount <= compressedMax;
  const reader = new ByteReader(bytes, "big", BATCH_HEADER_BYTES);
  for (let at = 0; at < header.recordCount; at++) {
    reader.bytes(readVarint(reader));
    if (reader.failed) return false;
  }
  return reader.remaining === 0;
}

/** The same batch with its place in the log stamped on it: what a leader does when it appends. */
export function rewriteBatchOffsets(
  batch: Uint8Array,
  baseOffset: Offset,
  leaderEpoch: LeaderEpoch,
): Uint8Array {
  assert(batch.length >= BATCH_HEADER_BYTES, "a batch has a whole header");
  const stamped = batch.slice();
  const view = new DataView(stamped.buffer);
  view.setBigInt64(0, BigInt(baseOffset));
  view.setInt32(LEADER_EPOCH_AT, leaderEpoch);
  return stamped;
}

/** Cuts batches that stand one after the other apart, as windows on the same bytes. */
export function splitBatches(bytes: Uint8Array): BatchesSplit {
  const batches: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const header = readBatchHeader(bytes, at);
    if (header === null) return refused(at, "the last batch's header is cut short");
    const end = at + header.sizeBytes;
    if (header.sizeBytes < BATCH_HEADER_BYTES || end > bytes.length) {
      return refused(at + LENGTH_AT, `a batch of ${header.sizeBytes} bytes does not fit here`);
    }
    batches.push(bytes.subarray(at, end));
    at = end;
  }
  return { ok: true, batches };
}

function writeRecord(writer: ByteWriter, record: RecordInput, offsetDelta: number): void {
  const body = new ByteWriter("big", 64);
  body.i8(0);
  writeVarint(body, record.timestampDeltaMs ?? 0);
  writeVarint(body, offsetDelta);
  writeNullableBytes(body, record.key);
  writeNullableBytes(body, record.value);
  const headers = record.headers ?? [];
  writeVarint(body, headers.length);
  for (const { key, value } of headers) {
    writeNullableBytes(body, utf8Encode(key));
    writeNullableBytes(body, value);
  }
  writeVarint(writer, body.size);
  writer.bytes(body.peek());
}

function readRecord(reader: ByteReader, header: BatchHeader, at: number): BatchRecord | null {
  const sizeBytes = readVarint(reader);
  const end = reader.position + sizeBytes;
  reader.i8();
  const timestampDeltaMs = readVarint(reader);
  const offsetDelta = readVarint(reader);
  const key = readNullableBytes(reader);
  const value = readNullableBytes(reader);
  const headerCount = readVarint(reader);
  // Each header takes two bytes or more, so a count that cannot fit is known before looping.
  if (headerCount < 0 || headerCount * 2 > reader.remaining) return null;
  const headers: RecordHeaderField[] = [];
  for (let count = 0; count < headerCount; count++) {
    const name = readNullableBytes(reader);
    if (name === null) return null;
    headers.push({ key: utf8Decode(name), value: readNullableBytes(reader) });
  }
  if (reader.failed || reader.position !== end || offsetDelta !== at) return null;
  return {
    offset: (header.baseOffset + offsetDelta) as Offset,
    timestampMs: header.firstTimestampMs + timestampDeltaMs,
    key,
    value,
    headers,
  };
}

function writeNullableBytes(writer: ByteWriter, value: Uint8Array | null): void {
  if (value === null) {
    writeVarint(writer, -1);
    return;
  }
  writeVarint(writer, value.length);
  writer.bytes(value);
}

/** Lengths below -1 make the reader fail. */
function readNullableBytes(reader: ByteReader): Uint8Array | null {
  const length = readVarint(reader);
  return length === -1 ? null : reader.bytes(length);
}

function refused(offset: number, message: string): BatchRefused {
  return { ok: false, offset, message };
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
