import { assert } from "../../base/assert.ts";
import { NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { encodeRecordBatch } from "../../wire/index.ts";

/** Records that are sent together, from the moment in which the first of them was made. */
export interface Batch {
  readonly partition: number;
  readonly records: GeneratedRecord[];
  readonly createdAtUs: number;
  /** How often it was sent. */
  attempts: number;
  /** When it may be sent again. */
  notBeforeUs: number;
  /** -1 until it was sent first: from then on the broker can tell a repetition by it. */
  baseSequence: number;
  producerEpoch: number;
}
interface GeneratedRecord {
  readonly key: string | null;
  readonly value: string;
}

/** Sequences begin anew after the largest 32 bit number. */
const SEQUENCES = 0x8000_0000;

/**
 * One partition as a producer sees it: what waits, what is on its way, and (idempotent producers)
 * where the broker is in the row of sequences.
 *
 * A batch keeps its sequence whatever happens to it, so that the broker can tell a repetition. Only
 * when a batch is given up, or the broker has lost its place, the row begins anew in a higher
 * producer epoch (KIP-360), and not before everything that is on its way has come back.
 */
export class ProducerLane {
  readonly partition: number;
  /** In the order in which they are to be in the log. */
  readonly queue: Batch[] = [];
  readonly inFlight: Batch[] = [];
  readonly #batchRecords: number;
  readonly #isIdempotent: boolean;
  #epoch: number;
  #nextSequence = 0;
  #lastAcknowledged = -1;
  /** A batch was given up of which nobody knows whether the broker has it. */
  #hasGap = false;
  #needsNewEpoch = false;
  #sentTo: NodeId = NO_NODE;

  /** `producerEpoch` is null for a producer that is not idempotent. */
  constructor(partition: number, batchRecords: number, producerEpoch: number | null) {
    this.partition = partition;
    this.#batchRecords = batchRecords;
    this.#isIdempotent = producerEpoch !== null;
    this.#epoch = producerEpoch ?? -1;
  }

  get isEmpty(): boolean {
    return this.queue.length === 0 && this.inFlight.length === 0;
  }

  /** True if this began a new batch. */
  add(record: GeneratedRecord, nowUs: number): boolean {
    const last = this.queue.at(-1);
    if (last !== undefined && last.attempts === 0 && last.records.length < this.#batchRecords) {
      last.records.push(record);
      return false;
    }
    this.queue.push({
      partition: this.partition,
      records: [record],
      createdAtUs: nowUs,
      attempts: 0,
      notBeforeUs: 0,
      baseSequence: -1,
      producerEpoch: -1,
    });
    return true;
  }

  /** The next batch if it may be sent now. `newEpoch` begins a higher producer epoch. */
  next(nowUs: number, newEpoch: () => number): Batch | null {
    if (this.#isIdempotent) this.#resolve(newEpoch);
    const [first] = this.queue;
    if (first === undefined || first.notBeforeUs > nowUs) return null;
    if (!this.#isIdempotent) return first;
    const isNew = first.baseSequence === -1;
    if (this.#needsNewEpoch || (this.#hasGap && isNew)) return null;
    // One after the other again once something has failed, so that nothing overtakes it.
    return isNew || this.inFlight.every((one) => one.baseSequence > first.baseSequence)
      ? first
      : null;
  }

  /**
   * While something is on its way to one leader nothing is sent to another. That one may never have
   * heard of this producer, and would take whatever comes first for its beginning.
   */
  maySendTo(node: NodeId): boolean {
    return !this.#isIdempotent || this.inFlight.length === 0 || this.#sentTo === node;
  }

  /** The first of the queue is on its way to that node from now on. */
  send(node: NodeId): void {
    this.#sentTo = node;
    const batch = this.queue.shift();
    assert(batch !== undefined, "there is a batch to be sent");
    if (this.#isIdempotent && batch.baseSequence === -1) this.#number(batch);
    batch.attempts++;
    this.inFlight.push(batch);
  }

  /** No answer is to be expected, or it has come: the batch is where it should be. */
  acknowledged(batch: Batch): void {
    this.#land(batch);
    this.#lastAcknowledged = batch.baseSequence + batch.records.length - 1;
  }

  /** It goes back to its place in the queue. */
  retry(batch: Batch, notBeforeUs: number): void {
    this.#land(batch);
    batch.notBeforeUs = notBeforeUs;
    const isLater = (one: Batch): boolean =>
      one.baseSequence === -1 || one.baseSequence > batch.baseSequence;
    const at = this.#isIdempotent ? this.queue.findIndex(isLater) : 0;
    this.queue.splice(at === -1 ? this.queue.length : at, 0, batch);
  }

  /**
   * The broker knows a sequence before this batch's that is not the one before it. That is no wonder
   * while that one is still to come; otherwise the broker has lost what it knew.
   */
  outOfOrder(batch: Batch, notBeforeUs: number): void {
    const isNext = batch.baseSequence === this.#lastAcknowledged + 1;
    if (this.#hasGap || isNext) this.#needsNewEpoch = true;
    this.retry(batch, notBeforeUs);
  }

  /** The batch will never be sent again. */
  giveUp(batch: Batch): void {
    if (this.inFlight.includes(batch)) this.#land(batch);
    else this.queue.splice(this.queue.indexOf(batch), 1);
    if (this.#isIdempotent && batch.baseSequence !== -1) this.#hasGap = true;
  }

  /** Once nothing is on its way: whether there is a gap, and if so the row begins anew. */
  #resolve(newEpoch: () => number): void {
    if (!this.#hasGap && !this.#needsNewEpoch) return;
    if (this.inFlight.length > 0) return;
    const isTracked = this.queue.some(({ baseSequence }) => baseSequence !== -1);
    if (!this.#needsNewEpoch && isTracked) return;
    if (!this.#needsNewEpoch && this.#nextSequence === this.#lastAcknowledged + 1) {
      this.#hasGap = false;
      return;
    }
    this.#hasGap = false;
    this.#needsNewEpoch = false;
    this.#epoch = newEpoch();
    this.#nextSequence = 0;
    this.#lastAcknowledged = -1;
    for (const batch of this.queue) if (batch.baseSequence !== -1) this.#number(batch);
  }

  #number(batch: Batch): void {
    batch.baseSequence = this.#nextSequence;
    batch.producerEpoch = this.#epoch;
    this.#nextSequence = (this.#nextSequence + batch.records.length) % SEQUENCES;
  }

  #land(batch: Batch): void {
    const at = this.inFlight.indexOf(batch);
    assert(at >= 0, "the batch was on its way");
    this.inFlight.splice(at, 1);
  }
}

export function encodedBatch(batch: Batch, producerId: number): Uint8Array {
  const { records, createdAtUs, producerEpoch, baseSequence } = batch;
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: Math.floor(createdAtUs / 1_000),
    producerId,
    producerEpoch,
    baseSequence,
    records: records.map(({ key, value }) => ({
      key: key === null ? null : utf8Encode(key),
      value: utf8Encode(value),
    })),
  });
}
