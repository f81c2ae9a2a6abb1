import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { crc32c } from "../base/crc32c.ts";
import { leaderEpoch, offset } from "../base/ids.ts";
import { utf8Encode } from "../base/utf8.ts";
import {
  decodeRecordBatch,
  encodeRecordBatch,
  readBatchHeader,
  rewriteBatchOffsets,
  splitBatches,
  validateRecordBatch,
} from "./recordBatch.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Two records, written by hand after the protocol's description; the crc by a second program. */
const GOLDEN = [
  "000000000000002a", // base offset 42
  "0000004e", // 78 bytes follow
  "00000007", // leader epoch 7
  "02", // magic
  "9ed8f41c", // crc32c of everything below
  "0000", // attributes
  "00000001", // last offset delta
  "0000018bcfe56800", // first timestamp 1700000000000
  "0000018bcfe56846", // max timestamp, 70 ms later
  "ffffffffffffffff", // producer id
  "ffff", // producer epoch
  "ffffffff", // base sequence
  "00000002", // record count
  "18 00 00 00 026b 0a68656c6c6f 00", // "k" → "hello"
  "1e 00 8c01 02 01 00 04 0268 01 04c3a9 0201",
]
  .join("")
  .replaceAll(" ", "");

const batch = encodeRecordBatch({
  baseOffset: 42,
  leaderEpoch: 7,
  firstTimestampMs: 1_700_000_000_000,
  records: [
    { key: utf8Encode("k"), value: utf8Encode("hello") },
    {
      key: null,
      value: new Uint8Array(0),
      timestampDeltaMs: 70,
      headers: [
        { key: "h", value: null },
        { key: "é", value: Uint8Array.of(1) },
      ],
    },
  ],
});

describe("encodeRecordBatch", () => {
  test("writes Kafka's bytes", () => {
    expect(hex(batch)).toBe(GOLDEN);
  });

  test("carries an idempotent producer", () => {
    const bytes = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: 0,
      producerId: 9_000_000_000,
      producerEpoch: 3,
      baseSequence: 17,
      records: [{ key: null, value: null }],
    });
    expect(readBatchHeader(bytes)).toMatchObject({
      leaderEpoch: -1,
      producerId: 9_000_000_000,
      producerEpoch: 3,
      baseSequence: 17,
    });
  });

  test("a batch without records cannot be asked for", () => {
    const empty = { baseOffset: 0, leaderEpoch: 0, firstTimestampMs: 0, records: [] };
    expect(() => encodeRecordBatch(empty)).toThrow(InvariantError);
  });
});

test("decodeRecordBatch reads header and records", () => {
  expect(decodeRecordBatch(Buffer.from(GOLDEN, "hex"))).toMatchObject({
    ok: true,
    batch: {
      header: {
        baseOffset: 42,
        sizeBytes: 90,
        leaderEpoch: 7,
        crc: 0x9ed8_f41c,
        attributes: 0,
        lastOffset: 43,
        firstTimestampMs: 1_700_000_000_000,
        maxTimestampMs: 1_700_000_000_070,
        producerId: -1,
        producerEpoch: -1,
        baseSequence: -1,
        recordCount: 2,
      },
      records: [
        { offset: 42, timestampMs: 1_700_000_000_000, headers: [] },
        {
          offset: 43,
          timestampMs: 1_700_000_000_070,
          key: null,
          headers: [{ key: "h", value: null }, { key: "é" }],
        },
      ],
    },
  });
});

test("a leader stamps offset and epoch, and nothing else changes, the checksum included", () => {
  const stamped = rewriteBatchOffsets(batch, offset(2 ** 40), leaderEpoch(8));
  expect(validateRecordBatch(stamped)).toMatchObject({
    ok: true,
    header: { baseOffset: 2 ** 40, lastOffset: 2 ** 40 + 1, leaderEpoch: 8 },
  });
  expect(hex(stamped.subarray(16))).toBe(hex(batch.subarray(16)));
  expect(hex(stamped.subarray(8, 12))).toBe(hex(batch.subarray(8, 12)));
  expect(hex(batch)).toBe(GOLDEN);
});

describe("splitBatches", () => {
  const second = rewriteBatchOffsets(batch, offset(44), leaderEpoch(7));
  const both = Buffer.concat([batch, second]);

  test("cuts batches apart", () => {
    const split = splitBatches(both);
    expect(split.ok && split.batches.map(hex)).toEqual([GOLDEN, hex(second)]);
    expect(splitBatches(new Uint8Array(0))).toEqual({ ok: true, batches: [] });
  });

  test("reads batches at any place of a buffer", () => {
    expect(readBatchHeader(both, 90)).toMatchObject({ baseOffset: 44, lastOffset: 45 });
  });

  test.each([
    [90 + 60, 90],
    [90 + 89, 98],
  ])("%i bytes of two batches are refused at byte %i", (size, at) => {
    expect(splitBatches(both.subarray(0, size))).toMatchObject({ ok: false, offset: at });
  });

  test("a length too small to be one is refused", () => {
    const wrong = Uint8Array.from(both);
    wrong.set([0xff, 0xff, 0xff, 0xf4], 8);
    expect(splitBatches(wrong)).toMatchObject({ ok: false, offset: 8 });
  });
});

describe("validateRecordBatch names what is wrong", () => {
  const changed = (at: number, byte: number, fixCrc: boolean): Uint8Array => {
    const bytes = Uint8Array.from(batch);
    bytes[at] = byte;
    if (fixCrc) new DataView(bytes.buffer).setUint32(17, crc32c(bytes, 21));
    return bytes;
  };
  test.each([
    ["too few bytes", batch.subarray(0, 60), 0, "60 bytes are less than a batch header"],
    ["an old magic", changed(16, 1, false), 16, "magic 1 is not 2"],
    ["a byte too many", Buffer.concat([batch, Uint8Array.of(0)]), 8, "wants 90 bytes, not 91"],
    ["a byte too few", batch.subarray(0, 89), 8, "wants 90 bytes, not 89"],
    ["a changed record", changed(70, 1, false), 17, "is not"],
    ["no records", changed(60, 0, true), 57, "0 is not a record count"],
    ["offsets that do not fit", changed(26, 5, true), 23, "does not fit the record count"],
  ])("%s", (_, bytes, at, message) => {
    const validated = validateRecordBatch(bytes);
    expect(validated).toMatchObject({ ok: false, offset: at });
    expect(!validated.ok && validated.message).toContain(message);
  });

  test("decode also refuses what only the records show", () => {
    expect(decodeRecordBatch(changed(22, 1, true))).toMatchObject({
      ok: false,
      message: "the records are compressed",
    });
    expect(decodeRecordBatch(changed(61, 0x1a, true))).toMatchObject({
      ok: false,
      offset: 61,
      message: "record 0 is malformed",
    });
    const longer = Buffer.concat([batch, Uint8Array.of(0)]);
    longer[11]! += 1;
    longer.writeUInt32BE(crc32c(longer, 21), 17);
    expect(decodeRecordBatch(longer)).toMatchObject({
      ok: false,
      offset: 90,
      message: "bytes follow the last record",
    });
  });
});
