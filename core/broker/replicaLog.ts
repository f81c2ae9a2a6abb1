import { assert } from "../base/assert.ts";
import { leaderEpoch, offset } from "../base/ids.ts";
import type { LeaderEpoch, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";

/** A record batch as a replica keeps it: the very bytes that clients and followers get. */
export interface StoredBatch {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly recordCount: number;
  readonly bytes: Uint8Array;
  /** Of its WAL record: the batch is durable once the WAL is durable up to here. */
  readonly sequence: number;
}

/** Where an epoch ends in a log: the first offset that belongs to a later one. */
export interface EpochEnd {
  /** The highest epoch of the log that is not above the one asked for; -1 if there is none. */
  readonly epoch: LeaderEpoch | -1;
  readonly endOffset: Offset;
}

const NO_BYTES = new Uint8Array(0);

/**
 * The log of one partition on one node. What may be read from it has three ends: the log end
 * (in memory), the durable end (survives a crash; all that followers are served and leaders are
 * told), and the high watermark (on every in-sync replica; all that consumers see).
 */
export class ReplicaLog {
  readonly topic: string;
  readonly partition: number;
  readonly key: PartitionKey;
  /** Nothing is deleted yet, so every log starts at 0. */
  readonly logStartOffset = offset(0);
  readonly #batches: StoredBatch[] = [];
  #durableEndOffset = offset(0);
  /** Not stored: after a restart it starts at 0 and is learned anew from leader or followers. */
  #highWatermark = offset(0);

  constructor(topic: string, partition: number) {
    this.topic = topic;
    this.partition = partition;
    this.key = partitionKey(topic, partition);
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

  get highWatermark(): Offset {
    return this.#highWatermark;
  }

  /** The epoch of the last record, -1 in an empty log. */
  get lastEpoch(): LeaderEpoch | -1 {
    return this.#batches.at(-1)?.leaderEpoch ?? -1;
  }

  append(batch: StoredBatch): void {
    assert(batch.baseOffset === this.logEndOffset, `${this.key}: offsets must be dense`);
    assert(batch.lastOffset >= batch.baseOffset, `${this.key}: a batch holds at least one record`);
    assert(batch.leaderEpoch >= this.lastEpoch, `${this.key}: leader epochs never decrease`);
    this.#batches.push(batch);
  }

  /** The WAL is now durable up to `sequence`. True if that made records of this log durable. */
  makeDurable(sequence: number): boolean {
    const before = this.#durableEndOffset;
    let at = this.#batches.length;
    while (at > 0 && this.#batches[at - 1]!.sequence > sequence) at--;
    const last = this.#batches[at - 1];
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

  /** Drops everything from `to` on. Batches are dropped whole. */
  truncate(to: Offset): void {
    assert(
      to >= this.#highWatermark,
      `${this.key}: truncation to ${to} would lose records below the high watermark ` +
        `${this.#highWatermark}`,
    );
    while (this.#batches.length > 0 && this.#batches.at(-1)!.lastOffset >= to) this.#batches.pop();
    const end = this.logEndOffset;
    if (this.#durableEndOffset > end) this.#durableEndOffset = end;
  }

  /**
   * Where `epoch` ends in this log (KIP-101, KIP-279): for the latest epoch that is the log end,
   * for an older one the start of the next.
   */
  endOfEpoch(epoch: LeaderEpoch): EpochEnd {
    let endOffset = this.logEndOffset;
    for (let at = this.#batches.length - 1; at >= 0; at--) {
      const batch = this.#batches[at]!;
      if (batch.leaderEpoch <= epoch) return { epoch: batch.leaderEpoch, endOffset };
      endOffset = batch.baseOffset;
    }
    return { epoch: -1, endOffset: this.logStartOffset };
  }

  /** Where each epoch of this log starts, oldest first (Kafka's leader epoch cache). */
  epochStarts(): { readonly epoch: LeaderEpoch; readonly startOffset: Offset }[] {
    const starts: { epoch: LeaderEpoch; startOffset: Offset }[] = [];
    let last = leaderEpoch(-1);
    for (const batch of this.#batches) {
      if (batch.leaderEpoch === last) continue;
      last = batch.leaderEpoch;
      starts.push({ epoch: last, startOffset: batch.baseOffset });
    }
    return starts;
  }

  /** Bytes of the batches from the one that holds `from` up to, not including, offset `end`. */
  bytesBetween(from: Offset, end: Offset): number {
    let bytes = 0;
    for (let at = this.#batchAt(from); at < this.#batches.length; at++) {
      const batch = this.#batches[at]!;
      if (batch.lastOffset >= end) break;
      bytes += batch.bytes.length;
    }
    return bytes;
  }

  /** Whole batches between two offsets, at least one if there is one, about `maxBytes` at most. */
  read(from: Offset, end: Offset, maxBytes: number): Uint8Array {
    const first = this.#batchAt(from);
    let bytes = 0;
    let past = first;
    while (past < this.#batches.length) {
      const batch = this.#batches[past]!;
      if (batch.lastOffset >= end) break;
      if (past > first && bytes + batch.bytes.length > maxBytes) break;
      bytes += batch.bytes.length;
      past++;
    }
    if (past === first) return NO_BYTES;
    if (past === first + 1) return this.#batches[first]!.bytes;
    return concatenate(this.#batches.slice(first, past), bytes);
  }

  /** Position of the batch that holds `at`, or of the first one after it. */
  #batchAt(at: Offset): number {
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

function concatenate(batches: readonly StoredBatch[], byteCount: number): Uint8Array {
  const all = new Uint8Array(byteCount);
  let at = 0;
  for (const batch of batches) {
    all.set(batch.bytes, at);
    at += batch.bytes.length;
  }
  return all;
}
