import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { HardStateRecord, WalRecord } from "./record.ts";
import { readRecord, readRecordHeader, RECORD_HEADER_BYTES } from "./recordFormat.ts";
import type { RecordHeader } from "./recordFormat.ts";
import { readSegmentHeader, SEGMENT_HEADER_BYTES } from "./segmentHeader.ts";
import type { SegmentHeader } from "./segmentHeader.ts";
import type { SegmentFile, Unreadable } from "./tornTail.ts";
import { WalIndex } from "./walIndex.ts";
import type { WalIdentity } from "./walStart.ts";

/** A record as it was found in the log. Its byte fields are views of the bytes on the disk. */
export interface RecoveredRecord {
  readonly sequence: number;
  readonly segment: number;
  /** Where the record's header starts in its file, and how many bytes header and payload take. */
  readonly position: number;
  readonly sizeBytes: number;
  readonly durableBefore: number;
  readonly record: WalRecord;
}

/**
 * Reads a log, one segment after the other, and checks that everything fits together. The first
 * records of a segment, up to the last one carried over, are handed out together or not at all.
 */
export class LogScan {
  readonly index = new WalIndex();
  readonly #identity: WalIdentity;
  readonly #visit: (record: RecoveredRecord) => void;
  readonly #hardStates = new Map<number, HardStateRecord>();
  /** Null until a segment says it. */
  #generation: number | null = null;
  /** Of the segment that was read last; null when its header could not be read. */
  #header: SegmentHeader | null = null;
  #lastSequence: number | null = null;
  #recordCount = 0;
  /** The first records of a segment, while `#heldCount` of them are not together. */
  #held: RecoveredRecord[] = [];
  #heldCount = 0;

  constructor(identity: WalIdentity, visit: (record: RecoveredRecord) => void) {
    this.#identity = identity;
    this.#visit = visit;
  }

  /** Of the last record that was handed out; records are numbered without a gap. */
  get lastSequence(): number {
    return this.#lastSequence ?? 0;
  }

  get recordCount(): number {
    return this.#recordCount;
  }

  get node(): NodeId {
    return this.#identity.node;
  }

  get generation(): number {
    return this.#generation ?? this.#identity.generation ?? 0;
  }

  /** Of the segment that was read last, if that one has begun: its first records are all there. */
  get begunHeader(): SegmentHeader | null {
    return this.#heldCount === 0 ? this.#header : null;
  }

  /** Hands out the records of the next segment, up to its end or to what cannot be read. */
  read({ segment, bytes }: SegmentFile): Unreadable | null {
    this.#header = null;
    const read = readSegmentHeader(bytes);
    if (!read.ok) {
      const problem = read.problem === "wrong" ? "segmentHeaderWrong" : read.problem;
      return headerUnreadable(problem, read.reason, 1);
    }
    const { header } = read;
    const misfit = this.#misfitOfSegment(header, segment);
    if (misfit !== null) return misfit;
    this.#header = header;
    this.#lastSequence ??= header.firstSequence - 1;
    this.#heldCount = header.version === 1 ? 0 : 1;
    let position = header.sizeBytes;
    while (position < bytes.length) {
      const next = this.#readRecord(bytes, header, position);
      if (typeof next !== "number") return next;
      position = next;
    }
    return this.#heldCount === 0 ? null : this.#unreadable("short", position, position, NOT_BEGUN);
  }

