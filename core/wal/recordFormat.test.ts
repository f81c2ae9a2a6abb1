import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { index, leaderEpoch, nodeId, offset, term } from "../base/ids.ts";
import type { WalRecord, WalRecordKind } from "./record.ts";
import { readRecord, readRecordHeader, sealRecord, writeRecord } from "./recordFormat.ts";
import { readPayload } from "./recordPayload.ts";
import type { FormatVersion } from "./segmentHeader.ts";

/** Hex digits are spaced here as the fields are. */
const bare = (text: string): string => text.replaceAll(" ", "");
const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(bare(hex), "hex"));

/** Bytes that a second program computed from the format's description, field by field. */
interface Golden {
  readonly name: string;
  readonly record: WalRecord;
  readonly position: number;
  /** Each but the first few is from a later write. */
  readonly durableBefore: number;
  readonly header: string;
  readonly payload: string;
}

const ENTRY = {
  kind: "entry",
  group: 7,
  term: term(3),
  index: index(5),
  entryType: "EntryNormal",
  context: null,
  data: Uint8Array.from(Buffer.from("{}")),
} as const;
const HARD_STATE = {
  kind: "hardState",
  group: 7,
  term: term(3),
  vote: nodeId(2),
  commit: index(4),
} as const;
const PRODUCE = {
  kind: "produce",
  topic: "orders",
  partition: 1,
  baseOffset: offset(10),
  lastOffset: offset(11),
  recordCount: 2,
  leaderEpoch: leaderEpoch(4),
  batch: Uint8Array.of(0xca, 0xfe),
} as const;
const TRUNCATE_REPLICA = {
  kind: "truncateReplica",
  topic: "orders",
  partition: 1,
  toOffset: offset(10),
} as const;

/** Record n of segment 1; kind, length, group, sequence, durable before, payload and header crc. */
const VERSION_2: readonly Golden[] = [
  {
    name: "logStart",
    record: { kind: "logStart", segment: 1, carriedCount: 1 },
    position: 44,
    durableBefore: 0,
    header: "e6 0d000000 00000000 0100000000000000 0000000000000000 b2398761 d1091905",
    payload: "0100000000000000 01000000 ee",
  },
  {
    name: "snapshot",
    record: { kind: "snapshot", group: 7, index: index(4), term: term(2), installed: false },
    position: 90,
    durableBefore: 0,
    header: "e5 12000000 07000000 0200000000000000 0000000000000000 96f67e41 f9f6baa3",
    payload: "0400000000000000 0200000000000000 00 ee",
  },
  {
    name: "entry",
    record: ENTRY,
    position: 141,
    durableBefore: 0,
    header: "e1 18000000 07000000 0300000000000000 0000000000000000 48c54c2c 3c7cb41d",
    payload: "0300000000000000 0500000000000000 00 ffffffff 7b7d ee",
  },
  {
    name: "hardState",
    record: HARD_STATE,
    position: 198,
    durableBefore: 3,
    header: "e2 19000000 07000000 0400000000000000 0300000000000000 b2d8a2cc af35c19c",
    payload: "0300000000000000 0200000000000000 0400000000000000 ee",
  },
  {
    name: "produce",
    record: PRODUCE,
    position: 256,
    durableBefore: 4,
    header: "e3 2b000000 00000000 0500000000000000 0400000000000000 384f1fcc 036dfc01",
    payload: [
      "0600 6f7264657273", // topic
      "01000000", // partition
      "02000000 cafe", // canonical data
      "0a00000000000000 0b00000000000000 02000000", // base and last offset, record count
      "04000000", // leader epoch
      "ee",
    ].join(""),
  },
  {
    name: "truncateReplica",
    record: TRUNCATE_REPLICA,
    position: 332,
    durableBefore: 5,
    header: "e4 15000000 00000000 0600000000000000 0500000000000000 01781b1d 7312efaa",
    payload: "0600 6f7264657273 01000000 0a00000000000000 ee",
  },
  {
    name: "entry with a context",
    record: {
      ...ENTRY,
      index: index(6),
      entryType: "EntryConfChangeV2",
      context: Uint8Array.of(1, 2),
      data: Uint8Array.of(10),
    },
    position: 386,
    durableBefore: 5,
    header: "e1 19000000 07000000 0700000000000000 0500000000000000 e1117991 b7ac37a9",
    payload: "0300000000000000 0600000000000000 02 02000000 0102 0a ee",
  },
  {
    name: "openReplica",
    record: {
      kind: "openReplica",
      topic: "orders",
      partition: 1,
      topicId: "0123456789abcdef0123456789abcdef",
    },
    position: 444,
    durableBefore: 5,
    header: "e7 2f000000 00000000 0800000000000000 0500000000000000 9aa5a5d9 eebc8e15",
    payload: [
      "0600 6f7264657273 01000000", // topic and partition
      "2000 3031323334353637383961626364656630313233343536373839616263646566 ee",
    ].join(""),
  },
];

