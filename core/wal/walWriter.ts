import { assert } from "../base/assert.ts";
import type { DiskCompletion, DiskError, DiskOperation } from "./disk.ts";
import type { WalRecord } from "./record.ts";
import { SegmentBuffer } from "./segmentBuffer.ts";
import type { WalSegment } from "./segmentBuffer.ts";
import type { SegmentOwner } from "./segmentHeader.ts";
import type { WalIndex } from "./walIndex.ts";
import type { WalStart } from "./walStart.ts";

export interface WalWriterOptions {
  /** A segment that has reached this size is closed: the next record opens a new one. */
  readonly segmentBytesMax: number;
  /** One counter for all operations of a node. */
  readonly nextOperationId: () => number;
  /**
   * What must outlive older segments: for each group its last hard state and its last snapshot
   * marker, the latter never as `installed`, which would replace the log once more. Asked for when a
   * segment begins, before the record that made it begin is appended.
   */
  readonly carryOver: () => readonly WalRecord[];
}

/** The operation that the disk is working on. */
export interface WalWrite {
  readonly kind: "create" | "append" | "truncate" | "sync" | "syncDirectory" | "remove";
  readonly id: number;
  readonly bytes: number;
  /** Greater than `lastSequence` when the operation carries no record. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly sync: boolean;
}

export type WalProgress =
  | { readonly outcome: "completed"; readonly operation: number; readonly durableSequence: number }
  /** There was no room. Nothing more is written until `retry`. */
  | { readonly outcome: "full"; readonly operation: number; readonly reason: string }
  /** Nothing that was not durable before is durable now, and nothing ever will be. */
  | { readonly outcome: "failed"; readonly operation: number; readonly reason: string };

/** A write of records, kept until it is done: one that finds no room is cut off and repeated. */
interface RecordWrite {
  readonly bytes: Uint8Array;
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** False while a part of it may be in the file. */
  isCut: boolean;
}

/**
 * The writing side of a node's log. Records are appended to a buffer in memory; when the disk is
 * free, all that has gathered there goes out as one write with at most one sync (group commit).
 * One operation is in flight at a time. After an error there is no further operation: a sync that
 * failed has lost its data, and a second one that succeeds proves nothing (Rebello, ATC'20). Only a
 * full disk may be tried again.
 *
 * The log is cut into segments. A new one is begun when the last has reached its size, and when old
 * ones are to go. Before its first write come the last sync of the segment before and the sync of its
 * own name, so recovery never has to ask whether a segment in the middle is torn or was lost. It
 * begins with a logStart record and with what older segments must not be the only ones to say.
 */
export class WalWriter {
  readonly #owner: SegmentOwner;
  readonly #options: WalWriterOptions;
  readonly #index: WalIndex;
  /** Segments that are durable to their last byte, oldest first. */
  #closed: WalSegment[];
  /** Segments with something left to do, oldest first. The last one is appended to. */
  readonly #open: SegmentBuffer[];
  /** True when the next record has to open a new segment, whatever the size of the last one. */
  #mustBegin: boolean;
  #startSegment: number;
  /** Files to be removed, each once a sequence is durable that says that it may be. */
  readonly #removals: { readonly file: string; readonly afterSequence: number }[] = [];
  #truncate: WalStart["truncate"];
  /** In flight, or to be repeated. */
  #write: RecordWrite | null = null;
  #isFull = false;
  /** False from a write that found no room until `retry`. */
  #mayTry = true;
  #lastSequence: number;
  #issuedSequence: number;
  #syncSequence: number;
  #durableSequence: number;
  #inFlight: WalWrite | null = null;
  #failure: string | null = null;

