import { describe, expect, test } from "vitest";
import { ByteWriter } from "../base/bytes.ts";
import { index, nodeId, term } from "../base/ids.ts";
import type { HardStateRecord, WalRecord } from "./record.ts";
import { RECORD_HEADER_BYTES, sealRecord, writeRecord } from "./recordFormat.ts";
import { recoverWal } from "./recoverWal.ts";
import { segmentFileName } from "./segmentHeader.ts";
import { entry, NODE, readLog, recovered } from "./testing/openWal.ts";
import {
  damageOf,
  firstSegment,
  flip,
  imageOf,
  logStart,
  segmentBytes,
} from "./testing/segments.ts";
import type { SegmentFields } from "./testing/segments.ts";

const SECTOR_BYTES = 512;

const hardState = (fields: Partial<HardStateRecord> = {}): HardStateRecord => ({
  kind: "hardState",
  group: 0,
  term: term(2),
  vote: nodeId(1),
  commit: index(0),
  ...fields,
});

test("a node without a log starts a fresh one", () => {
  const { recovery, found } = readLog(new Map([["notes.txt", Uint8Array.of(1)]]));
  expect(found).toEqual([]);
  expect(recovery).toMatchObject({
    outcome: "fresh",
    generation: 0,
    report: { recordCount: 0, cutBytes: 0, sentence: "There is no log on this disk yet." },
    start: { segment: 1, sizeBytes: 0, lastSequence: 0, truncate: null, leftovers: [] },
  });
});

test("what is whole is handed out with its place, and reported", () => {
  const { bytes, positions } = firstSegment(2);
  const { recovery, found } = recovered(imageOf([1, bytes]));
  expect(found.map(({ record }) => record)).toEqual([logStart(1), entry(1), entry(2)]);
  expect(found[1]).toMatchObject({ sequence: 2, segment: 1, position: positions[1] });
  expect(found[1]).toMatchObject({ durableBefore: 1, sizeBytes: positions[2]! - positions[1]! });
  expect(recovery).toMatchObject({
    outcome: "recovered",
    report: {
      recordCount: 3,
      segmentCount: 1,
      cutBytes: 0,
      sentence: "Recovered 3 records from 1 segment; the log ends cleanly.",
    },
    start: {
      segment: 1,
      file: segmentFileName(1),
      sizeBytes: bytes.length,
      lastSequence: 3,
      truncate: null,
      segments: [{ segment: 1, firstSequence: 1, sizeBytes: bytes.length }],
    },
  });
  expect(recovery.start.index.sequenceOf(0, index(2))).toBe(3);
});

