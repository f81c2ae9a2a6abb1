import { crc32c } from "../base/crc32c.ts";
import type { ByteWriter } from "../base/bytes.ts";
import { ByteReader } from "../base/bytes.ts";
import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";

/**
 * What a log file begins with. All numbers are little endian.
 *
 *   version 2   magic u32 | version u32 | segment i64 | predecessor i64 | first sequence i64
 *               | node u32 | generation u32 | crc32c u32
 *   version 1   the same without node and generation
 */
export const SEGMENT_HEADER_BYTES = 44;
const VERSION_1_HEADER_BYTES = 36;

/** The version that is written. Both it and version 1 are read. */
export const FORMAT_VERSION = 2;
export type FormatVersion = 1 | 2;

/** "CHWL" as it stands in the file. */
const MAGIC = 0x4c57_4843;
const VERSION_AT = 4;

export interface SegmentHeader {
  readonly version: FormatVersion;
  readonly segment: number;
  /** The segment before this one; 0 when there is none. */
  readonly predecessor: number;
  readonly firstSequence: number;
  /** Whose log it is, and on which of that node's disks; null in version 1, which did not say. */
  readonly owner: SegmentOwner | null;
  /** Of this header: where the records begin. */
  readonly sizeBytes: number;
}

export interface SegmentOwner {
  readonly node: NodeId;
  /** 0 for a node's first disk, one more for each that took its place. */
  readonly generation: number;
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

/** Adds a header of the current version. */
export function writeSegmentHeader(
  writer: ByteWriter,
  header: Pick<SegmentHeader, "segment" | "firstSequence"> & SegmentOwner,
): void {
  const start = writer.size;
  writer.u32(MAGIC);
  writer.u32(FORMAT_VERSION);
  writer.i64(header.segment);
  writer.i64(header.segment - 1);
  writer.i64(header.firstSequence);
  writer.u32(header.node);
  writer.u32(header.generation);
  writer.u32(crc32c(writer.peek(), start, writer.size));
}

export type SegmentHeaderRead =
  | { readonly ok: true; readonly header: SegmentHeader }
  | {
      readonly ok: false;
      /** "short": the file ends before it does. "wrong": it is intact, but not one of ours. */
      readonly problem: "short" | "checksum" | "wrong";
      readonly reason: string;
    };

export function readSegmentHeader(bytes: Uint8Array): SegmentHeaderRead {
  const isVersion1 = bytes.length > VERSION_AT && bytes[VERSION_AT] === 1;
  const sizeBytes = isVersion1 ? VERSION_1_HEADER_BYTES : SEGMENT_HEADER_BYTES;
  if (bytes.length < sizeBytes) return refused("short", "the segment's header is cut short");
  const reader = new ByteReader(bytes, "little", 0, sizeBytes);
  const magic = reader.u32();
  const version = reader.u32();
  const segment = reader.i64();
  const predecessor = reader.i64();
  const firstSequence = reader.i64();
  const owner = isVersion1 ? null : { node: nodeId(reader.u32()), generation: reader.u32() };
  const crc = reader.u32();
  if (reader.failed || crc !== crc32c(bytes, 0, sizeBytes - 4)) {
    return refused("checksum", "the checksum of the segment's header is wrong");
  }
  if (magic !== MAGIC) return refused("wrong", "the file is not a log segment");
  if (version !== 1 && version !== 2) {
    return refused("wrong", `format version ${version} is not known`);
  }
  return { ok: true, header: { version, segment, predecessor, firstSequence, owner, sizeBytes } };
}

function refused(
  problem: "short" | "checksum" | "wrong",
  reason: string,
): Extract<SegmentHeaderRead, { ok: false }> {
  return { ok: false, problem, reason };
}
