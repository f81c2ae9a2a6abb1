import { assert } from "../base/assert.ts";
import type { Offset } from "../base/ids.ts";
import { NO_TOPIC_ID, partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import type { DiskImage } from "../wal/disk.ts";
import type { OpenReplicaRecord, ProduceRecord, TruncateReplicaRecord } from "../wal/index.ts";
import { readBatchHeader } from "../wire/index.ts";
import { ReplicaLog, storedBatch } from "./replicaLog.ts";
import type { StoredBatch } from "./replicaLog.ts";
import { segmentPrefix } from "./segments/segmentFile.ts";
import { readStoredSegments } from "./segments/storedSegments.ts";
import type { SegmentOwner, StoredSegments } from "./segments/storedSegments.ts";

/**
 * What the WAL says of one log. Segments of the WAL go that hold no record in force, so it may begin
 * anywhere: what was before is in segments of the partition.
 */
interface WalPart {
  readonly topic: string;
  readonly partition: number;
  topicId: string;
  /** Up to here the log is as its own segments say; null while no record has said how it goes on. */
  start: number | null;
  readonly batches: StoredBatch[];
  /** The record that the WAL lacks, although later ones are there; null if none is. */
  missing: number | null;
}

/** All logs of a node, or why they cannot be put together. */
export type ReplicasFound =
  | {
      readonly ok: true;
      readonly logs: Map<PartitionKey, ReplicaLog>;
      /** Segment files that hold nothing that counts. */
      readonly leftovers: readonly string[];
    }
  | { readonly ok: false; readonly sentence: string };

/**
 * Puts a node's replicas together again, from their own segments and from their records in the WAL,
 * in the order in which they were written.
 *
 * With S for what the segments of a log hold and W for what its records in the WAL make of a log that
 * begins at `start`, the lowest offset that any of them touches, the log is S up to `start`, then W.
 * For what lies below `start` no record is needed any more, so it was flushed, and S has it. What S
 * has from `start` on is what the log was at some time: as far as it equals W it was flushed since,
 * and the rest goes, be it because the power went before the segments could follow a truncation, or
 * because a write there was torn. Thus damage is only what W cannot make up for: S ends before
 * `start`, or cannot be read to its end while there is no W.
 *
 * A log that a Raft group keeps has no records of its own: there W is empty, and `start` is where the
 * group's snapshot says that its segments end. With the snapshot, the group fills it from there on
 * (`PartitionSnapshot`). Where there is no snapshot it begins with nothing.
 */
export class RecoveredReplicas {
  readonly #parts = new Map<PartitionKey, WalPart>();

  /** Records of another topic of that name are forgotten: it was deleted. */
  open({ topic, partition, topicId }: OpenReplicaRecord): void {
    const key = partitionKey(topic, partition);
    if (this.#parts.get(key)?.topicId === topicId) return;
    this.#parts.set(key, emptyPart(topic, partition, topicId));
  }

  produce({ topic, partition, baseOffset, batch }: ProduceRecord, sequence: number): void {
    const part = this.#partOf(topic, partition);
    const end = part.batches.at(-1);
    const expected = end === undefined ? part.start : end.lastOffset + 1;
    if (expected !== null && baseOffset > expected) part.missing ??= expected;
    if (part.missing !== null) return;
    if (end === undefined) part.start = baseOffset;
    const header = readBatchHeader(batch);
    assert(header !== null, "what was appended is a batch");
    part.batches.push(storedBatch(header, batch, sequence));
  }

  truncate({ topic, partition, toOffset }: TruncateReplicaRecord): void {
    const part = this.#partOf(topic, partition);
    const { batches, missing } = part;
    if (missing !== null && toOffset <= missing) part.missing = null;
    while (batches.length > 0 && batches[batches.length - 1]!.lastOffset >= toOffset) batches.pop();
    if (batches.length === 0) part.start = Math.min(part.start ?? toOffset, toOffset);
  }

  /**
   * All records of the WAL have been seen; `image` has the segments. `segmentEnds`: for each Raft
   * group with a snapshot, up to where that leaves the log of its partition to the segments.
   */
  finish(
    image: DiskImage,
    owner: SegmentOwner,
    segmentEnds: ReadonlyMap<number, Offset> = NO_GROUPS,
  ): ReplicasFound {
    const stored = readStoredSegments(image, owner);
    const logs = new Map<PartitionKey, ReplicaLog>();
    const leftovers: string[] = [];
    for (const [key, part] of this.#parts) {
      const prefix = segmentPrefix(part);
      const segments = stored.get(prefix) ?? NO_SEGMENTS;
      stored.delete(prefix);
      const problem =
        part.missing === null ? misfit(segments, part, key) : lacks(key, part.missing);
      if (problem !== null) return { ok: false, sentence: problem };
      logs.set(key, assemble(part, segments, leftovers));
    }
    const missing = new Map(segmentEnds);
    for (const [prefix, segments] of stored) {
      const { log, group, names, problem } = segments;
      const key = log === null ? prefix.slice(0, prefix.lastIndexOf(".")) : logKey(log);
      const start = group === 0 ? null : (missing.get(group) ?? 0);
      missing.delete(group);
      // The WAL knows a later topic of that name; or the group begins anew, or has gone.
      if (group === 0 ? logs.has(key) : start === 0) {
        leftovers.push(...names);
        continue;
      }
      if (log === null) return { ok: false, sentence: `${problem}.` };
      const part = { ...emptyPart(log.topic, log.partition, log.topicId), start };
      const lacking = misfit(segments, part, key);
      if (lacking !== null) return { ok: false, sentence: lacking };
      // What the WAL knew under the name of a topic with groups was another topic, and has gone.
      const replica = assemble(part, segments, leftovers);
      replica.group = group;
      logs.set(key, replica);
    }
    for (const [group, end] of missing) {
      if (end > 0)
        return { ok: false, sentence: `Raft group ${group}: its segments are not there.` };
    }
    return { ok: true, logs, leftovers };
  }

  #partOf(topic: string, partition: number): WalPart {
    const key = partitionKey(topic, partition);
    let part = this.#parts.get(key);
    if (part === undefined) {
      // Topics had no ids when that was written.
      part = emptyPart(topic, partition, NO_TOPIC_ID);
      this.#parts.set(key, part);
    }
    return part;
  }
}

const NO_GROUPS: ReadonlyMap<number, Offset> = new Map();
const NO_SEGMENTS: StoredSegments = {
  log: null,
  group: 0,
  names: [],
  files: [],
  batches: [],
  problem: null,
};

function emptyPart(topic: string, partition: number, topicId: string): WalPart {
  return { topic, partition, topicId, start: null, batches: [], missing: null };
}

function logKey({ topic, partition }: NonNullable<StoredSegments["log"]>): PartitionKey {
  return partitionKey(topic, partition);
}

function lacks(key: PartitionKey, offset: number): string {
  return `Record ${offset} of ${key} is missing from the log.`;
}

/** Why a log cannot be made of its segments and its records; null if it can. */
function misfit(
  { batches: stored, problem }: StoredSegments,
  { start }: WalPart,
  key: PartitionKey,
): string | null {
  if (start === null) return problem === null ? null : `${problem}.`;
  const kept = countBefore(stored, start);
  const end = kept === 0 ? 0 : stored[kept - 1]!.lastOffset + 1;
  if (end === start) return null;
  return problem === null ? lacks(key, end) : `${problem}. ${lacks(key, end)}`;
}

/** How many of the batches are wholly before that offset. */
function countBefore(batches: readonly StoredBatch[], offset: number): number {
  let count = 0;
  while (count < batches.length && batches[count]!.lastOffset < offset) count++;
  return count;
}

function assemble(part: WalPart, segments: StoredSegments, leftovers: string[]): ReplicaLog {
  const { topic, partition, topicId, start, batches } = part;
  const log = new ReplicaLog(topic, partition, topicId);
  const kept = start === null ? segments.batches.length : countBefore(segments.batches, start);
  for (let at = 0; at < kept; at++) log.append(segments.batches[at]!);
  for (const batch of batches) log.append(batch);
  let flushed = kept;
  while (flushed < log.batches.length && flushed < segments.batches.length) {
    if (!isSame(log.batches[flushed]!, segments.batches[flushed]!)) break;
    flushed++;
  }
  const files = segments.files.filter(({ firstBatch }) => firstBatch < flushed);
  leftovers.push(...segments.names.slice(files.length));
  log.flushed.recover(files, flushed);
  // What is found is durable, and what was flushed had been committed.
  log.makeDurable(Number.POSITIVE_INFINITY);
  log.raiseHighWatermark(log.flushedEndOffset);
  return log;
}

function isSame(one: StoredBatch, other: StoredBatch): boolean {
  const { bytes: a } = one;
  const { bytes: b } = other;
  if (a === null || b === null || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
