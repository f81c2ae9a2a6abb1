import { unreachable } from "../base/assert.ts";
import type { ByteReader, ByteWriter } from "../base/bytes.ts";
import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import type { WalEntryType, WalRecord, WalRecordKind } from "./record.ts";
import type { FormatVersion } from "./segmentHeader.ts";

/**
 * The fields of each kind of record, in this order and little endian; text is its length (u16) and
 * UTF-8. Behind the last field of every kind stands `END_MARK` (not so in version 1).
 *
 *   entry            term i64 | index i64 | entry type u8 | context length i32, -1 for none
 *                    | context | data, up to the end mark (version 1: no context)
 *   hardState        term i64 | vote i64 | commit i64
 *   produce          topic text | partition i32 | batch length u32 | batch | base offset i64
 *                    | last offset i64 | record count i32 | leader epoch i32
 *   truncateReplica  topic text | partition i32 | to offset i64
 *   snapshot         index i64 | term i64 | installed u8
 *   logStart         segment i64 | carried count u32
 *   openReplica      topic text | partition i32 | topic id text
 */
const ENTRY_TYPES: readonly WalEntryType[] = [
  "EntryNormal",
  "EntryConfChange",
  "EntryConfChangeV2",
];

/**
 * Closes every payload. It has several set bits, so that the sector with the end of a record never
 * reads as zeros, not even after one of its bits has flipped: see `tornTail.ts`.
 */
const END_MARK = 0xee;

const NO_CONTEXT = -1;

export function writePayload(writer: ByteWriter, record: WalRecord): void {
  writeFields(writer, record);
  writer.u8(END_MARK);
}

function writeFields(writer: ByteWriter, record: WalRecord): void {
  switch (record.kind) {
    case "entry":
      writer.i64(record.term);
      writer.i64(record.index);
      writer.u8(ENTRY_TYPES.indexOf(record.entryType));
      writer.i32(record.context === null ? NO_CONTEXT : record.context.length);
      if (record.context !== null) writer.bytes(record.context);
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
    case "openReplica":
      writeText(writer, record.topic);
      writer.i32(record.partition);
      writeText(writer, record.topicId);
      return;
    case "snapshot":
      writer.i64(record.index);
      writer.i64(record.term);
      writer.u8(record.installed ? 1 : 0);
      return;
    case "logStart":
      writer.i64(record.segment);
      writer.u32(record.carriedCount);
      return;
    default:
      unreachable(record);
  }
}

/** Null when the bytes are not exactly one payload of that kind. */
export function readPayload(
  reader: ByteReader,
  kind: WalRecordKind,
  group: number,
  version: FormatVersion,
): WalRecord | null {
  const endBytes = version === 1 ? 0 : 1;
  const record = readFields(reader, kind, group, endBytes, version);
  if (endBytes > 0 && reader.u8() !== END_MARK) return null;
  return reader.failed || reader.remaining > 0 ? null : record;
}

function readFields(
  reader: ByteReader,
  kind: WalRecordKind,
  group: number,
  endBytes: number,
  version: FormatVersion,
): WalRecord | null {
  switch (kind) {
    case "entry": {
      const term = reader.i64() as Term;
      const index = reader.i64() as Index;
      const entryType = ENTRY_TYPES[reader.u8()];
      const contextBytes = version === 1 ? NO_CONTEXT : reader.i32();
      const context = contextBytes === NO_CONTEXT ? null : reader.bytes(contextBytes);
      const data = reader.bytes(reader.remaining - endBytes);
      if (entryType === undefined) return null;
      return { kind, group, term, index, entryType, context, data };
    }
    case "hardState": {
      const term = reader.i64() as Term;
      const vote = reader.i64() as NodeId;
      return { kind, group, term, vote, commit: reader.i64() as Index };
    }
    case "produce":
      return readProduce(reader);
    case "truncateReplica": {
      const topic = readText(reader);
      const partition = reader.i32();
      return { kind, topic, partition, toOffset: reader.i64() as Offset };
    }
    case "openReplica": {
      const topic = readText(reader);
      const partition = reader.i32();
      return { kind, topic, partition, topicId: readText(reader) };
    }
    case "snapshot": {
      const index = reader.i64() as Index;
      const term = reader.i64() as Term;
      const installed = reader.u8();
      return installed > 1 ? null : { kind, group, index, term, installed: installed === 1 };
    }
    case "logStart": {
      const segment = reader.i64();
      return { kind, segment, carriedCount: reader.u32() };
    }
    default:
      return unreachable(kind);
  }
}

function readProduce(reader: ByteReader): WalRecord {
  const topic = readText(reader);
  const partition = reader.i32();
  const batch = reader.bytes(reader.u32());
  const baseOffset = reader.i64() as Offset;
  const lastOffset = reader.i64() as Offset;
  const recordCount = reader.i32();
  const leaderEpoch = reader.i32() as LeaderEpoch;
  return {
    kind: "produce",
    topic,
    partition,
    baseOffset,
    lastOffset,
    recordCount,
    leaderEpoch,
    batch,
  };
}

function writeText(writer: ByteWriter, text: string): void {
  const bytes = utf8Encode(text);
  writer.u16(bytes.length);
  writer.bytes(bytes);
}

function readText(reader: ByteReader): string {
  return utf8Decode(reader.bytes(reader.u16()));
}
