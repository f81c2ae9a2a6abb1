import type { DiskImage } from "./disk.ts";
import { readRecord, readRecordHeader, RECORD_HEADER_BYTES } from "./recordFormat.ts";
import { readSegmentHeader, segmentOfFileName } from "./segmentHeader.ts";
import type { FormatVersion } from "./segmentHeader.ts";

/** A log file as it stands on the disk. */
export interface SegmentFile {
  readonly segment: number;
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** The log files of a disk, in order of their numbers. */
export function findSegmentFiles(image: DiskImage): SegmentFile[] {
  const files: SegmentFile[] = [];
  for (const [file, bytes] of image) {
    const segment = segmentOfFileName(file);
    if (segment !== null) files.push({ segment, file, bytes });
  }
  return files.sort((a, b) => a.segment - b.segment);
}

/** Why the records of a segment end before its file does. */
export interface Unreadable {
  /**
   * "short": the file ends before the record, or the segment's header, does. "checksum": all of it
   * is there, and it is not what was written. The others: it is what was written, and does not fit.
   */
  readonly problem: "short" | "checksum" | "segmentHeaderWrong" | "otherNodesDisk" | "recordWrong";
  /** The sequence that the record should have; null when it is the segment's header. */
  readonly recordNumber: number | null;
  readonly position: number;
  /** Behind what was tried to read: only behind the record's header if that is what failed. */
  readonly end: number;
  /** Where the next record may begin at the earliest. */
  readonly next: number;
  /** Part of a sentence about the record: "its checksum is wrong". */
  readonly what: string;
}

/** A disk writes a sector as a whole or not at all. */
const SECTOR_BYTES = 512;

/**
 * Whether an unreadable place looks like a write that did not come to its end: the file ends before
 * it does, or one of its sectors was never written and reads as zeros to that sector's end. A sector
 * counts from the beginning of the record, since what is before it in the same sector is older.
 *
 * Nothing else leaves such a sector: a record begins with its kind and ends with `END_MARK`, neither
 * of them zero. Only a payload that holds a whole sector of zeros by itself can mislead this test; a
 * flipped bit in the rest of that payload then passes for a torn write if it is the last one.
 */
export function isUnfinished(
  bytes: Uint8Array,
  { problem, position, end }: Pick<Unreadable, "position" | "end"> & { readonly problem: string },
): boolean {
  if (problem !== "checksum") return problem === "short";
  const firstSector = position - (position % SECTOR_BYTES);
  for (let sector = firstSector; sector < end; sector += SECTOR_BYTES) {
    const from = Math.max(position, sector);
    if (isZero(bytes, from, Math.min(sector + SECTOR_BYTES, bytes.length))) return true;
  }
  return false;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** What can still be read of a segment behind an unreadable place. */
export interface Remains {
  readonly validRecords: number;
  /** The greatest mark of what was durable when a record here was written; 0 without any. */
  readonly durableBefore: number;
}

/**
 * Looks for records at every byte from `from` on. Checksums depend on the position, so a header that
 * passes was written there and nowhere else; its mark counts even when its own payload is gone.
 */
export function findRemains({ segment, bytes }: SegmentFile, from: number): Remains {
  const read = readSegmentHeader(bytes);
  const versions: readonly FormatVersion[] = read.ok ? [read.header.version] : [1, 2];
  let validRecords = 0;
  let durableBefore = 0;
  for (const version of versions) {
    const place = { segment, version };
    let at = from;
    while (at <= bytes.length - RECORD_HEADER_BYTES) {
      const header = readRecordHeader(bytes, place, at);
      if (header === null) {
        at++;
        continue;
      }
      durableBefore = Math.max(durableBefore, header.durableBefore);
      if (readRecord(bytes, place, at, header).kind === "record") validRecords++;
      // The header is whole, so its length can be trusted.
      at += RECORD_HEADER_BYTES + header.payloadBytes;
    }
  }
  return { validRecords, durableBefore };
}
