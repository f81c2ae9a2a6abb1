import type { DiskImage } from "../../wal/disk.ts";
import { validateRecordBatch } from "../../wire/index.ts";
import { storedBatch } from "../replicaLog.ts";
import type { StoredBatch } from "../replicaLog.ts";
import type { PartitionFile } from "./flushedPart.ts";
import {
  groupOfFileName,
  openSealedBatch,
  prefixOfFileName,
  readPartitionSegmentHeader,
} from "./segmentFile.ts";
import type { SegmentIdentity } from "./segmentFile.ts";

/** Whose disk it is. */
export type SegmentOwner = Pick<SegmentIdentity, "node" | "generation">;

/** What the segment files of one log hold, from its start up to the first place that is unreadable. */
export interface StoredSegments {
  /** Null when not even one header can be read. */
  readonly log: Pick<SegmentIdentity, "topic" | "topicId" | "partition"> | null;
  /** As `ReplicaLog.group`. */
  readonly group: number;
  /** All files, by base offset. */
  readonly names: readonly string[];
  /** Those with readable batches. The last may hold more than these. */
  readonly files: readonly PartitionFile[];
  readonly batches: readonly StoredBatch[];
  /** What is wrong behind the last batch, and where; null if nothing is. */
  readonly problem: string | null;
}

/** Reads all segment files of a disk, by what their names begin with, in the order of names. */
export function readStoredSegments(
  image: DiskImage,
  owner: SegmentOwner,
): Map<string, StoredSegments> {
  const names = new Map<string, string[]>();
  // Base offsets have as many digits everywhere, so by name is by offset.
  for (const file of [...image.keys()].sort()) {
    const prefix = prefixOfFileName(file);
    if (prefix === null) continue;
    const before = names.get(prefix);
    if (before === undefined) names.set(prefix, [file]);
    else before.push(file);
  }
  const stored = new Map<string, StoredSegments>();
  for (const [prefix, files] of names) stored.set(prefix, readLog(image, owner, files));
  return stored;
}

function readLog(image: DiskImage, owner: SegmentOwner, names: readonly string[]): StoredSegments {
  const files: PartitionFile[] = [];
  const batches: StoredBatch[] = [];
  const group = groupOfFileName(names[0]!);
  let log: StoredSegments["log"] = null;
  for (const file of names) {
    const bytes = image.get(file)!;
    const header = readPartitionSegmentHeader(bytes);
    if (typeof header === "string") {
      return { log, group, names, files, batches, problem: `${file}: ${header}` };
    }
    const { baseOffset, sizeBytes: headerBytes } = header;
    log ??= header;
    const firstBatch = batches.length;
    const reason =
      misplaced(header, log, owner, endOf(batches)) ?? readBatches(bytes, headerBytes, batches);
    if (batches.length > firstBatch) {
      files.push({ file, baseOffset, firstBatch, headerBytes, sizeBytes: bytes.length });
    }
    if (reason !== null) {
      return { log, group, names, files, batches, problem: `${file}: ${reason}` };
    }
  }
  return { log, group, names, files, batches, problem: null };
}

/** Why a file does not go on with a log where the one before ends; null if it does. */
function misplaced(
  header: SegmentIdentity,
  log: NonNullable<StoredSegments["log"]>,
  owner: SegmentOwner,
  end: number,
): string | null {
  const { node, generation, topicId, partition, baseOffset } = header;
  if (node !== owner.node || generation !== owner.generation) return "it is of another disk";
  if (topicId !== log.topicId || partition !== log.partition) return "it is of another partition";
  return baseOffset === end ? null : `it begins with record ${baseOffset}, not ${end}`;
}

/** Adds the batches of a file. Returns what is wrong behind the last one; null if nothing is. */
function readBatches(bytes: Uint8Array, start: number, batches: StoredBatch[]): string | null {
  let at = start;
  while (at < bytes.length) {
    const batch = openSealedBatch(bytes, at);
    if (batch === null) return `byte ${at}: a batch is cut short`;
    const validated = validateRecordBatch(batch);
    if (!validated.ok) return `byte ${at + validated.offset}: ${validated.message}`;
    const { header } = validated;
    const last = batches.at(-1);
    if (header.baseOffset !== endOf(batches) || header.leaderEpoch < (last?.leaderEpoch ?? 0)) {
      return `byte ${at}: the batch is of another place`;
    }
    batches.push(storedBatch(header, batch));
    at += batch.length;
  }
  return null;
}

function endOf(batches: readonly StoredBatch[]): number {
  return (batches.at(-1)?.lastOffset ?? -1) + 1;
}