describe("a torn tail is cut off and reported", () => {
  test("where the file ends before a record does", () => {
    const { bytes, positions } = firstSegment(2);
    const cut = bytes.subarray(0, positions[2]! + 20);
    const { recovery, found } = recovered(imageOf([1, cut]));
    expect(found).toHaveLength(2);
    const sizeBytes = positions[2]!;
    expect(recovery).toMatchObject({
      report: {
        recordCount: 2,
        cutBytes: 20,
        sentence:
          "Recovered 2 records from 1 segment; " +
          "cut off a torn tail of 20 bytes that no sync had covered.",
      },
      start: { sizeBytes, lastSequence: 2, truncate: { file: segmentFileName(1), sizeBytes } },
    });
    const again = recovered(imageOf([1, cut.subarray(0, sizeBytes)])).recovery;
    expect(again.report, "once it is cut").toMatchObject({ recordCount: 2, cutBytes: 0 });
  });

  test("where sectors were never written, with what is valid behind them", () => {
    const durableBefore = (sequence: number) => Math.min(sequence - 1, 1);
    const { bytes, positions } = firstSegment(30, { durableBefore });
    bytes.fill(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    const { recovery, found } = recovered(imageOf([1, bytes]));
    const kept = positions.findLast((position) => position <= SECTOR_BYTES)!;
    expect(recovery.start.sizeBytes).toBe(kept);
    expect(found).toHaveLength(positions.indexOf(kept));
    expect(recovery.report.cutBytes).toBe(bytes.length - kept);
  });

  test("in the segment header", () => {
    const { bytes } = firstSegment(0);
    for (const torn of [bytes.subarray(0, 10), new Uint8Array(SECTOR_BYTES)]) {
      expect(recovered(imageOf([1, torn])).recovery).toMatchObject({
        outcome: "recovered",
        report: { recordCount: 0, cutBytes: torn.length },
        start: { segment: 1, sizeBytes: 0, lastSequence: 0, truncate: { sizeBytes: 0 } },
      });
    }
  });

  test("with a whole segment whose first records are not all there", () => {
    const carried = [hardState(), hardState({ group: 1 })];
    const { bytes: one } = firstSegment(2);
    const { bytes, positions } = segmentBytes({
      segment: 2,
      firstSequence: 4,
      records: [logStart(1, 2), ...carried, entry(3)],
      durableBefore: () => 3,
    });
    for (let size = 0; size <= bytes.length; size++) {
      const { recovery, found } = recovered(imageOf([1, one], [2, bytes.subarray(0, size)]));
      const hasBegun = size >= positions[3]!;
      expect(found.length, `cut at ${size}`).toBe(size === bytes.length ? 7 : hasBegun ? 6 : 3);
      const sizeBytes = size === bytes.length ? size : hasBegun ? positions[3] : 0;
      expect(recovery.start).toMatchObject({ segment: 2, exists: true, sizeBytes });
      expect(recovery.start.lastSequence).toBe(found.length);
    }
  });
});

describe("damage is refused", () => {
  test("with valid records behind it", () => {
    const { bytes, positions } = firstSegment(5, { durableBefore: () => 0 });
    const position = positions[2]!;
    expect(damageOf([1, flip(bytes, position + 40)])).toEqual({
      outcome: "damaged",
      segment: 1,
      recordNumber: 3,
      position,
      reason: "recordUnreadable",
      validRecordsAfter: 3,
      sentence:
        `Segment 1, record 3 (byte ${position}): its checksum is wrong; 3 valid records follow. ` +
        "This node does not serve or vote until it is repaired.",
    });
  });

  test("in the very last record, which is all there", () => {
    const { bytes, positions } = firstSegment(2);
    for (let at = positions[2]!; at < bytes.length; at++) {
      expect(damageOf([1, flip(bytes, at)])).toMatchObject({
        recordNumber: 3,
        reason: "recordUnreadable",
        validRecordsAfter: 0,
      });
    }
  });

  test("below a mark that calls it durable, even with the shape of a torn write", () => {
    const { bytes, positions } = firstSegment(30);
    bytes.fill(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    const position = positions.findLast((at) => at <= SECTOR_BYTES)!;
    const damage = damageOf([1, bytes]);
    expect(damage).toMatchObject({ position, reason: "durableRecordUnreadable" });
    expect(damage.sentence).toContain("and a later record says that it was durable; ");
  });

  test("even when only the header of a later record is whole", () => {
    const { bytes, positions } = firstSegment(30);
    bytes.fill(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    const last = positions.at(-1)!;
    bytes.fill(0, 2 * SECTOR_BYTES, last);
    const damage = damageOf([1, bytes.subarray(0, last + 40)]);
    expect(damage).toMatchObject({ reason: "durableRecordUnreadable", validRecordsAfter: 0 });
  });

  test("in a length, which must not pass for the end of the file", () => {
    const { bytes, positions } = firstSegment(2);
    bytes.set([0xff, 0xff, 0xff, 0x7f], positions[2]! + 1);
    expect(damageOf([1, bytes])).toMatchObject({ recordNumber: 3, reason: "recordUnreadable" });
  });

  test("before a place that looks torn", () => {
    const { bytes, positions } = firstSegment(30, { durableBefore: () => 0 });
    const flipped = flip(bytes, positions[1]! + 40);
    flipped.fill(0, SECTOR_BYTES, 2 * SECTOR_BYTES);
    expect(damageOf([1, flipped])).toMatchObject({ recordNumber: 2, reason: "recordUnreadable" });
  });

  test("and what only looks like a record, in a payload that can be read, is not one", () => {
    const { bytes: before } = firstSegment(1, { durableBefore: () => 0 });
    const dataAt = before.length + RECORD_HEADER_BYTES + 21;
    const place = { segment: 1, position: dataAt };
    const writer = new ByteWriter("little");
    writeRecord(writer, hardState(), { ...place, sequence: 99 });
    sealRecord(writer, 0, { ...place, durableBefore: 98 });
    const records = [logStart(1), entry(1), entry(2, { data: writer.take() }), entry(3)];
    const { bytes, positions } = firstSegment(0, { records, durableBefore: () => 0 });
    const damage = damageOf([1, flip(bytes, positions[1]! + 40)]);
    expect(damage).toMatchObject({ reason: "recordUnreadable", validRecordsAfter: 2 });
  });

  test("in a segment header", () => {
    const { bytes } = firstSegment(1);
    expect(damageOf([1, flip(bytes, 9)])).toMatchObject({
      recordNumber: null,
      position: 0,
      reason: "durableRecordUnreadable",
      validRecordsAfter: 2,
      sentence:
        "Segment 1: the checksum of the segment's header is wrong, and a later record says that " +
        "it was durable; 2 valid records follow. " +
        "This node does not serve or vote until it is repaired.",
    });
    expect(damageOf([1, flip(firstSegment(0).bytes, 9)])).toMatchObject({
      reason: "recordUnreadable",
    });
  });
});

describe("what is whole but does not fit is refused", () => {
  const withRecords = (records: readonly WalRecord[], fields: Partial<SegmentFields> = {}) =>
    firstSegment(0, { records: [logStart(1), ...records], ...fields }).bytes;

  test.each<[string, Uint8Array, number, string]>([
    [
      "records that do not count up",
      firstSegment(2, { step: 2 }).bytes,
      2,
      "it calls itself record 3",
    ],
    [
      "a mark from the future",
      firstSegment(2, { durableBefore: (sequence) => sequence }).bytes,
      1,
      "it says that record 1 was durable before it",
    ],
    [
      "a term that goes back",
      withRecords([hardState(), hardState({ term: term(1) })]),
      3,
      "its term is 1, after term 2",
    ],
    [
      "a vote that changes within its term",
      withRecords([hardState(), hardState({ vote: nodeId(2) })]),
      3,
      "its vote in term 2 is 2, after 1",
    ],
    [
      "a commit index that goes back",
      withRecords([hardState({ commit: index(5) }), hardState({ term: term(3) })]),
      3,
      "its commit index is 0, after 5",
    ],
    [
      "a hole between entries",
      withRecords([entry(7), entry(9)]),
      3,
      "it holds entry 9, and the last one before it is entry 7",
    ],
    [
      "a segment that does not say where the log starts",
      firstSegment(0, { records: [entry(1)] }).bytes,
      1,
      "it does not begin a segment",
    ],
    ["one that begins twice", withRecords([logStart(1)]), 2, "it begins a segment"],
    [
      "one that says the log starts behind it",
      firstSegment(0, { records: [logStart(2)] }).bytes,
      1,
      "it says that the log starts with segment 2",
    ],
  ])("%s", (_, bytes, recordNumber, what) => {
    const damage = damageOf([1, bytes]);
    expect(damage).toMatchObject({ recordNumber, reason: "recordWrong" });
    expect(damage.sentence).toContain(what);
  });

  test("while hard states of several groups, new votes and entries that replace others fit", () => {
    const records = [
      hardState({ vote: nodeId(0) }),
      hardState(),
      hardState({ group: 1, term: term(1), vote: nodeId(2) }),
      hardState({ term: term(3), vote: nodeId(2), commit: index(1) }),
      entry(1),
      entry(2),
      entry(1, { term: term(2) }),
      { kind: "snapshot", group: 0, index: index(9), term: term(3), installed: true } as const,
      entry(10),
      entry(3, { group: 1 }),
    ];
    expect(recovered(imageOf([1, withRecords(records)])).records.slice(1)).toEqual(records);
  });

  const NOT_A_KIND = 9;
  const HARD_STATE_KIND = 2;
  const relabelled = (record: WalRecord, kind: number): Uint8Array => {
    const writer = new ByteWriter("little");
    const { bytes } = firstSegment(0);
    writer.bytes(bytes);
    const place = { segment: 1, position: bytes.length };
    writeRecord(writer, record, { ...place, sequence: 2 });
    writer.peek()[bytes.length] = 0xe0 + kind;
    sealRecord(writer, bytes.length, { ...place, durableBefore: 1 });
    return writer.take();
  };

  test.each([
    ["a kind that is not known", relabelled(hardState(), NOT_A_KIND)],
    ["one shorter than its kind", relabelled(logStart(1), HARD_STATE_KIND)],
    ["one longer than its kind", relabelled(entry(1), HARD_STATE_KIND)],
  ])("%s", (_, bytes) => {
    const damage = damageOf([1, bytes]);
    expect(damage).toMatchObject({ recordNumber: 2, reason: "recordWrong" });
    expect(damage.sentence).toContain("it is of no kind that this version can read");
  });

  test("while a record reads as what it says it is", () => {
    const bytes = relabelled(hardState(), HARD_STATE_KIND);
    expect(recovered(imageOf([1, bytes])).records[1]).toEqual(hardState());
  });
});

describe("the generation of the disk", () => {
  const generationOf = (bytes: Uint8Array) =>
    recoverWal(imageOf([1, bytes]), { node: NODE, generation: 5 }, () => {}).outcome === "damaged"
      ? null
      : recovered(imageOf([1, bytes])).recovery.generation;

  test("is what the log says", () => {
    expect(generationOf(firstSegment(1, { generation: 2 }).bytes)).toBe(2);
  });

  test("is that of the node while there is no log, and is written down then", () => {
    const identity = { node: NODE, generation: 5 };
    const torn = recoverWal(imageOf([1, new Uint8Array(9)]), identity, () => {});
    expect(torn).toMatchObject({ outcome: "recovered", generation: 5, start: { generation: 5 } });
    expect(recoverWal(new Map(), identity, () => {})).toMatchObject({ generation: 5 });
  });
});
