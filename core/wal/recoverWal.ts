import type { DiskImage } from "./disk.ts";
import { LogScan, mayStartAt } from "./logScan.ts";
import type { RecoveredRecord } from "./logScan.ts";
import { readRecord, readRecordHeader, RECORD_HEADER_BYTES } from "./recordFormat.ts";
import type { WalSegment } from "./segmentBuffer.ts";
import { FORMAT_VERSION, readSegmentHeader } from "./segmentHeader.ts";
import { findRemains, findSegmentFiles, isUnfinished } from "./tornTail.ts";
import type { SegmentFile, Unreadable } from "./tornTail.ts";
import { damagedSentence, recoveredSentence } from "./walReport.ts";
import type { WalDamaged, WalDamageReason, WalReport } from "./walReport.ts";
import { freshWal } from "./walStart.ts";
import type { WalIdentity, WalStart } from "./walStart.ts";

/**
 * Recovery reads the log as a restarted node finds it, and tells what an interrupted write left
 * behind from what was whole once.
 *
 * 1. Segments follow each other by number. The log begins with the segment that the newest logStart
 *    record names, or with segment 1. Files before it are leftovers of a removal that did not end;
 *    a file that is missing behind it is damage.
 * 2. The first place that cannot be read decides. It is a torn tail, and is cut off, if it is in the
 *    last segment, if no later record says that it had been durable, and if it has the shape of a
 *    write that did not come to its end: the file ends before it does, or one of its sectors reads as
 *    zeros. What is valid behind it was then written without a sync in between, and is cut with it.
 * 3. Everything else is damage. It may have been acknowledged, so it is neither skipped nor cut, and
 *    the node does not serve: above all a record that is all there with a wrong checksum, even if it
 *    is the very last one, and anything in a segment that has a successor, since that one was not
 *    begun before a sync had covered the last byte of this one.
 * 4. A segment whose first records, up to the last one carried over, are not all there is as good as
 *    not begun: it is cut to nothing, and what it repeats is still in the segment before.
 * 5. What is whole but does not fit is damage: numbers that do not count up, a hard state that goes
 *    back, a hole between entries, a segment of another node or of another disk of this one.
 *
 * It rests on a disk that writes a sector as a whole or not at all. Its limit: a disk that after a
 * sync loses a whole sector, or the end of the file, of the very last write has made that write look
 * torn, and nothing that is on this disk could tell.
 */
export type WalRecovery = WalRecovered | WalDamaged;

export interface WalRecovered {
  /** "fresh": this disk holds no log. */
  readonly outcome: "fresh" | "recovered";
  /** Of the disk, as the log says; of the identity when there is no log that does. */
  readonly generation: number;
  readonly report: WalReport;
  /** For the writer, which also cuts off a torn tail before it writes anything else. */
  readonly start: WalStart;
}

/**
 * Reads the log of a node and hands every record to `visit`, in the order in which they were
 * appended. A log may turn out to be damaged after some of its records have been visited.
 */
export function recoverWal(
  image: DiskImage,
  identity: WalIdentity,
  visit: (record: RecoveredRecord) => void,
): WalRecovery {
  const files = findSegmentFiles(image);
  if (files.length === 0) return fresh(identity);
  const startSegment = logStartOf(files);
  const live = files.filter(({ segment }) => segment >= startSegment);
  const scan = new LogScan(identity, visit);
  const segments: WalSegment[] = [];
  for (const [at, file] of live.entries()) {
    const { segment } = file;
    if (at > 0 && segment !== live[at - 1]!.segment + 1) return missing(files, segment - 1);
    const firstSequence = scan.lastSequence + 1;
    const unreadable = scan.read(file);
    if (unreadable !== null) {
      const isLast = at === live.length - 1;
      const reason = damageReason(file, unreadable, firstSequence, isLast);
      if (reason !== null) return damaged(files, segment, unreadable, reason);
    }
    const header = scan.begunHeader;
    segments.push({
      segment,
      file: file.file,
      firstSequence: header?.firstSequence ?? firstSequence,
      sizeBytes: header === null ? 0 : (unreadable?.position ?? file.bytes.length),
    });
  }
  // Asked last: damage to the newest segment may hide that the missing ones are gone on purpose.
  if (live[0]?.segment !== startSegment) return missing(files, startSegment);
  const leftovers = files.slice(0, files.length - live.length).map(({ file }) => file);
  return recovered(scan, segments, live[live.length - 1]!, leftovers);
}

