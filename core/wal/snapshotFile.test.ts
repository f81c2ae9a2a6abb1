import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ByteWriter } from "../base/bytes.ts";
import { crc32c } from "../base/crc32c.ts";
import { index, nodeId, term } from "../base/ids.ts";
import {
  decodeSnapshot,
  encodeSnapshot,
  findSnapshots,
  snapshotFileName,
  snapshotOfFileName,
  temporaryFileName,
} from "./snapshotFile.ts";
import type { SnapshotFile } from "./snapshotFile.ts";

const SNAPSHOT: SnapshotFile = {
  group: 7,
  index: index(300),
  term: term(4),
  members: {
    voters: [nodeId(1), nodeId(2)],
    learners: [nodeId(3)],
    votersOutgoing: [nodeId(1)],
    learnersNext: [],
    autoLeave: true,
  },
  data: Uint8Array.from(Buffer.from("{}")),
};
/** Bytes that a second program computed from the format's description, field by field. */
const BYTES = [
  "4348534e", // "CHSN"
  "01000000", // version
  "07000000", // group
  "2c01000000000000", // index
  "0400000000000000", // term
  "01", // auto leave
  "0200000001000000000000000200000000000000", // voters
  "010000000300000000000000", // learners
  "010000000100000000000000", // outgoing voters
  "00000000", // next learners
  "020000007b7d", // data
  "8421afb4", // crc32c
].join("");

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const at = (group: number, entry: number): SnapshotFile => ({
  ...SNAPSHOT,
  group,
  index: index(entry),
});
const fileOf = (snapshot: SnapshotFile): [string, Uint8Array] => [
  snapshotFileName(snapshot),
  encodeSnapshot(snapshot),
];

test("a snapshot is exactly these bytes, and reads back from them", () => {
  expect(Buffer.from(encodeSnapshot(SNAPSHOT)).toString("hex")).toBe(BYTES);
  expect(decodeSnapshot(bytesOf(BYTES))).toEqual(SNAPSHOT);
});

test("cut anywhere, or with any one bit flipped, it is none", () => {
  const bytes = bytesOf(BYTES);
  for (let size = 0; size < bytes.length; size++) {
    expect(typeof decodeSnapshot(bytes.subarray(0, size)), `cut at ${size}`).toBe("string");
  }
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Uint8Array.from(bytes);
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    expect(decodeSnapshot(flipped), `bit ${bit}`).toBe("its checksum is wrong");
  }
  expect(typeof decodeSnapshot(Uint8Array.from([...bytes, 0]))).toBe("string");
});

test("what is intact but not ours says what it is", () => {
  const body = BYTES.slice(0, -8);
  const read = (from: string, to: string) => {
    const writer = new ByteWriter("little");
    writer.bytes(bytesOf(body.replace(from, to)));
    writer.u32(crc32c(writer.peek()));
    return decodeSnapshot(writer.take());
  };
  expect(read("4348", "4448")).toBe("it is not a snapshot");
  expect(read("4e01", "4e09")).toBe("format version 9 is not known");
  expect(read("020000007b7d", "030000007b7d")).toBe("its fields do not fit its size");
  expect(read("020000007b7d", "010000007b7d")).toBe("its fields do not fit its size");
});

test("any bytes at all are a value", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      expect(typeof decodeSnapshot(bytes)).toBe("string");
    }),
  );
});

test("names tell group and index, and a snapshot that is not finished has none", () => {
  const file = "snapshot-0000000007-00000000000000000300.snap";
  expect(snapshotFileName(SNAPSHOT)).toBe(file);
  expect(snapshotOfFileName(file)).toEqual({ group: 7, index: 300 });
  expect(snapshotOfFileName(temporaryFileName(SNAPSHOT))).toBeNull();
  expect(snapshotOfFileName("wal-00000000000000000001.log")).toBeNull();
});

test("the newest by number comes first, whatever the order of names and files", () => {
  const far = at(0, 2 ** 40);
  const image = new Map([at(0, 9), far, at(0, 10), at(1, 11)].map(fileOf));
  const { snapshots } = findSnapshots(image, 0);
  expect(snapshots.map((snapshot) => snapshot.index)).toEqual([2 ** 40, 10, 9]);
  expect(snapshots[0]).toEqual(far);
  expect(findSnapshots(image, 1).snapshots).toEqual([at(1, 11)]);
});

test("files that are no snapshots are named, with why, and so is what was not finished", () => {
  const [file, bytes] = fileOf(at(0, 9));
  const image = new Map([
    [file, bytes],
    [snapshotFileName(at(0, 10)), bytes],
    [snapshotFileName(at(0, 11)), bytes.subarray(1)],
    [temporaryFileName(at(0, 12)), bytes.subarray(0, 5)],
    [temporaryFileName(at(1, 12)), bytes.subarray(0, 5)],
    ["wal-00000000000000000001.log", bytes],
  ]);
  expect(findSnapshots(image, 0)).toEqual({
    snapshots: [at(0, 9)],
    ignored: [
      { file: snapshotFileName(at(0, 10)), reason: "it is the snapshot of another place" },
      { file: snapshotFileName(at(0, 11)), reason: "its checksum is wrong" },
    ],
    leftovers: [temporaryFileName(at(0, 12))],
  });
});
