import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";
import type { RecordInput } from "../../wire/index.ts";

/**
 * The records of the offsets topic, in Kafka's layouts: OffsetCommitKey 1 with OffsetCommitValue 3,
 * and GroupMetadataKey 2 with GroupMetadataValue 3. Their keys make the topic compactable: the last
 * record of a key is what counts, and one without a value says that there is nothing any more.
 */
export type OffsetsRecord =
  | {
      readonly kind: "offset";
      readonly groupId: string;
      readonly topic: string;
      readonly partition: number;
      readonly value: OffsetValue | null;
    }
  | { readonly kind: "group"; readonly groupId: string; readonly value: GroupValue | null };

export interface OffsetValue {
  readonly committedOffset: number;
  readonly committedLeaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
}

export interface GroupValue {
  readonly protocolType: string;
  readonly generation: number;
  /** Null, as the leader is, while the group has no members. */
  readonly protocolName: string | null;
  readonly leader: string | null;
  readonly stateTimestampMs: number;
  readonly members: readonly GroupValueMember[];
}
export interface GroupValueMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly subscription: Uint8Array;
  readonly assignment: Uint8Array;
}

const OFFSET_KEY_VERSION = 1;
const GROUP_KEY_VERSION = 2;
const VALUE_VERSION = 3;
/** A string's length is 16 bits, so that longer names than this, in UTF-8, may not fit. */
export const NAME_CHARS_MAX = 10_000;

export function encodeOffsetsRecord(record: OffsetsRecord): RecordInput {
  const key = new ByteWriter("big", 64);
  key.i16(record.kind === "offset" ? OFFSET_KEY_VERSION : GROUP_KEY_VERSION);
  writeString(key, record.groupId);
  if (record.kind === "group") {
    return { key: key.take(), value: record.value && encodeGroup(record.value) };
  }
  writeString(key, record.topic);
  key.i32(record.partition);
  return { key: key.take(), value: record.value && encodeOffset(record.value) };
}

/** Null for what is neither, or of a version that is not written here. */
export function decodeOffsetsRecord(
  key: Uint8Array | null,
  value: Uint8Array | null,
): OffsetsRecord | null {
  if (key === null) return null;
  const reader = new ByteReader(key, "big");
  const version = reader.i16();
  const groupId = readString(reader) ?? "";
  if (version === OFFSET_KEY_VERSION) {
    const topic = readString(reader) ?? "";
    const partition = reader.i32();
    const decoded = value && decodeValue(value, decodeOffset);
    if (reader.failed || decoded === undefined) return null;
    return { kind: "offset", groupId, topic, partition, value: decoded };
  }
  const decoded = value && decodeValue(value, decodeGroup);
  if (version !== GROUP_KEY_VERSION || reader.failed || decoded === undefined) return null;
  return { kind: "group", groupId, value: decoded };
}

function decodeValue<Value>(
  bytes: Uint8Array,
  decode: (reader: ByteReader) => Value,
): Value | undefined {
  const reader = new ByteReader(bytes, "big");
  if (reader.i16() !== VALUE_VERSION) return undefined;
  const value = decode(reader);
  return reader.failed ? undefined : value;
}

function encodeOffset(value: OffsetValue): Uint8Array {
  const writer = new ByteWriter("big", 64);
  writer.i16(VALUE_VERSION);
  writer.i64(value.committedOffset);
  writer.i32(value.committedLeaderEpoch);
  writeString(writer, value.metadata);
  writer.i64(value.commitTimestampMs);
  return writer.take();
}

function decodeOffset(reader: ByteReader): OffsetValue {
  return {
    committedOffset: reader.i64(),
    committedLeaderEpoch: reader.i32(),
    metadata: readString(reader) ?? "",
    commitTimestampMs: reader.i64(),
  };
}

function encodeGroup(value: GroupValue): Uint8Array {
  const writer = new ByteWriter("big");
  writer.i16(VALUE_VERSION);
  writeString(writer, value.protocolType);
  writer.i32(value.generation);
  writeString(writer, value.protocolName);
  writeString(writer, value.leader);
  writer.i64(value.stateTimestampMs);
  writer.i32(value.members.length);
  for (const member of value.members) {
    writeString(writer, member.memberId);
    writeString(writer, member.groupInstanceId);
    writeString(writer, member.clientId);
    // The client's host, which a broker without sockets does not know.
    writeString(writer, "");
    writer.i32(member.rebalanceTimeoutMs);
    writer.i32(member.sessionTimeoutMs);
    writeBytes(writer, member.subscription);
    writeBytes(writer, member.assignment);
  }
  return writer.take();
}

function decodeGroup(reader: ByteReader): GroupValue {
  const protocolType = readString(reader) ?? "";
  const generation = reader.i32();
  const protocolName = readString(reader);
  const leader = readString(reader);
  const stateTimestampMs = reader.i64();
  const members: GroupValueMember[] = [];
  for (let left = reader.i32(); left > 0 && !reader.failed; left--) {
    members.push(decodeMember(reader));
  }
  return { protocolType, generation, protocolName, leader, stateTimestampMs, members };
}

function decodeMember(reader: ByteReader): GroupValueMember {
  const memberId = readString(reader) ?? "";
  const groupInstanceId = readString(reader);
  const clientId = readString(reader) ?? "";
  readString(reader);
  return {
    memberId,
    groupInstanceId,
    clientId,
    rebalanceTimeoutMs: reader.i32(),
    sessionTimeoutMs: reader.i32(),
    subscription: readBytes(reader),
    assignment: readBytes(reader),
  };
}

function writeString(writer: ByteWriter, text: string | null): void {
  if (text === null) return writer.i16(-1);
  const bytes = utf8Encode(text);
  writer.i16(bytes.length);
  writer.bytes(bytes);
}

function readString(reader: ByteReader): string | null {
  const length = reader.i16();
  return length === -1 ? null : utf8Decode(reader.bytes(length));
}

function writeBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.i32(bytes.length);
  writer.bytes(bytes);
}

/** Copied, so that what a group keeps does not keep a whole batch alive. */
function readBytes(reader: ByteReader): Uint8Array {
  return reader.bytes(reader.i32()).slice();
}
