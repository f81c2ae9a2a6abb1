import type { DiskFile } from "../sim/diskFaults.ts";
import type {
  FormatVersion,
  RecordHeader,
  RecordPlace,
  SegmentHeader,
  WalRecord,
} from "../wal/index.ts";
import type { Readers } from "./source.ts";

/** What stands in a log from one byte to another, end exclusive. */
export type Found = FoundHeader | FoundRecord | FoundUnreadable;

interface Place {
  readonly position: number;
  readonly end: number;
}
export interface FoundHeader extends Place {
  readonly kind: "header";
  readonly header: SegmentHeader;
}
export interface FoundRecord extends Place {
  readonly kind: "record";
  readonly version: FormatVersion;
  readonly header: RecordHeader;
  readonly record: WalRecord;
}
export interface FoundUnreadable extends Place {
  readonly kind: "unreadable";
  /** The one that the record should have. */
  readonly sequence: number;
  readonly reason: string;
  /** It looks like a write that did not come to its end. */
  readonly isUnfinished: boolean;
}

/**
 * One file of a log, read record by record as it grows: what was read stays read until the file
 * changes in another way than by growing. Where bytes cannot be read the scan looks for the next
 * place that can and goes on there: people want to see what stands behind the damage.
 */
export class SegmentScan {
  readonly segment: number;
  readonly #readers: Readers;
  #version = -1;
  /** Of the header; a file whose header cannot be read is taken for one of today's. */
  #place: RecordPlace;
  #position = 0;
  #sizeBytes = 0;
  #lastSequence = 0;
  #recordCount = 0;
  #end: FoundUnreadable | null = null;

  constructor(segment: number, readers: Readers) {
    this.segment = segment;
    this.#place = { segment, version: readers.FORMAT_VERSION };
    this.#readers = readers;
  }

  /** Records that can be read. */
  get recordCount(): number {
    return this.#recordCount;
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** What stands behind everything that can be read; null when nothing does. */
  get end(): FoundUnreadable | null {
    return this.#end;
  }

  /**
   * What came since the last time, but for the unreadable end. `isNew` says that it is all there
   * is, and what was found before no longer holds. `lastSequence` is that of the segment before.
   */
  read(file: DiskFile, lastSequence: number): { isNew: boolean; found: readonly Found[] } {
    const isNew = file.version !== this.#version || file.sizeBytes < this.#sizeBytes;
    if (isNew) this.#startOver(file.version, lastSequence);
    if (file.sizeBytes === this.#sizeBytes) return { isNew, found: [] };
    this.#sizeBytes = file.sizeBytes;
    this.#end = null;
    const bytes = file.bytes.subarray(0, file.sizeBytes);
    const all: Found[] = [];
    while (this.#position < bytes.length) {
      const read = this.#readHere(bytes);
      const found = read.kind === "bad" ? this.#unreadable(bytes, read) : read;
      if (found.kind === "unreadable" && found.end === bytes.length) {
        this.#end = found;
        break;
      }
      all.push(found);
      this.#pass(found);
    }
    return { isNew, found: all };
  }

  #startOver(version: number, lastSequence: number): void {
    this.#version = version;
    this.#position = 0;
    this.#sizeBytes = 0;
    this.#lastSequence = lastSequence;
    this.#recordCount = 0;
    this.#end = null;
  }

  #pass(found: Found): void {
    this.#position = found.end;
    if (found.kind === "header") {
      this.#lastSequence = found.header.firstSequence - 1;
      this.#place = { segment: this.segment, version: found.header.version };
    }
    if (found.kind === "unreadable") this.#lastSequence = found.sequence;
    if (found.kind === "record") {
      this.#lastSequence = found.header.sequence;
      this.#recordCount++;
    }
  }

  #readHere(bytes: Uint8Array): FoundHeader | FoundRecord | Bad {
    return this.#position === 0 ? this.#readHeader(bytes) : this.#readRecord(bytes);
  }

  #readHeader(bytes: Uint8Array): FoundHeader | Bad {
    const read = this.#readers.readSegmentHeader(bytes);
    if (!read.ok) return bad(read.problem, this.#readers.SEGMENT_HEADER_BYTES, read.reason);
    const { header } = read;
    return { kind: "header", position: 0, end: header.sizeBytes, header };
  }

  #readRecord(bytes: Uint8Array): FoundRecord | Bad {
    const position = this.#position;
    const { readRecordHeader, readRecord, RECORD_HEADER_BYTES } = this.#readers;
    const payloadStart = position + RECORD_HEADER_BYTES;
    const header = readRecordHeader(bytes, this.#place, position);
    if (header === null) {
      return payloadStart > bytes.length
        ? bad("short", payloadStart, "its header is cut short")
        : bad("checksum", payloadStart, "the checksum of its header is wrong");
    }
    const end = payloadStart + header.payloadBytes;
    const read = readRecord(bytes, this.#place, position, header);
    if (read.kind !== "record") return bad(read.kind, end, REASONS[read.kind]);
    const { version } = this.#place;
    return { kind: "record", position, end, version, header, record: read.record };
  }

  #unreadable(bytes: Uint8Array, { problem, end, reason }: Bad): FoundUnreadable {
    const position = this.#position;
    const tried = { problem, position, end, next: position + 1, what: reason };
    return {
      kind: "unreadable",
      position,
      end: this.#nextRecord(bytes),
      sequence: this.#lastSequence + 1,
      reason,
      isUnfinished: this.#readers.isUnfinished(bytes, tried),
    };
  }

  /**
   * Checksums depend on the position, so a header that passes was written where it stands. The
   * end of the bytes when there is none.
   */
  #nextRecord(bytes: Uint8Array): number {
    const { readRecordHeader, RECORD_HEADER_BYTES } = this.#readers;
    for (let at = this.#position + 1; at <= bytes.length - RECORD_HEADER_BYTES; at++) {
      if (readRecordHeader(bytes, this.#place, at) !== null) return at;
    }
    return bytes.length;
  }
}

/** Why the bytes at a position cannot be read, and how far they would reach. */
interface Bad {
  readonly kind: "bad";
  readonly problem: "short" | "checksum" | "wrong";
  readonly end: number;
  readonly reason: string;
}

function bad(problem: Bad["problem"], end: number, reason: string): Bad {
  return { kind: "bad", problem, end, reason };
}

const REASONS = {
  short: "its payload is cut short",
  checksum: "the checksum of its payload is wrong",
  wrong: "it is whole, but of no kind that is known",
};