  constructor(start: WalStart, options: WalWriterOptions) {
    this.#owner = { node: start.node, generation: start.generation };
    this.#options = options;
    this.#index = start.index;
    this.#truncate = start.truncate;
    this.#lastSequence = start.lastSequence;
    this.#issuedSequence = start.lastSequence;
    this.#syncSequence = start.lastSequence;
    this.#durableSequence = start.lastSequence;
    this.#closed = start.segments.slice(0, -1);
    const last = start.segments.at(-1);
    assert(last !== undefined && last.segment === start.segment, "the last segment is written to");
    const name = start.exists ? "durable" : "missing";
    this.#open = [new SegmentBuffer(last.segment, last.firstSequence, name, start.sizeBytes)];
    this.#mustBegin = start.closed;
    this.#startSegment = start.segments[0]!.segment;
    for (const file of start.leftovers) this.#removals.push({ file, afterSequence: 0 });
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
    let bytes = this.#inFlight === null && this.#write !== null ? this.#write.bytes.length : 0;
    for (const segment of this.#open) bytes += segment.pendingBytes;
    return bytes;
  }

  /** Why the disk failed; null while it has not. */
  get failure(): string | null {
    return this.#failure;
  }

  /** True from a write that found no room until one has found some. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** From the start of the log on, oldest first. */
  get segments(): readonly WalSegment[] {
    const open = this.#open.filter(({ segment }) => segment >= this.#startSegment);
    return [...this.#closed, ...open.map((segment) => segment.described())];
  }

  /** Sequence of the first record of the segment that is appended to. */
  get segmentStart(): number {
    return this.#current.firstSequence;
  }

  get index(): WalIndex {
    return this.#index;
  }

  /** Adds a record and returns its sequence: 1, 2, 3 and so on without a gap, over restarts too. */
  append(record: WalRecord): number {
    assert(this.#failure === null, `append after the disk failed: ${this.#failure}`);
    const current = this.#current;
    if (current.sizeBytes === 0) this.#writePreamble(current);
    else if (this.#mustBegin || current.sizeBytes >= this.#options.segmentBytesMax) this.#begin();
    return this.#append(record);
  }

  /** Everything appended so far shall become durable with the next operation that can do it. */
  requestSync(): void {
    this.#syncSequence = this.#lastSequence;
  }

  /**
   * No record before `sequence` is needed any more. The segments that hold nothing else are removed
   * once a logStart record, with which a new segment begins, is durable: only ever a prefix of the
   * log goes, and never the segment right before the one that says so, which has what that one
   * repeats in case it is torn.
   */
  releaseBefore(sequence: number): void {
    const current = this.#current;
    const live = this.segments;
    const hasBegun = current.sizeBytes > 0;
    let released = 0;
    while (released + (hasBegun ? 1 : 2) < live.length) {
      if (live[released + 1]!.firstSequence > sequence) break;
      released++;
    }
    if (released === 0) return;
    this.#startSegment = live[released]!.segment;
    this.#closed = this.#closed.filter(({ segment }) => segment >= this.#startSegment);
    if (hasBegun) this.#begin();
    else this.#writePreamble(current);
    this.requestSync();
    for (const { file } of live.slice(0, released)) {
      this.#removals.push({ file, afterSequence: this.#lastSequence });
    }
  }

  /** After a full disk: the next operations cut the file to what is surely there and write again. */
  retry(): void {
    this.#mayTry = true;
  }

  /** The next thing for the disk to do; null while it is busy or there is nothing to do. */
  nextOperation(): DiskOperation | null {
    if (this.#inFlight !== null || this.#failure !== null || !this.#mayTry) return null;
    return this.#nextTruncate() ?? this.#nextRemoval() ?? this.#nextRetry() ?? this.#nextWrite();
  }

  /** The disk has carried out, or failed at, the operation in flight. */
  complete(completion: DiskCompletion): WalProgress {
    const write = this.#inFlight;
    assert(write !== null, `completion ${completion.id} for no operation`);
    assert(write.id === completion.id, `completion ${completion.id}, expected ${write.id}`);
    this.#inFlight = null;
    if (completion.error !== null) return this.#refused(write, completion.error);
    this.#carriedOut(write);
    // A sync covers all earlier bytes of the file, so also what went out unsynced before it.
    if (write.sync) this.#durableSequence = write.lastSequence;
    assert(this.#durableSequence <= this.#lastSequence, "durable beyond what was appended");
    return { outcome: "completed", operation: write.id, durableSequence: this.#durableSequence };
  }

  #carriedOut({ kind }: WalWrite): void {
    const segment = this.#open[0]!;
    if (kind === "create") segment.name = "notDurable";
    else if (kind === "syncDirectory") segment.name = "durable";
    else if (kind === "truncate" && this.#write !== null) this.#write.isCut = true;
    else if (kind === "append") {
      this.#write = null;
      this.#isFull = false;
    }
  }

  #refused(write: WalWrite, { kind, message }: DiskError): WalProgress {
    const mayTryAgain = write.kind === "append" || write.kind === "create";
    if (kind === "full" && mayTryAgain) {
      this.#isFull = true;
      this.#mayTry = false;
      this.#issuedSequence = write.firstSequence - 1;
      if (this.#write !== null) this.#write.isCut = false;
      return { outcome: "full", operation: write.id, reason: message };
    }
    this.#failure = message;
    return { outcome: "failed", operation: write.id, reason: message };
  }

  /** The segment that is appended to. */
  get #current(): SegmentBuffer {
    return this.#open[this.#open.length - 1]!;
  }

  #append(record: WalRecord): number {
    const sequence = this.#lastSequence + 1;
    this.#current.append(record, sequence);
    this.#index.append(record, sequence);
    this.#lastSequence = sequence;
    return sequence;
  }

  #begin(): void {
    const segment = this.#current.segment + 1;
    this.#mustBegin = false;
    this.#open.push(new SegmentBuffer(segment, this.#lastSequence + 1, "missing", 0));
    this.#writePreamble(this.#current);
  }

  #writePreamble(segment: SegmentBuffer): void {
    segment.writeHeader(this.#owner);
    const carried = this.#options.carryOver();
    const carriedCount = carried.length;
    this.#append({ kind: "logStart", segment: this.#startSegment, carriedCount });
    for (const record of carried) {
      const isInstalled = record.kind === "snapshot" && record.installed;
      assert(!isInstalled, "a marker that is carried over does not replace the log again");
      this.#append(record);
    }
  }

  /** A torn tail goes before anything is appended: records behind it would be lost at a restart. */
  #nextTruncate(): DiskOperation | null {
    const cut = this.#truncate;
    if (cut === null) return null;
    this.#truncate = null;
    return { kind: "truncate", id: this.#start("truncate", 0, true), ...cut };
  }

  /**
   * The removal of a name needs no sync of its own: a segment that comes back is before the start of
   * the log, and recovery knows it as a leftover.
   */
  #nextRemoval(): DiskOperation | null {
    const next = this.#removals[0];
    if (next === undefined || next.afterSequence > this.#durableSequence) return null;
    this.#removals.shift();
    return { kind: "remove", id: this.#start("remove", 0, false), file: next.file };
  }

  #nextRetry(): DiskOperation | null {
    const write = this.#write;
    if (write === null) return null;
    const { file, issuedBytes } = this.#open[0]!;
    if (write.isCut) return this.#nextAppend(file, write);
    const id = this.#start("truncate", 0, true);
    return { kind: "truncate", id, file, sizeBytes: issuedBytes - write.bytes.length };
  }

  /** Segments are finished one after the other: each is durable before the next has a name. */
  #nextWrite(): DiskOperation | null {
    for (;;) {
      const segment = this.#open[0]!;
      if (segment.sizeBytes === 0) return null;
      const { file } = segment;
      if (segment.name === "missing") {
        return { kind: "create", id: this.#start("create", 0, false), file };
      }
      if (segment.name === "notDurable") {
        return { kind: "syncDirectory", id: this.#start("syncDirectory", 0, false) };
      }
      if (segment.pendingBytes > 0) {
        const next = this.#open[1];
        this.#write = {
          bytes: segment.take(this.#durableSequence),
          firstSequence: this.#issuedSequence + 1,
          lastSequence: next === undefined ? this.#lastSequence : next.firstSequence - 1,
          isCut: true,
        };
        return this.#nextAppend(file, this.#write);
      }
      const isDurable = this.#issuedSequence === this.#durableSequence;
      if (!isDurable && this.#wantsSync) {
        return { kind: "sync", id: this.#start("sync", 0, true), file };
      }
      if (this.#open.length === 1) return null;
      this.#open.shift();
      if (segment.segment >= this.#startSegment) this.#closed.push(segment.described());
    }
  }

  #nextAppend(file: string, { bytes, firstSequence, lastSequence }: RecordWrite): DiskOperation {
    this.#issuedSequence = lastSequence;
    const sync = this.#wantsSync;
    const id = this.#start("append", bytes.length, sync, firstSequence);
    return { kind: "append", id, file, bytes, sync };
  }

  /** Asked for, or due because a segment is complete. */
  get #wantsSync(): boolean {
    return this.#open.length > 1 || this.#syncSequence > this.#durableSequence;
  }

  #start(
    kind: WalWrite["kind"],
    bytes: number,
    sync: boolean,
    firstSequence = this.#issuedSequence + 1,
  ): number {
    const id = this.#options.nextOperationId();
    this.#inFlight = { kind, id, bytes, firstSequence, lastSequence: this.#issuedSequence, sync };
    return id;
  }
}
