import { describe, expect, test } from "vitest";
import { ByteWriter } from "../base/bytes.ts";
import { index, nodeId, term } from "../base/ids.ts";
import {
  RECORD_HEADER_BYTES,
  sealRecord,
  SEGMENT_HEADER_BYTES,
  segmentFileName,
  writeRecord,
  writeSegmentHeader,
} from "./format.ts";
import type { SegmentHeader } from "./format.ts";
import type { WalRecord } from "./record.ts";
import { recoverWal } from "./recoverWal.ts";

const HARD_STATE: WalRecord = {
  kind: "hardState",
  group: 0,
  term: term(2),
  vote: nodeId(1),
  commit: index(0),
};
const RECORD_BYTES = RECORD_HEADER_BYTES + 24;

/** A segment as the writer would leave it, or as it never would. */
function segmentBytes(
  header: SegmentHeader,
  recordCount: number,
  place: { durableBefore?: (sequence: number) => number; sequenceStep?: number } = {},
): Uint8Array {
  const writer = new ByteWriter("little");
  writeSegmentHeader(writer, header);
  const { segment, firstSequence } = header;
  for (let count = 0; count < recordCount; count++) {
    const sequence = firstSequence + count * (place.sequenceStep ?? 1);
    const position = writer.size;
    const durableBefore = place.durableBefore?.(sequence) ?? 0;
    writeRecord(writer, HARD_STATE, { segment, position, sequence });
    sealRecord(writer, position, { segment, position, durableBefore });
  }
  return writer.take();
}

const first = (recordCount: number, place = {}) =>
  segmentBytes({ segment: 1, predecessor: 0, firstSequence: 1 }, recordCount, place);
const image = (...segments: [number, Uint8Array][]) =>
  new Map(segments.map(([segment, bytes]) => [segmentFileName(segment), bytes]));
const positionOf = (sequence: number) => SEGMENT_HEADER_BYTES + (sequence - 1) * RECORD_BYTES;

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[at]! ^= 0x10;
  return flipped;
}

test("a node without a log starts a fresh one", () => {
  expect(recoverWal(new Map([["notes.txt", Uint8Array.of(1)]]))).toEqual({
    outcome: "fresh",
    records: [],
    report: { recordCount: 0, cutBytes: 0, sentence: "Recovered 0 records; the log ends cleanly." },
    start: {
      segment: 1,
      file: "wal-00000000000000000001.log",
      sizeBytes: 0,
      lastSequence: 0,
      truncate: null,
    },
  });
});

describe("a torn tail is cut off and reported", () => {
  test("in a record", () => {
    const bytes = first(3).subarray(0, positionOf(3) + 20);
    expect(recoverWal(image([1, bytes]))).toMatchObject({
      outcome: "recovered",
      records: [{ sequence: 1 }, { sequence: 2, position: positionOf(2) }],
      report: {
        recordCount: 2,
        cutBytes: 20,
        sentence: "Recovered 2 records; cut off a torn tail of 20 bytes that no sync had covered.",
      },
      start: {
        sizeBytes: positionOf(3),
        lastSequence: 2,
        truncate: { file: segmentFileName(1), sizeBytes: positionOf(3) },
      },
    });
  });

  test("in the segment header", () => {
    expect(recoverWal(image([1, first(0).subarray(0, 10)]))).toMatchObject({
      outcome: "recovered",
      records: [],
      start: { segment: 1, sizeBytes: 0, lastSequence: 0, truncate: { sizeBytes: 0 } },
    });
  });

  test("when it reads as zeros, as sectors do that were never written", () => {
    const bytes = new Uint8Array(positionOf(2) + 512);
    bytes.set(first(1));
    expect(recoverWal(image([1, bytes]))).toMatchObject({
      outcome: "recovered",
      report: { recordCount: 1, cutBytes: 512 },
    });
  });

  test("also while the cut itself is repeated", () => {
    const torn = first(3).subarray(0, positionOf(3) + 20);
    const again = recoverWal(image([1, torn.subarray(0, positionOf(3))]));
    expect(again).toMatchObject({ outcome: "recovered", report: { recordCount: 2, cutBytes: 0 } });
  });
});

