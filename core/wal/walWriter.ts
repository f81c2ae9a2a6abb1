import { assert } from "../base/assert.ts";
import { ByteWriter } from "../base/bytes.ts";
import type { DiskCompletion, DiskOperation } from "./disk.ts";
import { sealRecord, writeRecord, writeSegmentHeader } from "./format.ts";
import type { WalRecord } from "./record.ts";

/** Where a writer goes on; made by `recoverWal` only. */
export interface WalStart {
  /** The segment that is written to, and the file that holds it. */
  readonly segment: number;
  readonly file: string;
  /** Size of that file once `truncate` is done; 0 when the segment has yet to be begun. */
  readonly sizeBytes: number;
  /** Sequence of the last record that is there, 0 when there is none. */
  readonly lastSequence: number;
  /** What the writer must cut off before its first append; null when the log ends cleanly. */
  readonly truncate: { readonly file: string; readonly sizeBytes: number } | null;
}

/** The operation that the disk is working on. */
export interface WalWrite {
  readonly kind: "append" | "truncate";
  readonly id: number;
  readonly bytes: number;
  /** Greater than `lastSequence` when the operation carries no record. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly sync: boolean;
}

export type WalProgress =
  | { readonly outcome: "completed"; readonly operation: number; readonly durableSequence: number }
  /** Nothing that was not durable before is durable now, and nothing ever will be. */
  | { readonly outcome: "failed"; readonly operation: number; readonly reason: string };

/**
 * The writing side of a node's log. Records are appended to a buffer in memory; when the disk is
 * free, all that has gathered there goes out as one write with at most one sync (group commit).
 * One operation is in flight at a time. After an error there is no further operation: a sync that
 * failed has lost its data, and a second one that succeeds proves nothing (Rebello, ATC'20).
 */
export class WalWriter {
  readonly #segment: number;
  readonly #file: string;
  readonly #pending = new ByteWriter("little", 1024);
  /** Where each pending record starts, in `#pending`. */
  #pendingStarts: number[] = [];
  /** Size of the file when everything in flight is written: where pending bytes will begin. */
  #fileBytes: number;
  #truncate: WalStart["truncate"];
  #nextOperationId = 1;
  #lastSequence: number;
  #syncSequence: number;
  #durableSequence: number;
  #inFlight: WalWrite | null = null;
  #failure: string | null = null;

  constructor(start: WalStart) {
    this.#segment = start.segment;
    this.#file = start.file;
    this.#fileBytes = start.sizeBytes;
    this.#truncate = start.truncate;
    this.#lastSequence = start.lastSequence;
    this.#syncSequence = start.lastSequence;
    this.#durableSequence = start.lastSequence;
    if (start.sizeBytes > 0) return;
    writeSegmentHeader(this.#pending, {
      segment: start.segment,
      predecessor: start.segment - 1,
      firstSequence: start.lastSequence + 1,
    });
  }

  /** A record whose sequence is at most this one survives a crash. */
  get durableSequence(): number {
    return this.#durableSequence;
  }

  /** Sequence of the last record appended. */
  get lastSequence(): number {
    return this.#lastSequence;
  }

  get inFlight(): WalWrite | null {
    return this.#inFlight;
  }

  /** Bytes that wait for the disk to become free. */
  get pendingBytes(): number {
    return this.#pending.size;
  }

  /** Why the disk failed; null while it has not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** Adds a record and returns its sequence: 1, 2, 3 and so on without a gap, over restarts too. */
  append(record: WalRecord): number {
    assert(this.#failure === null, `append after the disk failed: ${this.#failure}`);
    const sequence = this.#lastSequence + 1;
    const start = this.#pending.size;
    writeRecord(this.#pending, record, {
      segment: this.#segment,
      position: this.#fileBytes + start,
      sequence,
    });
    this.#pendingStarts.push(start);
    this.#lastSequence = sequence;
    return sequence;
  }

  /** Everything appended so far shall become durable with the next operation that can do it. */
  requestSync(): void {
    this.#syncSequence = this.#lastSequence;
  }

  /** The next thing for the disk to do; null while it is busy or there is nothing to do. */
  nextOperation(): DiskOperation | null {
    if (this.#inFlight !== null || this.#failure !== null) return null;
    if (this.#truncate !== null) return this.#nextTruncate(this.#truncate);
    const sync = this.#syncSequence > this.#durableSequence;
    if (this.#pendingStarts.length === 0 && !sync) return null;
    return this.#nextAppend(sync);
  }

  /** The disk has carried out, or failed at, the operation in flight. */
  complete(completion: DiskCompletion): WalProgress {
    const write = this.#inFlight;
    assert(write !== null, `completion ${completion.id} for no operation`);
    assert(write.id === completion.id, `completion ${completion.id}, expected ${write.id}`);
    this.#inFlight = null;
    if (completion.error !== null) {
      this.#failure = completion.error;
      return { outcome: "failed", operation: write.id, reason: completion.error };
    }
    // A sync covers all earlier bytes of the file, so also what went out unsynced before it.
    if (write.sync) this.#durableSequence = write.lastSequence;
    assert(this.#durableSequence <= this.#lastSequence, "durable beyond what was appended");
    return {
      outcome: "completed",
      operation: write.id,
      durableSequence: this.#durableSequence,
    };
  }

  /** A torn tail goes before anything is appended: records behind it would be lost at a restart. */
  #nextTruncate(cut: NonNullable<WalStart["truncate"]>): DiskOperation {
    const id = this.#nextOperationId++;
    this.#truncate = null;
    this.#inFlight = {
      kind: "truncate",
      id,
      bytes: 0,
      firstSequence: this.#durableSequence + 1,
      lastSequence: this.#durableSequence,
      sync: true,
    };
    return { kind: "truncate", id, file: cut.file, sizeBytes: cut.sizeBytes };
  }

  #nextAppend(sync: boolean): DiskOperation {
    const id = this.#nextOperationId++;
    const recordCount = this.#pendingStarts.length;
    for (const start of this.#pendingStarts) {
      sealRecord(this.#pending, start, {
        segment: this.#segment,
        position: this.#fileBytes + start,
        durableBefore: this.#durableSequence,
      });
    }
    this.#pendingStarts = [];
    const bytes = this.#pending.take();
    this.#fileBytes += bytes.length;
    this.#inFlight = {
      kind: "append",
      id,
      bytes: bytes.length,
      firstSequence: this.#lastSequence - recordCount + 1,
      lastSequence: this.#lastSequence,
      sync,
    };
    return { kind: "append", id, file: this.#file, bytes, sync };
  }
}
