import { assert } from "../../base/assert.ts";
import type { Offset } from "../../base/ids.ts";

/** A segment file of a partition. */
export interface PartitionFile {
  readonly file: string;
  readonly baseOffset: Offset;
  /** The first batch of the log, by its number, that stands in it. */
  readonly firstBatch: number;
  readonly headerBytes: number;
  /** As it may be at most: a write that has found no room may have left less. */
  readonly sizeBytes: number;
}

/** What is to be done to the files of a log before they are written to again. */
export type FileCut =
  | { readonly kind: "truncate"; readonly file: string; readonly sizeBytes: number }
  | { readonly kind: "remove"; readonly file: string };

/**
 * Which of a log's batches are in segment files, always the first ones. What the files hold beyond
 * them, because the log was truncated or a write has failed, does not count, and is cut off before
 * anything else is written there.
 */
export class FlushedPart {
  readonly #batches: readonly { readonly sequence: number }[];
  readonly #positions: readonly number[];
  readonly #files: PartitionFile[] = [];
  #count = 0;
  /** With what is being written now. */
  #flushingCount = 0;
  /** Of the truncations that the files do not show yet: the first, and the last. */
  #firstCut = Number.POSITIVE_INFINITY;
  #lastCut = 0;
  /** Of the batch for whose sake an empty file was made, until something stands in a file of its. */
  #emptyFor = Number.POSITIVE_INFINITY;
  /** The log is gone, and no file shall stay. */
  #isDiscarded = false;

  /** Both are the log's: its batches, and where each begins, in bytes from the start of the log. */
  constructor(batches: readonly { readonly sequence: number }[], positions: readonly number[]) {
    this.#batches = batches;
    this.#positions = positions;
  }

  /** So many batches survive a crash of this node without the WAL. */
  get count(): number {
    return this.#count;
  }

  /** Oldest first. */
  get files(): readonly PartitionFile[] {
    return this.#files;
  }

  /**
   * The first WAL record that may not go yet: of the first batch that is nowhere else, or of a
   * truncation that the files do not show yet; without that record, what was cut off would be back.
   */
  get neededSequence(): number {
    const first = this.#count < this.#batches.length ? this.#batches[this.#count]!.sequence : 0;
    const needed = Math.min(this.#firstCut, this.#emptyFor);
    return first === 0 ? needed : Math.min(first, needed);
  }

  /** Files are to be cut, or were, and it is not known yet that this is durable. */
  get isCutOpen(): boolean {
    return this.#firstCut < Number.POSITIVE_INFINITY || this.nextCut() !== null;
  }

  /** The last WAL record that must be durable before files are cut: they may not be ahead of it. */
  get cutSequence(): number {
    return this.#lastCut;
  }

  /** `count` batches are in these files; what else is in the last one is to be cut off. */
  recover(files: readonly PartitionFile[], count: number): void {
    this.#files.push(...files);
    this.#count = count;
    // Until then no record may go that explains it.
    if (this.nextCut() !== null) this.#firstCut = 0;
  }

  /** The log has become shorter. */
  cut(): void {
    this.#count = Math.min(this.#count, this.#batches.length);
    this.#flushingCount = Math.min(this.#flushingCount, this.#batches.length);
  }

  /** That stands in the WAL as this record. The files follow once it is durable. */
  noteCut(sequence: number): void {
    if (this.nextCut() === null) return;
    this.#firstCut = Math.min(this.#firstCut, sequence);
    this.#lastCut = sequence;
  }

  /** That record deletes the log: no file of it stays. */
  discard(sequence: number): void {
    this.#isDiscarded = true;
    this.#firstCut = Math.min(this.#firstCut, sequence);
    this.#lastCut = sequence;
  }

  /** The next step to files that hold nothing but flushed batches: the last file goes first. */
  nextCut(): FileCut | null {
    const last = this.#files.at(-1);
    if (last === undefined) return null;
    const { file, firstBatch, headerBytes, sizeBytes } = last;
    const isOfUse = firstBatch < this.#count || (firstBatch === this.#count && sizeBytes === 0);
    if (this.#isDiscarded || !isOfUse) return { kind: "remove", file };
    if (sizeBytes === 0) return null;
    const heldBytes = this.#positions[this.#count]! - this.#positions[firstBatch]!;
    if (sizeBytes === headerBytes + heldBytes) return null;
    return { kind: "truncate", file, sizeBytes: headerBytes + heldBytes };
  }

  /** That step was carried out. */
  carriedOut(cut: FileCut): void {
    const last = this.#files.pop();
    assert(last?.file === cut.file, "files are cut from the end");
    if (cut.kind === "truncate") this.#files.push({ ...last, sizeBytes: cut.sizeBytes });
    else this.#emptyFor = Number.POSITIVE_INFINITY;
  }

  /** The files are as the log is, and will be so after a loss of power. */
  cutDone(): void {
    this.#firstCut = Number.POSITIVE_INFINITY;
  }

  /** An empty file is being made for the next batch: while it is empty, the WAL has that batch. */
  willBegin(): void {
    this.#emptyFor = this.neededSequence;
  }

  /** It is there; or there was no room for it, which is null. */
  begun(file: Omit<PartitionFile, "sizeBytes"> | null): void {
    if (file === null) this.#emptyFor = Number.POSITIVE_INFINITY;
    else this.#files.push({ ...file, sizeBytes: 0 });
  }

  /** So many bytes, which end with batch `past`, are on their way to the last file. */
  start(past: number, sizeBytes: number): void {
    const last = this.#files.pop();
    assert(last !== undefined, "what is written has a file");
    this.#files.push({ ...last, sizeBytes: last.sizeBytes + sizeBytes });
    this.#flushingCount = past;
  }

  /** They are durable there, but for what was cut off meanwhile; or there was no room for them. */
  finish(isWritten: boolean): void {
    if (isWritten) {
      this.#count = this.#flushingCount;
      this.#emptyFor = Number.POSITIVE_INFINITY;
    }
    // What is there beyond was not flushed, so no truncation made it so, or that record is still due.
    if (this.nextCut() === null) this.cutDone();
  }

  /** Where batch `at`, which is flushed, stands; the batches of that file end before `past`. */
  fileAt(at: number): { readonly file: string; readonly position: number; readonly past: number } {
    let number = this.#files.length - 1;
    while (number > 0 && this.#files[number]!.firstBatch > at) number--;
    const { file, firstBatch, headerBytes } = this.#files[number]!;
    const next = number + 1 < this.#files.length ? this.#files[number + 1]! : null;
    const position = headerBytes + this.#positions[at]! - this.#positions[firstBatch]!;
    return { file, position, past: next === null ? this.#count : next.firstBatch };
  }
}