describe("damage is refused", () => {
  test("with valid records behind it", () => {
    expect(recoverWal(image([1, flip(first(3), positionOf(2))]))).toEqual({
      outcome: "damaged",
      segment: 1,
      recordNumber: 2,
      position: positionOf(2),
      reason: "validRecordFollows",
      sentence:
        `Record 2 (segment 1, byte ${positionOf(2)}) is damaged: the record's header is cut ` +
        "short or its checksum is wrong, and valid records follow, so this is no torn tail.",
    });
  });

  test("below a mark that calls it durable", () => {
    const marked = first(3, { durableBefore: (sequence: number) => sequence - 1 });
    expect(recoverWal(image([1, flip(marked, positionOf(2) + 40)]))).toMatchObject({
      outcome: "damaged",
      recordNumber: 2,
      reason: "durableRecordUnreadable",
    });
  });

  test("in a length, which must not pass for the end of the file", () => {
    const bytes = first(3);
    bytes.set([0xff, 0xff, 0xff, 0x7f], positionOf(2));
    expect(recoverWal(image([1, bytes]))).toMatchObject({ outcome: "damaged", recordNumber: 2 });
  });

  test("even when only the header of a later record is whole", () => {
    const bytes = flip(first(3), positionOf(2)).subarray(0, positionOf(3) + RECORD_HEADER_BYTES);
    expect(recoverWal(image([1, bytes]))).toMatchObject({ outcome: "damaged", recordNumber: 2 });
  });

  test("in the segment header", () => {
    expect(recoverWal(image([1, flip(first(1), 9)]))).toMatchObject({
      outcome: "damaged",
      recordNumber: 1,
      reason: "validRecordFollows",
    });
  });

  test("when records do not count up", () => {
    const gap = first(2, { sequenceStep: 2 });
    expect(recoverWal(image([1, gap]))).toMatchObject({
      outcome: "damaged",
      recordNumber: 2,
      reason: "recordWrong",
    });
    const early = first(2, { durableBefore: (sequence: number) => sequence });
    expect(recoverWal(image([1, early]))).toMatchObject({
      outcome: "damaged",
      recordNumber: 1,
      reason: "recordWrong",
    });
  });
});

describe("a whole record that cannot be read is refused, also at the end of the log", () => {
  const HARD_STATE_KIND = 2;
  const relabelled = (record: WalRecord, kind: number): Uint8Array => {
    const writer = new ByteWriter("little");
    writeSegmentHeader(writer, { segment: 1, predecessor: 0, firstSequence: 1 });
    const position = writer.size;
    writeRecord(writer, record, { segment: 1, position, sequence: 1 });
    writer.peek()[position + 4] = kind;
    sealRecord(writer, position, { segment: 1, position, durableBefore: 0 });
    return writer.take();
  };
  const entry: WalRecord = {
    kind: "entry",
    group: 0,
    term: term(1),
    index: index(1),
    entryType: "EntryNormal",
    data: new Uint8Array(10),
  };

  test.each([
    ["of a kind that is not known", relabelled(HARD_STATE, 99)],
    ["shorter than its kind", relabelled({ ...entry, data: new Uint8Array(0) }, HARD_STATE_KIND)],
    ["longer than its kind", relabelled(entry, HARD_STATE_KIND)],
  ])("%s", (_, bytes) => {
    expect(recoverWal(image([1, bytes]))).toMatchObject({
      outcome: "damaged",
      recordNumber: 1,
      reason: "recordWrong",
    });
  });

  test("while it reads as what it says it is", () => {
    const recovery = recoverWal(image([1, relabelled(HARD_STATE, HARD_STATE_KIND)]));
    expect(recovery).toMatchObject({ outcome: "recovered", records: [{ record: HARD_STATE }] });
  });
});

describe("segments", () => {
  const second = (header: Partial<SegmentHeader> = {}) =>
    segmentBytes({ segment: 2, predecessor: 1, firstSequence: 3, ...header }, 2);

  test("continue each other", () => {
    expect(recoverWal(image([2, second()], [1, first(2)]))).toMatchObject({
      outcome: "recovered",
      records: [{ segment: 1 }, { segment: 1 }, { segment: 2, sequence: 3 }, { sequence: 4 }],
      start: { segment: 2, file: segmentFileName(2), lastSequence: 4, truncate: null },
    });
  });

  test.each<[string, [number, Uint8Array][], object]>([
    [
      "a torn one that is not the last",
      [
        [1, first(3).subarray(0, 120)],
        [2, second()],
      ],
      {
        segment: 1,
        recordNumber: 2,
        reason: "earlierSegmentUnreadable",
      },
    ],
    [
      "a missing one",
      [
        [1, first(2)],
        [3, second({ segment: 3, predecessor: 2 })],
      ],
      {
        segment: 2,
        reason: "segmentMissing",
      },
    ],
    ["a missing first one", [[2, second()]], { segment: 1, reason: "segmentMissing" }],
    [
      "one that lacks records before it",
      [
        [1, first(1)],
        [2, second()],
      ],
      {
        segment: 2,
        recordNumber: 2,
        reason: "segmentHeaderWrong",
      },
    ],
    [
      "one under another's name",
      [
        [1, first(2)],
        [2, second({ segment: 3 })],
      ],
      {
        segment: 2,
        reason: "segmentHeaderWrong",
      },
    ],
    [
      "one with another predecessor",
      [
        [1, first(2)],
        [2, second({ predecessor: 0 })],
      ],
      {
        segment: 2,
        reason: "segmentHeaderWrong",
      },
    ],
  ])("%s is refused", (_, segments, damage) => {
    expect(recoverWal(image(...segments))).toMatchObject({ outcome: "damaged", ...damage });
  });
});