/** The first segment of the log, as the newest segment says that has begun. */
function logStartOf(files: readonly SegmentFile[]): number {
  for (const { segment, bytes } of files.toReversed()) {
    const start = readLogStart(segment, bytes);
    if (start !== null) return start;
  }
  return 1;
}

/**
 * Null when the first records of the segment, up to the last one carried over, are not all there, and
 * in version 1, which had no other segment than the first.
 */
function readLogStart(segment: number, bytes: Uint8Array): number | null {
  const read = readSegmentHeader(bytes);
  if (!read.ok) return null;
  const place = { segment, version: read.header.version };
  let position = read.header.sizeBytes;
  let start: number | null = null;
  for (let left = 1; left > 0; left--) {
    const header = readRecordHeader(bytes, place, position);
    if (header === null) return null;
    const found = readRecord(bytes, place, position, header);
    if (found.kind !== "record") return null;
    if (start === null) {
      if (found.record.kind !== "logStart") return null;
      start = found.record.segment;
      left += found.record.carriedCount;
    }
    position += RECORD_HEADER_BYTES + header.payloadBytes;
  }
  return start !== null && mayStartAt(start, segment) ? start : null;
}

/** Why an unreadable place is damage; null when it is a torn tail. */
function damageReason(
  file: SegmentFile,
  unreadable: Unreadable,
  firstSequence: number,
  isLast: boolean,
): WalDamageReason | null {
  const { problem, recordNumber, next } = unreadable;
  if (problem !== "short" && problem !== "checksum") return problem;
  if (!isLast) return "earlierSegmentUnreadable";
  const { durableBefore } = findRemains(file, next);
  if (durableBefore >= (recordNumber ?? firstSequence)) return "durableRecordUnreadable";
  return isUnfinished(file.bytes, unreadable) ? null : "recordUnreadable";
}

function fresh(identity: WalIdentity): WalRecovered {
  const start = freshWal(identity);
  const sentence = recoveredSentence(0, 0, 0);
  const report = { recordCount: 0, segmentCount: 0, cutBytes: 0, sentence };
  return { outcome: "fresh", generation: start.generation, report, start };
}

function recovered(
  scan: LogScan,
  segments: readonly WalSegment[],
  lastFile: SegmentFile,
  leftovers: readonly string[],
): WalRecovered {
  const { recordCount, generation, lastSequence, index, begunHeader } = scan;
  const { segment, file, sizeBytes } = segments[segments.length - 1]!;
  const cutBytes = lastFile.bytes.length - sizeBytes;
  const segmentCount = segments.length;
  const sentence = recoveredSentence(recordCount, segmentCount, cutBytes);
  return {
    outcome: "recovered",
    generation,
    report: { recordCount, segmentCount, cutBytes, sentence },
    start: {
      node: scan.node,
      generation,
      segment,
      file,
      exists: true,
      closed: begunHeader !== null && begunHeader.version < FORMAT_VERSION,
      sizeBytes,
      lastSequence,
      truncate: cutBytes === 0 ? null : { file, sizeBytes },
      segments,
      index,
      leftovers,
    },
  };
}

function missing(files: readonly SegmentFile[], segment: number): WalDamaged {
  const nowhere = { recordNumber: null, position: 0, next: 0, what: "its file is missing" };
  return damaged(files, segment, nowhere, "segmentMissing");
}

function damaged(
  files: readonly SegmentFile[],
  segment: number,
  place: Pick<Unreadable, "recordNumber" | "position" | "next" | "what">,
  reason: WalDamageReason,
): WalDamaged {
  let validRecordsAfter = 0;
  for (const file of files) {
    if (file.segment < segment) continue;
    const from = file.segment === segment ? place.next : 0;
    validRecordsAfter += findRemains(file, from).validRecords;
  }
  const { recordNumber, position, what } = place;
  const found = { segment, recordNumber, position, reason, validRecordsAfter };
  return { outcome: "damaged", ...found, sentence: damagedSentence(found, what) };
}
