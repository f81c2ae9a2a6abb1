import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { ByteWriter } from "../base/bytes.ts";
import { index, leaderEpoch, nodeId, offset, term } from "../base/ids.ts";
import {
  readRecord,
  readRecordHeader,
  readSegmentHeader,
  segmentFileName,
  segmentOfFileName,
  writeSegmentHeader,
} from "./format.ts";
import type { WalRecord } from "./record.ts";
import { recoverWal } from "./recoverWal.ts";
import { WalWriter } from "./walWriter.ts";

/** Hex digits are spaced here as the fields are. */
const bare = (text: string): string => text.replaceAll(" ", "");

const FILE = "wal-00000000000000000001.log";

/** Bytes that a second program computed from the format's description, field by field. */
const SEGMENT_HEADER = [
  "4348574c", // "CHWL"
  "01000000", // version 1
  "0100000000000000", // segment 1
  "0000000000000000", // no predecessor
  "0100000000000000", // first sequence 1
  "ee662459", // crc32c
].join("");

const VERSION_2_HEADER = SEGMENT_HEADER.replace("4c01", "4c02").slice(0, -8) + "438df6ba";

interface Golden {
  readonly record: WalRecord;
  readonly position: number;
  /** In a second write, after the first two records had become durable. */
  readonly durableBefore: number;
  readonly header: string;
  readonly payload: string;
}
const RECORDS: readonly Golden[] = [
  {
    record: {
      kind: "entry",
      group: 7,
      term: term(3),
      index: index(5),
      entryType: "EntryNormal",
      data: Uint8Array.from(Buffer.from("{}")),
    },
    position: 36,
    durableBefore: 0,
    header: bare("13000000 01 07000000 0100000000000000 0000000000000000 5e3e3bdf a294eda5"),
    payload: bare("0300000000000000 0500000000000000 00 7b7d"),
  },
  {
    record: { kind: "hardState", group: 7, term: term(3), vote: nodeId(2), commit: index(4) },
    position: 88,
    durableBefore: 0,
    header: bare("18000000 02 07000000 0200000000000000 0000000000000000 32b3778a 1a89f9a2"),
    payload: bare("0300000000000000 0200000000000000 0400000000000000"),
  },
  {
    record: {
      kind: "produce",
      topic: "orders",
      partition: 1,
      baseOffset: offset(10),
      lastOffset: offset(11),
      recordCount: 2,
      leaderEpoch: leaderEpoch(4),
      batch: Uint8Array.of(0xca, 0xfe),
    },
    position: 145,
    durableBefore: 2,
    header: bare("2a000000 03 00000000 0300000000000000 0200000000000000 16c68b8d 4f4988d7"),
    payload: bare(
      [
        "0600 6f7264657273", // topic
        "01000000", // partition
        "02000000 cafe", // canonical data
        "0a00000000000000 0b00000000000000 02000000", // base and last offset, record count
        "04000000", // leader epoch
      ].join(""),
    ),
  },
  {
    record: { kind: "truncateReplica", topic: "orders", partition: 1, toOffset: offset(10) },
    position: 220,
    durableBefore: 3,
    header: bare("14000000 04 00000000 0400000000000000 0300000000000000 b8b9e34d 4dbaa588"),
    payload: bare("0600 6f7264657273 01000000 0a00000000000000"),
  },
];
const WHOLE = SEGMENT_HEADER + RECORDS.map(({ header, payload }) => header + payload).join("");

test("the writer makes exactly these bytes", () => {
  const recovery = recoverWal(new Map());
  if (recovery.outcome !== "fresh") throw new Error(recovery.outcome);
  const writer = new WalWriter(recovery.start);
  const [first, second, third, fourth] = RECORDS.map(({ record }) => record);
  const written = [[first!, second!], [third!], [fourth!]].map((group) => {
    for (const record of group) writer.append(record);
    writer.requestSync();
    const operation = writer.nextOperation();
    if (operation?.kind !== "append") throw new Error("expected an append");
    expect(operation).toMatchObject({ file: FILE, sync: true });
    writer.complete({ id: operation.id, error: null });
    return Buffer.from(operation.bytes).toString("hex");
  });
  expect(written.join("")).toBe(WHOLE);
});

describe.each(RECORDS)("$record.kind", (golden) => {
  const bytes = Uint8Array.from(Buffer.from(WHOLE, "hex"));

  test("reads back from these bytes", () => {
    const header = readRecordHeader(bytes, 1, golden.position);
    expect(header).toMatchObject({
      kind: golden.record.kind,
      payloadBytes: golden.payload.length / 2,
      durableBefore: golden.durableBefore,
    });
    const read = readRecord(bytes, 1, golden.position, header!);
    expect(read).toEqual({ kind: "record", record: golden.record });
  });

  test("passes at its own place only", () => {
    const end = golden.position + (golden.header.length + golden.payload.length) / 2;
    const moved = new Uint8Array(bytes.length + 512);
    moved.set(bytes.subarray(golden.position, end), golden.position + 512);
    expect(readRecordHeader(moved, 1, golden.position + 512)).toBeNull();
    expect(readRecordHeader(bytes, 2, golden.position)).toBeNull();
  });
});

describe("a segment header", () => {
  const bytes = Uint8Array.from(Buffer.from(SEGMENT_HEADER, "hex"));

  test("reads back from these bytes", () => {
    const header = { segment: 1, predecessor: 0, firstSequence: 1 };
    expect(readSegmentHeader(bytes)).toEqual({ ok: true, header });
  });

  test("of another format is told from a damaged one", () => {
    const writer = new ByteWriter("little");
    writeSegmentHeader(writer, { segment: 1, predecessor: 0, firstSequence: 1 });
    const other = writer.take();
    other[4] = 2;
    expect(readSegmentHeader(other)).toMatchObject({ ok: false, whole: false });
    const fixed = Uint8Array.from(Buffer.from(VERSION_2_HEADER, "hex"));
    expect(readSegmentHeader(fixed)).toEqual({
      ok: false,
      whole: true,
      reason: "format version 2 is not known",
    });
  });
});

test("file names sort as the segments do", () => {
  expect(segmentFileName(1)).toBe(FILE);
  expect(segmentFileName(2) < segmentFileName(10)).toBe(true);
  expect(segmentOfFileName(segmentFileName(37))).toBe(37);
  expect(segmentOfFileName("wal-1.log")).toBeNull();
  expect(segmentOfFileName("wal-00000000000000000000.log")).toBeNull();
  expect(segmentOfFileName("wal-00000000000000000001.log.bak")).toBeNull();
});

test("a topic name that does not fit its length field is not written", () => {
  const recovery = recoverWal(new Map());
  if (recovery.outcome !== "fresh") throw new Error(recovery.outcome);
  const writer = new WalWriter(recovery.start);
  const topic = "x".repeat(70_000);
  const append = () =>
    writer.append({ kind: "truncateReplica", topic, partition: 0, toOffset: offset(0) });
  expect(append).toThrow(InvariantError);
});
