import { assert } from "../base/assert.ts";
import { NO_BYTES } from "../base/bytes.ts";
import { offset } from "../base/ids.ts";
import type { LeaderEpoch, Offset } from "../base/ids.ts";
import { NO_TOPIC_ID, partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { decodeRecordBatch } from "../wire/index.ts";
import type { BatchHeader } from "../wire/index.ts";
import { OFFSETS_TOPIC } from "./groups/offsetsTopic.ts";
import { ProducerStates } from "./producerStates.ts";
import { FlushedPart } from "./segments/flushedPart.ts";

/** A record batch as a replica keeps it: the very bytes that clients and followers get. */
export interface StoredBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly recordCount: number;
  /** -1 for a producer that is not idempotent; so are the next two. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly maxTimestampMs: number;
  readonly sizeBytes: number;
  /** Null once they are only on the disk, in a segment of the partition. */
  readonly bytes: Uint8Array | null;
  /**
   * Of its WAL record, which in mode "raft" is the entry of the partition's group: the batch is
   * durable once the WAL is durable up to here. 0 for one that is durable by other means: by a
   * snapshot of the group, or by a segment of the partition.
   */
  readonly sequence: number;
}

/** A batch whose bytes are in memory. */
export type HeldBatch = StoredBatch & { readonly bytes: Uint8Array };

/** `header` is that of `bytes`, with the batch's place in the log stamped on it. */
export function storedBatch(header: BatchHeader, bytes: Uint8Array, sequence = 0): HeldBatch {
  const { baseOffset, lastOffset, leaderEpoch, recordCount } = header;
  const { producerId, producerEpoch, baseSequence, maxTimestampMs } = header;
  return {
    baseOffset,
    lastOffset,
    leaderEpoch,
    recordCount,
    producerId,
    producerEpoch,
    baseSequence,
    maxTimestampMs,
    sizeBytes: bytes.length,
    bytes,
    sequence,
  };
}

/** Where an epoch ends in a log: the first offset that belongs to a later one. */
export interface EpochEnd {
  /** The highest epoch of the log that is not above the one asked for; -1 if there is none. */
  readonly epoch: LeaderEpoch | -1;
  readonly endOffset: Offset;
}

interface EpochStart {
  readonly epoch: LeaderEpoch;
  readonly startOffset: Offset;
}

/** What a read comes to: bytes, or where they are on the disk. */
export type LogRead =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | {
      readonly kind: "onDisk";
      readonly file: string;
      readonly position: number;
      readonly sizeBytes: number;
      /** What must be found there. */
      readonly batches: readonly StoredBatch[];
    };

/** A record, as far as a search by time goes. */
export interface TimedOffset {
  readonly offset: Offset;
  readonly timestampMs: number;
}

/**
 * The log of one partition on one node. What may be read from it has three ends: the log end
 * (in memory), the durable end (survives a crash; all that followers are served and leaders are
 * told), and the high watermark (on every in-sync replica; all that consumers see).
 *
 * Its first batches are, as the same bytes, in segment files of the partition (`flushed`); of these
 * the first may be in memory no more. The others are in the node's WAL alone, or in a snapshot of the
 * Raft group that keeps the log.
 */
export class ReplicaLog {
  readonly topic: string;
  readonly partition: number;
  /** A later topic of the same name is another one. */
  readonly topicId: string;
  readonly key: PartitionKey;
  /** Number of the Raft group that keeps it; 0 in mode "isr". */
  group = 0;
  /** Nothing is deleted from the start of a log, so every log starts at 0. */
  readonly logStartOffset = offset(0);
  /** What its idempotent producers sent last. */
  readonly producers = new ProducerStates();
  /** The part that is in segment files as well. */
  readonly flushed: FlushedPart;
  /** The WAL was told whose records these are, in the segment that it writes to now. */
  isInWal = false;
  readonly #batches: StoredBatch[] = [];
  /** Where each batch begins, in bytes from the start of the log, and behind them the log's size. */
  readonly #positions: number[] = [0];
  /** Where each epoch of this log starts, oldest first (Kafka's leader epoch cache). */
  readonly #epochs: EpochStart[] = [];
  /** So many of the first batches are only on the disk. */
  #droppedCount = 0;
  #durableEndOffset = offset(0);
  #highWatermark = offset(0);

