import { ByteWriter } from "../../base/bytes.ts";
import type { DiskImage } from "../disk.ts";
import type { LogStartRecord, WalRecord } from "../record.ts";
import { sealRecord, writeRecord } from "../recordFormat.ts";
import type { WalDamaged } from "../walReport.ts";
import { segmentFileName, writeSegmentHeader } from "../segmentHeader.ts";
import type { SegmentOwner } from "../segmentHeader.ts";
import { entry, NODE, readLog } from "./openWal.ts";

export interface SegmentFields extends Partial<SegmentOwner> {
  readonly segment: number;
  readonly firstSequence: number;
  readonly records: readonly WalRecord[];
  /** Of each record, by its sequence. Default: everything before it. */
  readonly durableBefore?: (sequence: number) => number;
  /** Of the sequences. Default 1. */
  readonly step?: number;
}

/** A segment as the writer would leave it, or as it never would, and where its records begin. */
export function segmentBytes(fields: SegmentFields): { bytes: Uint8Array; positions: number[] } {
  const { segment, firstSequence, records, node = NODE, generation = 0, step = 1 } = fields;
  const writer = new ByteWriter("little");
  const positions: number[] = [];
  writeSegmentHeader(writer, { segment, firstSequence, node, generation });
  for (const [at, record] of records.entries()) {
    const sequence = firstSequence + at * step;
    const position = writer.size;
    const durableBefore = fields.durableBefore?.(sequence) ?? sequence - 1;
    positions.push(position);
    writeRecord(writer, record, { segment, position, sequence });
    sealRecord(writer, position, { segment, position, durableBefore });
  }
  return { bytes: writer.take(), positions };
}

export function imageOf(...segments: readonly (readonly [number, Uint8Array])[]): DiskImage {
  return new Map(segments.map(([segment, bytes]) => [segmentFileName(segment), bytes]));
}

export function flip(bytes: Uint8Array, at: number, bit = 4): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[at]! ^= 1 << bit;
  return flipped;
}

export const logStart = (segment: number, carriedCount = 0): LogStartRecord => ({
  kind: "logStart",
  segment,
  carriedCount,
});

/** Segment 1: its logStart and so many entries, so that record n + 1 is entry n. */
export function firstSegment(
  entryCount: number,
  fields: Partial<SegmentFields> = {},
): { bytes: Uint8Array; positions: number[] } {
  const entries = Array.from({ length: entryCount }, (_, at) => entry(at + 1));
  const records = [logStart(1), ...entries];
  return segmentBytes({ segment: 1, firstSequence: 1, records, ...fields });
}

/** What recovery says of a log that must be damaged. */
export function damageOf(...segments: readonly (readonly [number, Uint8Array])[]): WalDamaged {
  const { recovery } = readLog(imageOf(...segments));
  if (recovery.outcome !== "damaged") throw new Error(recovery.report.sentence);
  return recovery;
}
