import { ByteReader, ByteWriter } from "../../base/bytes.ts";
import { crc32c } from "../../base/crc32c.ts";
import { nodeId, offset } from "../../base/ids.ts";
import type { NodeId, Offset } from "../../base/ids.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { BATCH_HEADER_BYTES } from "../../wire/index.ts";

/** Whose log a segment file of a partition holds, and from where on. */
export interface SegmentIdentity {
  readonly node: NodeId;
  /** Of the node's disk: 0 for its first, one more for each that took its place. */
  readonly generation: number;
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  readonly baseOffset: Offset;
}

/**
 * A segment file begins with this header; behind it stand the batches as clients get them, framed by
 * nothing but their own headers and checksums, as in Kafka's segments, and sealed (`sealBatch`).
 * Numbers are little endian; text is its length (u16) and UTF-8.
 *
 *   magic u32 | version u32 | node u32 | generation u32 | partition i32 | base offset i64
 *   | topic id text | topic text | crc32c u32 of all that
 */
const VERSION = 1;
/** Of a batch's header: its length, and what the seal covers, the leader epoch up to the checksum. */
const LENGTH_AT = 8;
const LENGTH_END = 12;
const EPOCH_AT = 12;
const EPOCH_END = 21;
/** "CHPS" as it stands in the file. */
const MAGIC = 0x5350_4843;

const FILE_NAME = /^.+-\d+(?:\.g(\d+))?\.[0-9a-f]{8}\.\d{20}\.log$/;
/** A file name of 255 bytes, which most file systems allow, has room for so long a topic. */
const TOPIC_LENGTH_MAX = 180;
const ID_DIGITS = 8;

interface LogIdentity extends Pick<SegmentIdentity, "topic" | "topicId" | "partition"> {
  /** As `ReplicaLog.group`. */
  readonly group?: number;
}

/** What the names of all segment files of a log begin with; another for each topic of one name. */
export function segmentPrefix({ topic, topicId, partition, group = 0 }: LogIdentity): string {
  const key = partitionKey(topic.length > TOPIC_LENGTH_MAX ? topicId : topic, partition);
  const keeper = group === 0 ? "" : `.g${group}`;
  return `${key}${keeper}.${topicId.slice(0, ID_DIGITS)}`;
}

/**
 * "orders-1.0a1b2c3d.00000000000000000042.log"; of Raft group 7 it is
 * "orders-1.g7.0a1b2c3d.00000000000000000042.log". The name says so because a header may be torn.
 */
export function partitionFileName(identity: LogIdentity, baseOffset: Offset): string {
  return `${segmentPrefix(identity)}.${String(baseOffset).padStart(20, "0")}.log`;
}

/** The prefix of a segment file's name; null for a file that is none. */
export function prefixOfFileName(file: string): string | null {
  return FILE_NAME.test(file) ? file.slice(0, -".00000000000000000000.log".length) : null;
}

/** Number of the Raft group that keeps the log of a segment file; 0: none does. */
export function groupOfFileName(file: string): number {
  return Number(FILE_NAME.exec(file)?.[1] ?? 0);
}

export function encodeSegmentHeader(identity: SegmentIdentity): Uint8Array {
  const writer = new ByteWriter("little");
  writer.u32(MAGIC);
  writer.u32(VERSION);
  writer.u32(identity.node);
  writer.u32(identity.generation);
  writer.i32(identity.partition);
  writer.i64(identity.baseOffset);
  for (const text of [identity.topicId, identity.topic]) {
    const bytes = utf8Encode(text);
    writer.u16(bytes.length);
    writer.bytes(bytes);
  }
  writer.u32(crc32c(writer.peek()));
  return writer.take();
}

/**
 * Kafka's checksum of a batch leaves out its base offset and its leader epoch, for a broker stamps
 * these. On disk an epoch of which a bit has flipped would go unseen; but each batch's base offset is
 * known from the batch before. So in a segment the upper half of the base offset, which is hardly
 * ever more than 0, bears a checksum of the epoch, by exclusive or: done again it is undone, and if
 * the epoch has changed the base offset comes out wrong. Changes the batch at `at`.
 */
export function sealBatch(bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seal = crc32c(bytes, at + EPOCH_AT, at + EPOCH_END);
  view.setUint32(at, (view.getUint32(at) ^ seal) >>> 0);
}

/** A copy of the batch that begins at `at`, its seal undone; null if it is cut short. */
export function openSealedBatch(bytes: Uint8Array, at: number): Uint8Array | null {
  if (bytes.length - at < BATCH_HEADER_BYTES) return null;
  const reader = new ByteReader(bytes, "big", at + LENGTH_AT);
  const end = at + LENGTH_END + reader.i32();
  if (reader.failed || end > bytes.length || end - at < BATCH_HEADER_BYTES) return null;
  const batch = bytes.slice(at, end);
  sealBatch(batch, 0);
  return batch;
}

export interface PartitionSegmentHeader extends SegmentIdentity {
  /** Of the header: where the batches begin. */
  readonly sizeBytes: number;
}

/** Why there is no header, in words that follow the file's name; or the header. */
export function readPartitionSegmentHeader(bytes: Uint8Array): PartitionSegmentHeader | string {
  const reader = new ByteReader(bytes, "little");
  const magic = reader.u32();
  const version = reader.u32();
  const node = nodeId(reader.u32());
  const generation = reader.u32();
  const partition = reader.i32();
  const baseOffset = offset(reader.i64());
  const topicId = utf8Decode(reader.bytes(reader.u16()));
  const topic = utf8Decode(reader.bytes(reader.u16()));
  const end = reader.position;
  const crc = reader.u32();
  if (reader.failed || crc !== crc32c(bytes, 0, end)) {
    return "its header is cut short or has a wrong checksum";
  }
  if (magic !== MAGIC) return "it is not a segment of a partition";
  if (version !== VERSION) return `format version ${version} is not known`;
  const sizeBytes = reader.position;
  return { node, generation, topic, topicId, partition, baseOffset, sizeBytes };
}