/** The same order, but length before kind. */
const VERSION_1: readonly Golden[] = [
  {
    name: "entry",
    record: ENTRY,
    position: 36,
    durableBefore: 0,
    header: "13000000 01 07000000 0100000000000000 0000000000000000 5e3e3bdf a294eda5",
    payload: "0300000000000000 0500000000000000 00 7b7d",
  },
  {
    name: "hardState",
    record: HARD_STATE,
    position: 88,
    durableBefore: 0,
    header: "18000000 02 07000000 0200000000000000 0000000000000000 32b3778a 1a89f9a2",
    payload: "0300000000000000 0200000000000000 0400000000000000",
  },
  {
    name: "produce",
    record: PRODUCE,
    position: 145,
    durableBefore: 2,
    header: "2a000000 03 00000000 0300000000000000 0200000000000000 16c68b8d 4f4988d7",
    payload: [
      "0600 6f7264657273 01000000 02000000 cafe",
      "0a00000000000000 0b00000000000000 02000000 04000000",
    ].join(""),
  },
  {
    name: "truncateReplica",
    record: TRUNCATE_REPLICA,
    position: 220,
    durableBefore: 3,
    header: "14000000 04 00000000 0400000000000000 0300000000000000 b8b9e34d 4dbaa588",
    payload: "0600 6f7264657273 01000000 0a00000000000000",
  },
];

describe.each([
  { version: 2 as FormatVersion, records: VERSION_2 },
  { version: 1 as FormatVersion, records: VERSION_1 },
])("version $version", ({ version, records }) => {
  test.each(records)("$name reads back from its bytes, at its own place only", (golden) => {
    const { position, record, durableBefore } = golden;
    const bytes = new Uint8Array(1024);
    bytes.set(bytesOf(golden.header + golden.payload), position);
    const place = { segment: 1, version };
    const header = readRecordHeader(bytes, place, position);
    expect(header).toMatchObject({
      kind: record.kind,
      payloadBytes: bytesOf(golden.payload).length,
      durableBefore,
    });
    expect(readRecord(bytes, place, position, header!)).toEqual({ kind: "record", record });
    expect(readRecordHeader(bytes, { segment: 2, version }, position)).toBeNull();
    expect(readRecordHeader(bytes.subarray(1), place, position - 1)).toBeNull();
  });
});

test("the writer makes exactly the bytes of version 2", () => {
  const writer = new ByteWriter("little");
  for (const [at, { record, position, durableBefore }] of VERSION_2.entries()) {
    writeRecord(writer, record, { segment: 1, position, sequence: at + 1 });
    sealRecord(writer, position - 44, { segment: 1, position, durableBefore });
  }
  const hex = VERSION_2.map(({ header, payload }) => bare(header + payload)).join("");
  expect(Buffer.from(writer.take()).toString("hex")).toBe(hex);
});

describe("a payload that is not exactly one of its kind is none", () => {
  const read = (kind: WalRecordKind, hex: string, version: FormatVersion = 2) =>
    readPayload(new ByteReader(bytesOf(hex), "little"), kind, 7, version);
  const state = "0300000000000000 0200000000000000 0400000000000000";
  const place = "0300000000000000 0500000000000000";

  test.each<[string, WalRecordKind, string, FormatVersion]>([
    ["another end mark", "hardState", `${state} ef`, 2],
    ["no end mark", "hardState", state, 2],
    ["a byte too many", "hardState", `${state} 00 ee`, 2],
    ["a byte too many in version 1", "hardState", `${state} ee`, 1],
    ["a number that is no safe integer", "hardState", `${state.slice(0, -4)} ff7f ee`, 2],
    ["an entry type that is not known", "entry", `${place} 03 ffffffff ee`, 2],
    ["a context longer than the payload", "entry", `${place} 00 02000000 01 ee`, 2],
    ["a context of a negative length", "entry", `${place} 00 feffffff ee`, 2],
    ["neither taken here nor installed", "snapshot", `${place} 02 ee`, 2],
    ["nothing", "entry", "", 2],
  ])("%s", (_, kind, hex, version) => {
    expect(read(kind, hex, version)).toBeNull();
  });

  test("while these are", () => {
    expect(read("hardState", `${state} ee`)).toEqual(HARD_STATE);
    expect(read("entry", `${place} 00 00000000 ee`)).toMatchObject({ context: new Uint8Array(0) });
    expect(read("snapshot", `${place} 01 ee`)).toMatchObject({ index: 3, installed: true });
  });
});

test("the bytes of a record are views of the file, not copies", () => {
  const { header, payload } = VERSION_2[2]!;
  const bytes = new Uint8Array(1024);
  bytes.set(bytesOf(header + payload), 141);
  const place = { segment: 1, version: 2 } as const;
  const read = readRecord(bytes, place, 141, readRecordHeader(bytes, place, 141)!);
  const data = read.kind === "record" && read.record.kind === "entry" ? read.record.data : null;
  expect(data?.buffer).toBe(bytes.buffer);
});

test("a topic name that does not fit its length field is not written", () => {
  const topic = "x".repeat(70_000);
  const place = { segment: 1, position: 44, sequence: 1 };
  const write = () => writeRecord(new ByteWriter("little"), { ...TRUNCATE_REPLICA, topic }, place);
  expect(write).toThrow(InvariantError);
});
