import { expect } from "vitest";
import type { DiskOperation } from "../disk.ts";
import type { WalRecord } from "../record.ts";
import type { WalWriter } from "../walWriter.ts";
import { carriedFrom, RecordMaker } from "./anyLog.ts";
import type { AnyStep } from "./anyLog.ts";
import { openWal, readLog } from "./openWal.ts";
import { PlainDisk } from "./plainDisk.ts";
import type { Mercy } from "./plainDisk.ts";

/**
 * A node's log, and as a plain array what was appended to it. After a loss of power the node starts
 * from its disk alone; then everything that had been called durable and not released must be there,
 * and nothing that was never appended.
 */
export class LogUnderTest {
  readonly disk = new PlainDisk();
  readonly #segmentBytesMax: number;
  #writer: WalWriter;
  #maker = new RecordMaker();
  /** By sequence - 1. */
  #appended: WalRecord[] = [];
  #releasedBefore = 1;
  /** What has happened to it, so that a test can tell that it was worth running. */
  readonly counts = { crashes: 0, cuts: 0, full: 0, removed: 0 };

  constructor(segmentBytesMax: number) {
    this.#segmentBytesMax = segmentBytesMax;
    this.#writer = this.#open();
  }

  get writer(): WalWriter {
    return this.#writer;
  }

  append(step: AnyStep): void {
    const record = this.#maker.make(step);
    const sequence = this.#writer.append(record);
    this.#appended.push(record);
    expect(sequence).toBe(this.#appended.length);
  }

  /** Releases a part of what could be: 0 is nothing, 1 is everything that is durable. */
  release(share: number): void {
    const count = this.#writer.durableSequence + 1 - this.#releasedBefore;
    const before = this.#releasedBefore + Math.floor(count * share);
    this.#releasedBefore = before;
    this.#writer.releaseBefore(before);
  }

  issue(): DiskOperation | null {
    const operation = this.#writer.nextOperation();
    if (operation !== null) this.disk.start(operation);
    if (operation?.kind === "remove") this.counts.removed++;
    return operation;
  }

  /** Lets the disk do so many operations, or all that there is to do. Returns how many it were. */
  settle(operations = Number.POSITIVE_INFINITY): number {
    let count = 0;
    while (count < operations && this.issue() !== null) {
      this.complete();
      count++;
    }
    return count;
  }

  complete(): void {
    const completion = this.disk.finishNext();
    if (completion === null) return;
    const progress = this.#writer.complete(completion);
    if (progress.outcome === "full") this.counts.full++;
  }

  crash(mercy: Mercy): void {
    const durable = this.#writer.durableSequence;
    this.disk.losePower(mercy);
    const image = this.disk.image();
    const { recovery, found } = readLog(image);
    if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
    expect(textOf(readLog(image)), "recovery changes nothing").toBe(textOf({ recovery, found }));

    const { lastSequence } = recovery.start;
    expect(lastSequence).toBeGreaterThanOrEqual(durable);
    expect(lastSequence).toBeLessThanOrEqual(this.#appended.length);
    const first = lastSequence - found.length + 1;
    expect(first).toBeLessThanOrEqual(this.#releasedBefore);
    for (const [at, { sequence }] of found.entries()) {
      if (sequence !== first + at) expect(sequence, "no gap").toBe(first + at);
    }
    const kept = this.#appended.slice(0, lastSequence);
    const records = found.map(({ record }) => record);
    expect(textOf(records.map(withoutStart))).toBe(textOf(kept.slice(first - 1)));
    const carried = carriedFrom(records).map(textOf).toSorted();
    expect(carried, "what is carried over outlives all segments").toEqual(
      carriedFrom(kept).map(textOf).toSorted(),
    );
    this.#appended = kept;
    this.#maker = new RecordMaker();
    for (const record of records) this.#maker.note(record);
    this.#writer = this.#open();
    this.counts.crashes++;
    if (recovery.report.cutBytes > 0) this.counts.cuts++;
  }

  #open(): WalWriter {
    return openWal(this.disk, {
      segmentBytesMax: this.#segmentBytesMax,
      carryOver: () => this.#carryOver(),
    }).writer;
  }

  /** The writer asks when it begins a segment, and puts all of this there. */
  #carryOver(): WalRecord[] {
    const carried = carriedFrom(this.#appended);
    const carriedCount = carried.length;
    this.#appended.push(withoutStart({ kind: "logStart", segment: 0, carriedCount }), ...carried);
    return carried;
  }
}

/** Where the log starts is the writer's own business. */
function withoutStart(record: WalRecord): WalRecord {
  return record.kind === "logStart" ? { ...record, segment: 0 } : record;
}

/** What can be compared faster than objects. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part instanceof Uint8Array ? part.join() : part,
  );
}
