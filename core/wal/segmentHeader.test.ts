import { expect, test } from "vitest";
import { ByteWriter } from "../base/bytes.ts";
import { nodeId } from "../base/ids.ts";
import {
  readSegmentHeader,
  segmentFileName,
  segmentOfFileName,
  writeSegmentHeader,
} from "./segmentHeader.ts";

/** Bytes that a second program computed from the format's description, field by field. */
const VERSION_2 = [
  "4348574c", // "CHWL"
  "02000000", // version
  "0100000000000000", // segment
  "0000000000000000", // predecessor
  "0100000000000000", // first sequence
  "03000000", // node
  "01000000", // generation
  "95412d4c", // crc32c
].join("");
const VERSION_1 = [
  "4348574c", // "CHWL"
  "01000000", // version
  "0100000000000000", // segment
  "0000000000000000", // predecessor
  "0100000000000000", // first sequence
  "ee662459", // crc32c
].join("");
const VERSION_3 = `${VERSION_2.replace("4c02", "4c03").slice(0, -8)}29fae17f`;
const NO_LOG = `${VERSION_2.replace("4348", "4448").slice(0, -8)}a6c7b556`;

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));

test("the writer makes exactly these bytes", () => {
  const writer = new ByteWriter("little");
  writeSegmentHeader(writer, { segment: 1, firstSequence: 1, node: nodeId(3), generation: 1 });
  expect(Buffer.from(writer.take()).toString("hex")).toBe(VERSION_2);
});

test.each([
  ["2", VERSION_2, { version: 2, owner: { node: 3, generation: 1 }, sizeBytes: 44 }],
  ["1", VERSION_1, { version: 1, owner: null, sizeBytes: 36 }],
])("a header of version %s reads back from its bytes", (_, hex, own) => {
  const header = { segment: 1, predecessor: 0, firstSequence: 1, ...own };
  expect(readSegmentHeader(bytesOf(hex))).toEqual({ ok: true, header });
  const short = bytesOf(hex).subarray(0, own.sizeBytes - 1);
  expect(readSegmentHeader(short)).toMatchObject({ ok: false, problem: "short" });
});

test.each([
  ["of another format", VERSION_3, "format version 3 is not known"],
  ["of another program", NO_LOG, "the file is not a log segment"],
])("one %s is told from a damaged one", (_, hex, reason) => {
  expect(readSegmentHeader(bytesOf(hex))).toEqual({ ok: false, problem: "wrong", reason });
});

test("any one flipped bit is seen", () => {
  for (const hex of [VERSION_1, VERSION_2]) {
    const bytes = bytesOf(hex);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Uint8Array.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(readSegmentHeader(flipped), `bit ${bit}`).toMatchObject({ ok: false });
    }
  }
});

test("file names sort as the segments do", () => {
  expect(segmentFileName(1)).toBe("wal-00000000000000000001.log");
  expect(segmentFileName(2) < segmentFileName(10)).toBe(true);
  expect(segmentOfFileName(segmentFileName(37))).toBe(37);
  expect(segmentOfFileName("wal-1.log")).toBeNull();
  expect(segmentOfFileName("wal-00000000000000000000.log")).toBeNull();
  expect(segmentOfFileName("wal-00000000000000000001.log.bak")).toBeNull();
});
