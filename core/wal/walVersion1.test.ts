import { expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { segmentFileName } from "./segmentHeader.ts";
import { NODE, openWal, readLog, recovered, settle } from "./testing/openWal.ts";
import { PlainDisk } from "./testing/plainDisk.ts";
import { flip, imageOf } from "./testing/segments.ts";

/** A segment's header and four records, as the first version of this program wrote them. */
const VERSION_1 = [
  "4348574c01000000010000000000000000000000000000000100000000000000ee662459",
  "130000000107000000010000000000000000000000000000005e3e3bdfa294eda5",
  "03000000000000000500000000000000007b7d",
  "1800000002070000000200000000000000000000000000000032b3778a1a89f9a2",
  "030000000000000002000000000000000400000000000000",
  "2a00000003000000000300000000000000020000000000000016c68b8d4f4988d7",
  "06006f72646572730100000002000000cafe0a000000000000000b000000000000000200000004000000",
  "14000000040000000004000000000000000300000000000000b8b9e34d4dbaa588",
  "06006f7264657273010000000a00000000000000",
].join("");
const BYTES = Uint8Array.from(Buffer.from(VERSION_1, "hex"));
const BEFORE = recovered(imageOf([1, BYTES])).found;

test("it is read", () => {
  expect(BEFORE.map(({ record, position }) => [record.kind, position])).toEqual([
    ["entry", 36],
    ["hardState", 88],
    ["produce", 145],
    ["truncateReplica", 220],
  ]);
  const { recovery } = recovered(imageOf([1, BYTES]));
  expect(recovery).toMatchObject({ generation: 0, start: { closed: true, lastSequence: 4 } });
});

test("cut at any byte it keeps every whole record", () => {
  for (let size = 0; size < BYTES.length; size++) {
    const { found } = recovered(imageOf([1, BYTES.subarray(0, size)]));
    const whole = BEFORE.filter(({ position, sizeBytes }) => position + sizeBytes <= size);
    expect(found, `cut at ${size}`).toEqual(whole);
  }
});

test("any one flipped bit is damage", () => {
  for (let bit = 0; bit < BYTES.length * 8; bit++) {
    const { recovery } = readLog(imageOf([1, flip(BYTES, bit >> 3, bit & 7)]));
    expect(recovery.outcome, `bit ${bit}`).toBe("damaged");
  }
});

test("a damaged header of its segment does not hide that records follow", () => {
  const { recovery } = readLog(imageOf([1, flip(BYTES, 9)]));
  expect(recovery).toMatchObject({ reason: "durableRecordUnreadable", validRecordsAfter: 4 });
});

test("it is continued in a new segment of the current version, behind its torn tail", () => {
  const disk = new PlainDisk();
  const file = segmentFileName(1);
  disk.start({ kind: "create", id: 1, file });
  disk.start({ kind: "append", id: 2, file, bytes: BYTES.subarray(0, -1), sync: true });
  disk.finishAll();
  const { writer } = openWal(disk);
  const state = { term: term(4), vote: nodeId(2), commit: index(4) };
  writer.append({ kind: "hardState", group: 7, ...state });
  writer.append({ kind: "hardState", group: 7, ...state });
  writer.requestSync();
  settle(writer, disk);
  const { found, recovery } = recovered(disk.image());
  expect(found.map(({ segment, record }) => [segment, record.kind])).toEqual([
    [1, "entry"],
    [1, "hardState"],
    [1, "produce"],
    [2, "logStart"],
    [2, "hardState"],
    [2, "hardState"],
  ]);
  expect(recovery).toMatchObject({
    report: { cutBytes: 0 },
    start: { node: NODE, closed: false, segment: 2 },
  });
});
