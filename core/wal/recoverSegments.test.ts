import { expect, test } from "vitest";
import { crc32c } from "../base/crc32c.ts";
import { nodeId } from "../base/ids.ts";
import { segmentFileName } from "./segmentHeader.ts";
import { entry, recovered } from "./testing/openWal.ts";
import {
  damageOf,
  firstSegment,
  flip,
  imageOf,
  logStart,
  segmentBytes,
} from "./testing/segments.ts";
import type { SegmentFields } from "./testing/segments.ts";

const HEADER_BYTES = 44;

/** The same segment with a sound header that names another one before it. */
function withPredecessor(bytes: Uint8Array, predecessor: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const view = new DataView(changed.buffer);
  view.setBigInt64(16, BigInt(predecessor), true);
  view.setUint32(HEADER_BYTES - 4, crc32c(changed, 0, HEADER_BYTES - 4), true);
  return changed;
}

const second = (fields: Partial<SegmentFields> = {}) =>
  segmentBytes({
    segment: 2,
    firstSequence: 4,
    records: [logStart(1), entry(3)],
    ...fields,
  }).bytes;
const third = (start: number, fields: Partial<SegmentFields> = {}) =>
  segmentBytes({
    segment: 3,
    firstSequence: 6,
    records: [logStart(start), entry(4)],
    ...fields,
  }).bytes;
const one = firstSegment(2);

test("continue each other, whatever the order of their files", () => {
  const { recovery, found } = recovered(imageOf([2, second()], [1, one.bytes]));
  expect(found.map(({ segment, sequence }) => [segment, sequence])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 4],
    [2, 5],
  ]);
  expect(recovery.start).toMatchObject({
    segment: 2,
    file: segmentFileName(2),
    lastSequence: 5,
    truncate: null,
    segments: [{ segment: 1 }, { segment: 2, firstSequence: 4 }],
  });
});

test("before the start of the log are leftovers, whole or not", () => {
  for (const leftover of [one.bytes, flip(one.bytes, 50), one.bytes.subarray(0, 60)]) {
    const image = imageOf([1, leftover], [2, second()], [3, third(2)]);
    const { recovery, found } = recovered(image);
    expect(recovery.start.leftovers).toEqual([segmentFileName(1)]);
    expect(recovery.start.segments).toMatchObject([{ segment: 2 }, { segment: 3 }]);
    expect(found[0]).toMatchObject({ sequence: 4, segment: 2 });
  }
  const gone = recovered(imageOf([2, second()], [3, third(2)]));
  expect(gone.recovery.start.leftovers).toEqual([]);
  expect(gone.found).toHaveLength(4);
});

test("an empty last one is as good as not begun", () => {
  const image = imageOf([1, one.bytes], [2, new Uint8Array(0)]);
  expect(recovered(image).recovery.start).toMatchObject({
    segment: 2,
    sizeBytes: 0,
    truncate: null,
    lastSequence: 3,
    segments: [{ segment: 1 }, { segment: 2, firstSequence: 4, sizeBytes: 0 }],
  });
});

test.each<[string, [number, Uint8Array][], object]>([
  [
    "one that is torn although another follows",
    [
      [1, one.bytes.subarray(0, one.bytes.length - 1)],
      [2, second()],
    ],
    { segment: 1, recordNumber: 3, reason: "earlierSegmentUnreadable", validRecordsAfter: 2 },
  ],
  [
    "one that is torn although the next is empty",
    [
      [1, one.bytes.subarray(0, one.bytes.length - 1)],
      [2, new Uint8Array(0)],
    ],
    { segment: 1, recordNumber: 3, reason: "earlierSegmentUnreadable" },
  ],
  [
    "an empty one in the middle",
    [
      [1, one.bytes],
      [2, new Uint8Array(0)],
      [3, third(1)],
    ],
    { segment: 2, recordNumber: null, reason: "earlierSegmentUnreadable" },
  ],
  [
    "one in the middle that lacks what it carries over",
    [
      [1, one.bytes],
      [2, second({ records: [logStart(1, 1)] })],
      [3, third(1, { firstSequence: 5 })],
    ],
    { segment: 2, recordNumber: 5, reason: "earlierSegmentUnreadable" },
  ],
  [
    "one with another predecessor",
    [
      [1, one.bytes],
      [2, withPredecessor(second(), 0)],
    ],
    { segment: 2, recordNumber: null, reason: "segmentHeaderWrong" },
  ],
  [
    "a missing one",
    [
      [1, one.bytes],
      [3, third(1)],
    ],
    { segment: 2, reason: "segmentMissing", validRecordsAfter: 2 },
  ],
  [
    "a missing first one",
    [
      [2, second()],
      [3, third(1)],
    ],
    { segment: 1, reason: "segmentMissing", validRecordsAfter: 4 },
  ],
  [
    "one that lacks records before it",
    [
      [1, firstSegment(1).bytes],
      [2, second()],
    ],
    { segment: 2, recordNumber: null, reason: "segmentHeaderWrong" },
  ],
  [
    "one under another's name",
    [
      [1, one.bytes],
      [2, third(1)],
    ],
    { segment: 2, reason: "segmentHeaderWrong" },
  ],
  [
    "one of an earlier disk of the node",
    [
      [1, one.bytes],
      [2, second({ generation: 1 })],
    ],
    { segment: 2, reason: "segmentHeaderWrong" },
  ],
  [
    "one of another node",
    [[1, firstSegment(1, { node: nodeId(3) }).bytes]],
    { segment: 1, reason: "otherNodesDisk", validRecordsAfter: 2 },
  ],
  [
    "the newest one, damaged where it says that the first is gone on purpose",
    [
      [2, second()],
      [3, flip(third(2), HEADER_BYTES + 35)],
    ],
    { segment: 3, recordNumber: 6, reason: "durableRecordUnreadable", validRecordsAfter: 1 },
  ],
  [
    "one that says that the log starts with itself",
    [
      [1, one.bytes],
      [2, second({ records: [logStart(2)] })],
    ],
    { segment: 2, recordNumber: 4, reason: "recordWrong" },
  ],
  [
    "a missing first one, with a newest one that has not begun",
    [
      [2, second()],
      [3, new Uint8Array(0)],
    ],
    { segment: 1, reason: "segmentMissing" },
  ],
])("%s is refused", (_, segments, damage) => {
  expect(damageOf(...segments)).toMatchObject(damage);
});

test("of another node are named as that node's", () => {
  const { sentence } = damageOf([1, firstSegment(0, { node: nodeId(3) }).bytes]);
  expect(sentence).toContain("Segment 1: the log was written by node 3, and this is node 1; ");
});
