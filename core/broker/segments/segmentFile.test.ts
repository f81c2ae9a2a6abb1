import { describe, expect, test } from "vitest";
import { nodeId, offset } from "../../base/ids.ts";
import { readBatchHeader, validateRecordBatch } from "../../wire/index.ts";
import {
  encodeSegmentHeader,
  groupOfFileName,
  openSealedBatch,
  partitionFileName,
  prefixOfFileName,
  readPartitionSegmentHeader,
  sealBatch,
  segmentPrefix,
} from "./segmentFile.ts";
import { batchAt } from "./testing/replicasUnderTest.ts";

const IDENTITY = {
  node: nodeId(2),
  generation: 3,
  topic: "orders",
  topicId: "0123456789abcdef0123456789abcdef",
  partition: 1,
  baseOffset: offset(42),
};

/** A second program computed these from the format's description. */
const GOLDEN = [
  "43485053 01000000 02000000 03000000 01000000 2a00000000000000", // up to the base offset
  "2000 3031323334353637383961626364656630313233343536373839616263646566", // topic id
  "0600 6f7264657273", // topic
  "538921d9",
]
  .join("")
  .replaceAll(" ", "");
const BYTES = Uint8Array.from(Buffer.from(GOLDEN, "hex"));

describe("the header of a segment of a partition", () => {
  test("has these bytes, and no others", () => {
    expect(Buffer.from(encodeSegmentHeader(IDENTITY)).toString("hex")).toBe(GOLDEN);
    const sizeBytes = BYTES.length;
    expect(readPartitionSegmentHeader(BYTES)).toEqual({ ...IDENTITY, sizeBytes });
    const more = new Uint8Array([...BYTES, 1, 2, 3]);
    expect(readPartitionSegmentHeader(more)).toEqual({ ...IDENTITY, sizeBytes });
  });

  test("cut anywhere, or with any bit flipped, is none", () => {
    for (let size = 0; size < BYTES.length; size++) {
      expect(readPartitionSegmentHeader(BYTES.subarray(0, size))).toBeTypeOf("string");
    }
    for (let bit = 0; bit < BYTES.length * 8; bit++) {
      const flipped = BYTES.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(readPartitionSegmentHeader(flipped), `bit ${bit}`).toBeTypeOf("string");
    }
  });
});

describe("names", () => {
  test("say topic, partition, the topic's id and the first offset", () => {
    const name = partitionFileName(IDENTITY, offset(42));
    expect(name).toBe("orders-1.01234567.00000000000000000042.log");
    expect(prefixOfFileName(name)).toBe(segmentPrefix(IDENTITY));
  });

  test("say which Raft group keeps the log, if one does", () => {
    const name = partitionFileName({ ...IDENTITY, group: 7 }, offset(42));
    expect(name).toBe("orders-1.g7.01234567.00000000000000000042.log");
    expect(prefixOfFileName(name)).toBe(segmentPrefix({ ...IDENTITY, group: 7 }));
    expect(groupOfFileName(name)).toBe(7);
    expect(groupOfFileName(partitionFileName({ ...IDENTITY, topic: "x-1.g7" }, offset(42)))).toBe(
      0,
    );
  });

  test("of a topic with a long name fit a file system, and belong to nobody else", () => {
    const long = { ...IDENTITY, topic: "x".repeat(249) };
    const longest = {
      ...IDENTITY,
      topic: "x".repeat(180),
      partition: 2 ** 31 - 1,
      group: 2 ** 32 - 1,
    };
    for (const identity of [long, longest]) {
      expect(partitionFileName(identity, offset(0)).length).toBeLessThan(255);
    }
    const other = { ...long, topicId: `${long.topicId.slice(0, -1)}0` };
    expect(segmentPrefix(other)).not.toBe(segmentPrefix(long));
  });

  test.each([
    "wal-00000000000000000001.log",
    "snapshot-0000000000-00000000000000000007.snap",
    "orders-1.0123456.00000000000000000042.log",
    "orders-1.01234567.0000000000000000042.log",
    "orders.01234567.00000000000000000042.log",
  ])("%s is not of a partition", (name) => {
    expect(prefixOfFileName(name)).toBeNull();
  });
});

describe("a sealed batch", () => {
  const batch = batchAt(5, 3, 2, 1);
  const sealed = batch.slice();
  sealBatch(sealed, 0);

  test("is opened as it was", () => {
    expect(sealed).not.toEqual(batch);
    expect(openSealedBatch(sealed, 0)).toEqual(batch);
    const behind = new Uint8Array([1, 2, 3, ...sealed, 9]);
    expect(openSealedBatch(behind, 3)).toEqual(batch);
  });

  test("that is cut short is none", () => {
    for (const size of [0, 11, 60, sealed.length - 1]) {
      expect(openSealedBatch(sealed.subarray(0, size), 0), `${size}`).toBeNull();
    }
  });

  test("shows every flipped bit of what Kafka's checksum leaves out", () => {
    for (let bit = 0; bit < 16 * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const opened = openSealedBatch(flipped, 0);
      const isSeen =
        opened === null ||
        !validateRecordBatch(opened).ok ||
        readBatchHeader(opened)!.baseOffset !== 5;
      expect(isSeen, `bit ${bit}`).toBe(true);
    }
  });
});
