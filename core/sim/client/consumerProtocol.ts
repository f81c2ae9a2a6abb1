import { ByteReader, ByteWriter, NO_BYTES } from "../../base/bytes.ts";
import { utf8Decode, utf8Encode } from "../../base/utf8.ts";

/**
 * What the members of a group of consumers tell each other through the coordinator, which does not
 * look into it: Kafka's ConsumerProtocolSubscription and ConsumerProtocolAssignment, versions 0 to 3.
 */
interface Subscription {
  readonly topics: readonly string[];
}

/** Per topic the partitions that a member is to read. */
export type Assignment = ReadonlyMap<string, readonly number[]>;

const VERSION = 3;

/** The whole subscription in version 3; a member that gives up everything first owns nothing. */
export function encodeSubscription({ topics }: Subscription): Uint8Array {
  const writer = new ByteWriter("big", 64);
  writer.i16(VERSION);
  writer.i32(topics.length);
  for (const topic of topics) writeString(writer, topic);
  writer.i32(-1);
  writer.i32(0);
  writer.i32(-1);
  writer.i16(-1);
  return writer.take();
}

/** Later versions add fields behind the ones that are read here; null if these are malformed. */
export function decodeSubscription(bytes: Uint8Array): Subscription | null {
  const reader = new ByteReader(bytes, "big");
  reader.i16();
  const count = reader.i32();
  const topics: string[] = [];
  for (let at = 0; at < count && !reader.failed; at++) topics.push(readString(reader));
  return reader.failed ? null : { topics };
}

export function encodeAssignment(assignment: Assignment): Uint8Array {
  const writer = new ByteWriter("big", 64);
  writer.i16(VERSION);
  writer.i32(assignment.size);
  for (const [topic, partitions] of assignment) {
    writeString(writer, topic);
    writer.i32(partitions.length);
    for (const partition of partitions) writer.i32(partition);
  }
  writer.i32(-1);
  return writer.take();
}

/** No bytes are no partitions; null if they are malformed. */
export function decodeAssignment(bytes: Uint8Array): Assignment | null {
  const assignment = new Map<string, number[]>();
  if (bytes.length === NO_BYTES.length) return assignment;
  const reader = new ByteReader(bytes, "big");
  reader.i16();
  const topicCount = reader.i32();
  for (let at = 0; at < topicCount && !reader.failed; at++) {
    const topic = readString(reader);
    const partitions: number[] = [];
    const count = reader.i32();
    for (let n = 0; n < count && !reader.failed; n++) partitions.push(reader.i32());
    assignment.set(topic, partitions);
  }
  return reader.failed ? null : assignment;
}

interface Member {
  readonly memberId: string;
  readonly topics: readonly string[];
}

/**
 * Kafka's RangeAssignor: for each topic its members, in order of their ids, get consecutive ranges
 * of partitions, the first ones one more if it does not come out even.
 */
export function assignRanges(
  members: readonly Member[],
  partitionCount: (topic: string) => number,
): ReadonlyMap<string, Assignment> {
  const assignments = new Map<string, Map<string, readonly number[]>>();
  for (const { memberId } of members) assignments.set(memberId, new Map());
  const topics = new Set(members.flatMap((member) => member.topics));
  for (const topic of topics) {
    const readers = members
      .filter((member) => member.topics.includes(topic))
      .map(({ memberId }) => memberId)
      .sort((a, b) => (a < b ? -1 : 1));
    const count = partitionCount(topic);
    const each = Math.floor(count / readers.length);
    const extra = count % readers.length;
    let next = 0;
    for (const [at, memberId] of readers.entries()) {
      const size = each + (at < extra ? 1 : 0);
      const start = next;
      next += size;
      const range = Array.from({ length: size }, (_, i) => start + i);
      if (size > 0) assignments.get(memberId)?.set(topic, range);
    }
  }
  return assignments;
}

function writeString(writer: ByteWriter, text: string): void {
  const bytes = utf8Encode(text);
  writer.i16(bytes.length);
  writer.bytes(bytes);
}

function readString(reader: ByteReader): string {
  return utf8Decode(reader.bytes(reader.i16()));
}
