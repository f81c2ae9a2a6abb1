import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import type { DiskImage } from "./disk.ts";

/** The state of a group up to an entry, and who its members were then. */
export interface SnapshotFile {
  readonly group: number;
  /** The last entry whose effect is in `data`, and its term. */
  readonly index: Index;
  readonly term: Term;
  readonly members: SnapshotMembers;
  readonly data: Uint8Array;
}

/** Raft's ConfState. */
export interface SnapshotMembers {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  readonly votersOutgoing: readonly NodeId[];
  readonly learnersNext: readonly NodeId[];
  readonly autoLeave: boolean;
}

/**
 * The bytes of a snapshot file. All numbers are little endian.
 *
 *   magic u32 | version u32 | group u32 | index i64 | term i64 | auto leave u8
 *   | voters | learners | outgoing voters | next learners, each as count u32 and ids i64
 *   | data length u32 | data | crc32c u32 of everything before it
 */
const VERSION = 1;
/** "CHSN" as it stands in the file. */
const MAGIC = 0x4e53_4843;
const CRC_BYTES = 4;

const FILE_NAME = /^snapshot-(\d{10})-(\d{20})\.snap(\.tmp)?$/;
const TEMPORARY_PART = 3;

export function snapshotFileName({ group, index }: Pick<SnapshotFile, "group" | "index">): string {
  return `snapshot-${String(group).padStart(10, "0")}-${String(index).padStart(20, "0")}.snap`;
}

/** Where a snapshot is written before it gets its name: what has the name is whole. */
export function temporaryFileName(snapshot: Pick<SnapshotFile, "group" | "index">): string {
  return `${snapshotFileName(snapshot)}.tmp`;
}

/** The snapshot that a file holds by its name; null when it is no file of a finished one. */
export function snapshotOfFileName(file: string): Pick<SnapshotFile, "group" | "index"> | null {
  const name = FILE_NAME.exec(file);
  if (name === null || name[TEMPORARY_PART] !== undefined) return null;
  return { group: Number(name[1]), index: Number(name[2]) as Index };
}

export function encodeSnapshot({ group, index, term, members, data }: SnapshotFile): Uint8Array {
  const writer = new ByteWriter("little", data.length + 256);
  writer.u32(MAGIC);
  writer.u32(VERSION);
  writer.u32(group);
  writer.i64(index);
  writer.i64(term);
  writer.u8(members.autoLeave ? 1 : 0);
  writeNodes(writer, members.voters);
  writeNodes(writer, members.learners);
  writeNodes(writer, members.votersOutgoing);
  writeNodes(writer, members.learnersNext);
  writer.u32(data.length);
  writer.bytes(data);
  writer.u32(crc32c(writer.peek()));
  return writer.take();
}

/** The snapshot in these bytes, its data a view of them; or why there is none. */
export function decodeSnapshot(bytes: Uint8Array): SnapshotFile | string {
  const end = bytes.length - CRC_BYTES;
  if (end < 0) return "the file is cut short";
  if (new ByteReader(bytes, "little", end).u32() !== crc32c(bytes, 0, end)) {
    return "its checksum is wrong";
  }
  const reader = new ByteReader(bytes, "little", 0, end);
  if (reader.u32() !== MAGIC) return "it is not a snapshot";
  const version = reader.u32();
  if (version !== VERSION) return `format version ${version} is not known`;
  const group = reader.u32();
  const index = reader.i64() as Index;
  const term = reader.i64() as Term;
  const autoLeave = reader.u8() === 1;
  const voters = readNodes(reader);
  const learners = readNodes(reader);
  const votersOutgoing = readNodes(reader);
  const learnersNext = readNodes(reader);
  const data = reader.bytes(reader.u32());
  if (reader.failed || reader.remaining > 0) return "its fields do not fit its size";
  const members = { voters, learners, votersOutgoing, learnersNext, autoLeave };
  return { group, index, term, members, data };
}

/** What there is of snapshots. */
export interface SnapshotsFound {
  /** Those that can be relied on, each group's newest first: by number, not by order of names. */
  readonly snapshots: readonly SnapshotFile[];
  /** Files that have the name of a snapshot, and are none. They stay until a new one is saved. */
  readonly ignored: readonly { readonly file: string; readonly reason: string }[];
  /** What a save left behind that did not come to its end. */
  readonly leftovers: readonly string[];
}

/**
 * Looks through the files of a disk for snapshots of one group, or of all. The data of what it finds
 * are views of the image.
 */
export function findSnapshots(image: DiskImage, group: number | null = null): SnapshotsFound {
  const snapshots: SnapshotFile[] = [];
  const ignored: { file: string; reason: string }[] = [];
  const leftovers: string[] = [];
  for (const [file, bytes] of image) {
    const name = FILE_NAME.exec(file);
    if (name === null || (group !== null && Number(name[1]) !== group)) continue;
    if (name[TEMPORARY_PART] !== undefined) {
      leftovers.push(file);
      continue;
    }
    const snapshot = decodeSnapshot(bytes);
    if (typeof snapshot === "string") ignored.push({ file, reason: snapshot });
    else if (snapshotFileName(snapshot) === file) snapshots.push(snapshot);
    else ignored.push({ file, reason: "it is the snapshot of another place" });
  }
  snapshots.sort((a, b) => b.index - a.index);
  return { snapshots, ignored, leftovers };
}

function writeNodes(writer: ByteWriter, nodes: readonly NodeId[]): void {
  writer.u32(nodes.length);
  for (const node of nodes) writer.i64(node);
}

function readNodes(reader: ByteReader): NodeId[] {
  const nodes: NodeId[] = [];
  for (let left = reader.u32(); left > 0 && !reader.failed; left--) {
    nodes.push(reader.i64() as NodeId);
  }
  return nodes;
}