  #misfitOfSegment(header: SegmentHeader, segment: number): Unreadable | null {
    const { node } = this.#identity;
    const { owner, firstSequence, sizeBytes } = header;
    if (owner !== null && owner.node !== node) {
      const what = `the log was written by node ${owner.node}, and this is node ${node}`;
      return headerUnreadable("otherNodesDisk", what, sizeBytes);
    }
    const isFirst = this.#lastSequence === null;
    const expected = isFirst && segment > 1 ? firstSequence : this.lastSequence + 1;
    const isInPlace = header.segment === segment && header.predecessor === segment - 1;
    const generation = owner?.generation ?? this.#generation;
    const isSameDisk = this.#generation === null || generation === this.#generation;
    if (!isInPlace || firstSequence !== expected || !isSameDisk) {
      const what = "the segment's header belongs to another place";
      return headerUnreadable("segmentHeaderWrong", what, sizeBytes);
    }
    this.#generation = generation;
    return null;
  }

  /** The position behind the record, or why there is none. */
  #readRecord(bytes: Uint8Array, place: SegmentHeader, position: number): number | Unreadable {
    const header = readRecordHeader(bytes, place, position);
    if (header === null) {
      const end = position + RECORD_HEADER_BYTES;
      const problem = end > bytes.length ? "short" : "checksum";
      return this.#unreadable(problem, position, end, WHATS[problem], position + 1);
    }
    const sizeBytes = RECORD_HEADER_BYTES + header.payloadBytes;
    const end = position + sizeBytes;
    const read = readRecord(bytes, place, position, header);
    if (read.kind !== "record") {
      const problem = read.kind === "wrong" ? "recordWrong" : read.kind;
      return this.#unreadable(problem, position, end, WHATS[read.kind]);
    }
    const { record } = read;
    const misfit = this.#misfitOfRecord(header, record, place, position);
    if (misfit !== null) return this.#unreadable("recordWrong", position, end, misfit);
    const { sequence, durableBefore } = header;
    const { segment } = place;
    this.#take({ sequence, segment, position, sizeBytes, durableBefore, record });
    return end;
  }

  #take(found: RecoveredRecord): void {
    if (this.#heldCount === 0) return this.#handOut(found);
    this.#held.push(found);
    const { record } = found;
    if (record.kind === "logStart") this.#heldCount += record.carriedCount;
    if (this.#held.length < this.#heldCount) return;
    this.#heldCount = 0;
    for (const held of this.#held) this.#handOut(held);
    this.#held = [];
  }

  #handOut(found: RecoveredRecord): void {
    const { record, sequence } = found;
    this.#lastSequence = sequence;
    this.#recordCount++;
    this.index.append(record, sequence);
    if (record.kind === "hardState") this.#hardStates.set(record.group, record);
    this.#visit(found);
  }

  get #nextSequence(): number {
    return this.lastSequence + this.#held.length + 1;
  }

  /** Why a record that is whole cannot be what was written here; null when it can. */
  #misfitOfRecord(
    { sequence, durableBefore }: RecordHeader,
    record: WalRecord,
    place: SegmentHeader,
    position: number,
  ): string | null {
    if (sequence !== this.#nextSequence) return `it calls itself record ${sequence}`;
    if (durableBefore < 0 || durableBefore >= sequence) {
      return `it says that record ${durableBefore} was durable before it`;
    }
    const beginsSegment = place.version > 1 && position === place.sizeBytes;
    if (beginsSegment !== (record.kind === "logStart")) {
      return beginsSegment ? "it does not begin a segment" : "it begins a segment";
    }
    if (record.kind === "logStart" && !mayStartAt(record.segment, place.segment)) {
      return `it says that the log starts with segment ${record.segment}`;
    }
    if (record.kind === "hardState") return this.#wentBack(record);
    if (record.kind !== "entry" || this.index.accepts(record.group, record.index)) return null;
    const last = this.index.lastIndex(record.group);
    return `it holds entry ${record.index}, and the last one before it is entry ${last}`;
  }

  /** A term never goes back, nor a commit index, and a vote stands for its whole term. */
  #wentBack({ group, term, vote, commit }: HardStateRecord): string | null {
    const before = this.#hardStates.get(group);
    if (before === undefined) return null;
    if (term < before.term) return `its term is ${term}, after term ${before.term}`;
    if (commit < before.commit) return `its commit index is ${commit}, after ${before.commit}`;
    const keepsVote = term > before.term || before.vote === NO_NODE || vote === before.vote;
    return keepsVote ? null : `its vote in term ${term} is ${vote}, after ${before.vote}`;
  }

  #unreadable(
    problem: Unreadable["problem"],
    position: number,
    end: number,
    what: string,
    next = end,
  ): Unreadable {
    return { problem, recordNumber: this.#nextSequence, position, end, next, what };
  }
}

/**
 * Where a log may start, as a segment says: never with itself unless it is the first of all, since
 * what it repeats must also stand in the segment before until it is whole.
 */
export function mayStartAt(start: number, segment: number): boolean {
  return start >= 1 && start <= Math.max(1, segment - 1);
}

const WHATS = {
  short: "the file ends before it does",
  checksum: "its checksum is wrong",
  wrong: "it is of no kind that this version can read",
};
const NOT_BEGUN = "the file ends before it";

function headerUnreadable(problem: Unreadable["problem"], what: string, next: number): Unreadable {
  return { problem, recordNumber: null, position: 0, end: SEGMENT_HEADER_BYTES, next, what };
}