  constructor(topic: string, partition: number, topicId: string = NO_TOPIC_ID) {
    this.topic = topic;
    this.partition = partition;
    this.topicId = topicId;
    this.key = partitionKey(topic, partition);
    this.flushed = new FlushedPart(this.#batches, this.#positions);
  }

  get batches(): readonly StoredBatch[] {
    return this.#batches;
  }

  /** The offset that the next record gets (Kafka: LEO). */
  get logEndOffset(): Offset {
    const last = this.#batches.at(-1);
    return last === undefined ? offset(0) : offset(last.lastOffset + 1);
  }

  /** Everything below this offset survives a crash of this node. */
  get durableEndOffset(): Offset {
    return this.#durableEndOffset;
  }

  /**
   * Not stored: after a restart it is learned anew from leader or followers, and starts with what
   * was flushed, since that was committed.
   */
  get highWatermark(): Offset {
    return this.#highWatermark;
  }

  /** Everything below this offset is in segment files of the partition. */
  get flushedEndOffset(): Offset {
    const { count } = this.flushed;
    return count === 0 ? offset(0) : offset(this.#batches[count - 1]!.lastOffset + 1);
  }

  /** The epoch of the last record, -1 in an empty log. */
  get lastEpoch(): LeaderEpoch | -1 {
    return this.#epochs.at(-1)?.epoch ?? -1;
  }

  /** The first WAL record that this log still needs; infinite if it needs none. */
  get neededSequence(): number {
    return this.flushed.neededSequence;
  }

  append(batch: StoredBatch): void {
    const { baseOffset, lastOffset, leaderEpoch, sequence } = batch;
    const { lastEpoch } = this;
    assert(baseOffset === this.logEndOffset, `${this.key}: offsets must be dense`);
    assert(lastOffset >= baseOffset, `${this.key}: a batch holds at least one record`);
    assert(leaderEpoch >= lastEpoch, `${this.key}: leader epochs never decrease`);
    this.#positions.push(this.#sizeBytes + batch.sizeBytes);
    this.#batches.push(batch);
    if (leaderEpoch !== lastEpoch) {
      this.#epochs.push({ epoch: leaderEpoch, startOffset: baseOffset });
    }
    if (sequence === 0) this.#durableEndOffset = this.logEndOffset;
    this.producers.appended(batch);
  }

  /** The WAL is now durable up to `sequence`. True if that made records of this log durable. */
  makeDurable(sequence: number): boolean {
    const before = this.#durableEndOffset;
    let at = this.#batches.length;
    while (at > 0 && this.#batches[at - 1]!.sequence > sequence) at--;
    const last = at === 0 ? undefined : this.#batches[at - 1];
    if (last !== undefined && last.lastOffset >= before) {
      this.#durableEndOffset = offset(last.lastOffset + 1);
    }
    return this.#durableEndOffset > before;
  }

  /** True if the high watermark moved; it never goes back and never passes the log end. */
  raiseHighWatermark(to: Offset): boolean {
    if (to <= this.#highWatermark) return false;
    assert(to <= this.logEndOffset, `${this.key}: the high watermark must be inside the log`);
    this.#highWatermark = to;
    return true;
  }

  /**
   * Drops everything from `to` on, batches as a whole, and returns the new end. Below the high
   * watermark only if committed records may be lost: after an unclean election, or with the log.
   */
  truncate(to: Offset, losesCommitted = false): Offset {
    if (to < this.#highWatermark && !losesCommitted) {
      const what = `records below the high watermark ${this.#highWatermark}`;
      assert(false, `${this.key}: truncation to ${to} would lose ${what}`);
    }
    const batches = this.#batches;
    while (batches.length > 0 && batches[batches.length - 1]!.lastOffset >= to) batches.pop();
    this.#positions.length = batches.length + 1;
    this.flushed.cut();
    this.#droppedCount = Math.min(this.#droppedCount, batches.length);
    const end = this.logEndOffset;
    while (this.#epochs.length > 0 && this.#epochs.at(-1)!.startOffset >= end) this.#epochs.pop();
    if (this.#durableEndOffset > end) this.#durableEndOffset = end;
    if (this.#highWatermark > end) this.#highWatermark = end;
    this.producers.rebuild(batches);
    return end;
  }

  /**
   * Where `epoch` ends in this log (KIP-101, KIP-279): for the latest epoch that is the log end,
   * for an older one the start of the next.
   */
  endOfEpoch(epoch: LeaderEpoch): EpochEnd {
    let endOffset = this.logEndOffset;
    for (let at = this.#epochs.length - 1; at >= 0; at--) {
      const start = this.#epochs[at]!;
      if (start.epoch <= epoch) return { epoch: start.epoch, endOffset };
      endOffset = start.startOffset;
    }
    return { epoch: -1, endOffset: this.logStartOffset };
  }

  epochStarts(): readonly EpochStart[] {
    return this.#epochs;
  }

  /** Bytes of the batches from the one that holds `from` up to, not including, offset `end`. */
  bytesBetween(from: Offset, end: Offset): number {
    const first = this.#batchAt(from);
    const past = this.#batchAt(end);
    return past <= first ? 0 : this.#positions[past]! - this.#positions[first]!;
  }

  /**
   * Whole batches between two offsets, at least one if there is one, about `maxBytes` at most; fewer
   * where memory and disk, or two files, meet.
   */
  read(from: Offset, end: Offset, maxBytes: number): LogRead {
    const positions = this.#positions;
    const first = this.#batchAt(from);
    const isDropped = first < this.#droppedCount;
    const file = isDropped ? this.flushed.fileAt(first) : null;
    const most = file === null ? this.#batches.length : Math.min(this.#droppedCount, file.past);
    let past = first;
    while (past < most && this.#batches[past]!.lastOffset < end) {
      if (past > first && positions[past + 1]! - positions[first]! > maxBytes) break;
      past++;
    }
    if (past === first) return NOTHING;
    const sizeBytes = positions[past]! - positions[first]!;
    if (file !== null) {
      const batches = this.#batches.slice(first, past);
      return { kind: "onDisk", file: file.file, position: file.position, sizeBytes, batches };
    }
    return { kind: "bytes", bytes: bytesOf(this.#batches, first, past, sizeBytes) };
  }

  /**
   * Of its flushed batches, those go from memory that are more than `memoryBytesMax` from the end.
   * Two kinds of logs stay whole: group coordinators read all of theirs now and then, and what the
   * leader of a Raft group sends to a follower far behind begins with the first batch.
   */
  dropFromMemory(memoryBytesMax: number): void {
    if (this.topic === OFFSETS_TOPIC || this.group > 0) return;
    const keptFrom = this.#sizeBytes - memoryBytesMax;
    while (this.#droppedCount < this.flushed.count) {
      const at = this.#droppedCount;
      if (this.#positions[at]! >= keptFrom) return;
      this.#batches[at] = { ...this.#batches[at]!, bytes: null };
      this.#droppedCount++;
    }
  }

  /** So many bytes of the batches that are not flushed yet may be. */
  get flushableBytes(): number {
    const past = this.#flushableEnd();
    return this.#positions[past]! - this.#positions[this.flushed.count]!;
  }

  /** What is flushed next, up to batch `past`: at least one batch, about `bytesMax` at most. */
  nextFlush(bytesMax: number): { readonly past: number; readonly bytes: Uint8Array } {
    const first = this.flushed.count;
    const most = this.#flushableEnd();
    const start = this.#positions[first]!;
    let past = first + 1;
    assert(past <= most, `${this.key}: there is something to flush`);
    while (past < most && this.#positions[past + 1]! - start <= bytesMax) past++;
    const bytes = bytesOf(this.#batches, first, past, this.#positions[past]! - start);
    return { past, bytes };
  }

  /**
   * Flushed is what is committed and durable here: what the WAL may still lose, or a leader take
   * back, is in no segment.
   */
  #flushableEnd(): number {
    const { count } = this.flushed;
    if (count === this.#batches.length) return count;
    return Math.max(count, this.#batchAt(Math.min(this.#highWatermark, this.#durableEndOffset)));
  }

  /**
   * The first record below `end` that is no older than `timestampMs`; null if there is none. Of a
   * batch whose records cannot be read here, because they are compressed or not in memory, it is the
   * first, with the batch's latest time.
   */
  offsetForTimestamp(timestampMs: number, end: Offset): TimedOffset | null {
    for (const batch of this.#batches) {
      if (batch.lastOffset >= end) return null;
      if (batch.maxTimestampMs >= timestampMs) return firstSince(batch, timestampMs);
    }
    return null;
  }

  /** The first record below `end` that no other is younger than; null in an empty log. */
  maxTimestamp(end: Offset): TimedOffset | null {
    let latest: StoredBatch | null = null;
    for (const batch of this.#batches) {
      if (batch.lastOffset >= end) break;
      if (latest === null || batch.maxTimestampMs > latest.maxTimestampMs) latest = batch;
    }
    return latest === null ? null : firstSince(latest, latest.maxTimestampMs);
  }

  get #sizeBytes(): number {
    return this.#positions[this.#batches.length]!;
  }

  /** Position of the batch that holds `at`, or of the first one after it. */
  #batchAt(at: number): number {
    let low = 0;
    let high = this.#batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#batches[middle]!.lastOffset < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NOTHING: LogRead = { kind: "bytes", bytes: NO_BYTES };

/** The bytes of batches `first` to `past`, which are in memory; of a single one not a copy. */
function bytesOf(
  batches: readonly StoredBatch[],
  first: number,
  past: number,
  sizeBytes: number,
): Uint8Array {
  const only = past === first + 1 ? batches[first]!.bytes : null;
  if (only !== null) return only;
  const all = new Uint8Array(sizeBytes);
  let position = 0;
  for (let at = first; at < past; at++) {
    const { bytes } = batches[at]!;
    assert(bytes !== null, "only flushed batches leave the memory");
    all.set(bytes, position);
    position += bytes.length;
  }
  return all;
}

function firstSince(batch: StoredBatch, timestampMs: number): TimedOffset {
  const { bytes, baseOffset, maxTimestampMs } = batch;
  const decoded = bytes === null ? null : decodeRecordBatch(bytes);
  if (decoded?.ok === true) {
    const found = decoded.batch.records.find((record) => record.timestampMs >= timestampMs);
    if (found !== undefined) return { offset: found.offset, timestampMs: found.timestampMs };
  }
  return { offset: baseOffset, timestampMs: maxTimestampMs };
}
