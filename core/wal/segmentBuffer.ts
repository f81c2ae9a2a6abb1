import { ByteWriter } from "../base/bytes.ts";
import type { WalRecord } from "./record.ts";
import { sealRecord, writeRecord } from "./recordFormat.ts";
import { segmentFileName, writeSegmentHeader } from "./segmentHeader.ts";
import type { SegmentOwner } from "./segmentHeader.ts";

/** One segment of a live log. */
export interface WalSegment {
  readonly segment: number;
  readonly file: string;
  /** Of its first record; one more than the last of the segment before. */
  readonly firstSequence: number;
  /** Of its file once everything appended so far is written. */
  readonly sizeBytes: number;
}

/** What still has to happen before bytes may go to the file. */
export type FileName = "missing" | "notDurable" | "durable";

/** A segment that is being written: what has gone to its file is counted, what has not is kept. */
export class SegmentBuffer {
  readonly segment: number;
  readonly file: string;
  readonly firstSequence: number;
  /** Whether its file is there, and stays there whatever happens. */
  name: FileName;
  #issuedBytes: number;
  readonly #pending = new ByteWriter("little", 1024);
  /** Where each pending record starts, in `#pending`. */
  #pendingStarts: number[] = [];

  constructor(segment: number, firstSequence: number, name: FileName, issuedBytes: number) {
    this.segment = segment;
    this.file = segmentFileName(segment);
    this.firstSequence = firstSequence;
    this.name = name;
    this.#issuedBytes = issuedBytes;
  }

  /** As it is now, without what it has taken of memory. */
  described(): WalSegment {
    const { segment, file, firstSequence, sizeBytes } = this;
    return { segment, file, firstSequence, sizeBytes };
  }

  get sizeBytes(): number {
    return this.#issuedBytes + this.#pending.size;
  }

  get pendingBytes(): number {
    return this.#pending.size;
  }

  /** Size of the file when everything handed out by `take` is written. */
  get issuedBytes(): number {
    return this.#issuedBytes;
  }

  writeHeader(owner: SegmentOwner): void {
    const { segment, firstSequence } = this;
    writeSegmentHeader(this.#pending, { segment, firstSequence, ...owner });
  }

  append(record: WalRecord, sequence: number): void {
    const start = this.#pending.size;
    const position = this.#issuedBytes + start;
    writeRecord(this.#pending, record, { segment: this.segment, position, sequence });
    this.#pendingStarts.push(start);
  }

  /** Hands over everything that waits, as one piece of the file. */
  take(durableBefore: number): Uint8Array {
    for (const start of this.#pendingStarts) {
      const position = this.#issuedBytes + start;
      sealRecord(this.#pending, start, { segment: this.segment, position, durableBefore });
    }
    this.#pendingStarts = [];
    const bytes = this.#pending.take();
    this.#issuedBytes += bytes.length;
    return bytes;
  }
}
