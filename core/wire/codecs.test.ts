import { gzipSync } from "node:zlib";
import { compress } from "snappyjs";
import { describe, expect, test } from "vitest";
import { crc32c } from "../base/crc32c.ts";
import { utf8Encode } from "../base/utf8.ts";
import { decodeCompressedBatch, decompress } from "./codecs.ts";
import {
  BATCH_HEADER_BYTES,
  decodeRecordBatch,
  encodeRecordBatch,
  validateRecordBatch,
} from "./recordBatch.ts";

const MEGABYTE = 1_000_000;
const GZIP = 1;
const SNAPPY = 2;
const LZ4 = 3;
const ZSTD = 4;

/** 80,000 bytes, as the programs `lz4` and `zstd` and snappy-java's framing compress them. */
const text = utf8Encode("chronik ".repeat(10_000));
const raw = compress(text);
const first = compress(text.subarray(0, 32_768));
const second = compress(text.subarray(32_768));
const xerial = bytesOf(
  `82534e4150505900 00000001 00000001
   ${hexLength(first)} ${hexOf(first)} ${hexLength(second)} ${hexOf(second)}`,
);
/** With blocks that refer to each other, block checksums and a content checksum. */
const lz4Frame = bytesOf(
  `04224d18 5440ae 12010000 8f6368726f6e696b200800 ${"ff".repeat(256)} e0506f6e696b20 31e9bd2f
   42000000 0f0800 ${"ff".repeat(56)} a0506f6e696b20 04016ff6 00000000 d957631c`,
);
const zstdStreamed = bytesOf("28b52ffd0458850000406368726f6e696b2001007538cb0b17bd02a0c7");
const zstdSized = bytesOf("28b52ffda080380100850000406368726f6e696b2001007538cb0b17");

const compressed = [
  { name: "gzip", codec: GZIP, bytes: new Uint8Array(gzipSync(text)) },
  { name: "raw snappy", codec: SNAPPY, bytes: raw },
  { name: "framed snappy", codec: SNAPPY, bytes: xerial },
  { name: "lz4", codec: LZ4, bytes: lz4Frame },
  { name: "zstd of a stream", codec: ZSTD, bytes: zstdStreamed },
  { name: "zstd of known size", codec: ZSTD, bytes: zstdSized },
];

describe.each(compressed)("$name", ({ codec, bytes }) => {
  test("is decompressed, up to the bound and not beyond", () => {
    const decompressed = decompress(codec, bytes, MEGABYTE);
    if (!decompressed.ok) throw new Error(decompressed.message);
    expect(Buffer.compare(decompressed.bytes, text)).toBe(0);
    expect(decompress(codec, bytes, text.length)).toMatchObject({ ok: true });
    const refused = decompress(codec, bytes, text.length - 1);
    expect(refused).toMatchObject({ ok: false });
  });

  test("is refused when it is cut short", () => {
    for (let sizeBytes = 0; sizeBytes < bytes.length - 4; sizeBytes++) {
      // Nothing says how many blocks snappy-java's framing has.
      if (bytes === xerial && (sizeBytes === 16 || sizeBytes === 20 + first.length)) continue;
      const refused = decompress(codec, bytes.subarray(0, sizeBytes), MEGABYTE);
      expect(refused.ok, `${sizeBytes} bytes`).toBe(false);
    }
  });
});

test("a batch whose records are compressed is read, and only here", () => {
  const plain = encodeRecordBatch({
    baseOffset: 7,
    leaderEpoch: 1,
    firstTimestampMs: 5,
    records: [
      { key: utf8Encode("k"), value: utf8Encode("v") },
      { key: null, value: null },
    ],
  });
  const records = new Uint8Array(gzipSync(plain.subarray(BATCH_HEADER_BYTES)));
  const batch = batchWith(plain, GZIP, records);
  expect(validateRecordBatch(batch)).toMatchObject({ ok: true });
  expect(decodeRecordBatch(batch)).toMatchObject({ ok: false });
  const decoded = decodeCompressedBatch(batch);
  const expected = decodeRecordBatch(plain);
  if (!decoded.ok || !expected.ok) throw new Error("both are intact");
  expect(decoded.batch.records).toEqual(expected.batch.records);
  expect(decodeCompressedBatch(plain)).toEqual(expected);

  const broken = batchWith(plain, SNAPPY, records);
  expect(decodeCompressedBatch(broken)).toMatchObject({ ok: false, offset: BATCH_HEADER_BYTES });
  const unknown = batchWith(plain, 5, records);
  expect(validateRecordBatch(unknown)).toMatchObject({ ok: false, message: "codec 5 is unknown" });
});

test("lengths that would keep a library busy for ever are refused", () => {
  // A literal of 2^32 - 4 bytes, which wraps around to a step back.
  expect(decompress(SNAPPY, bytesOf("08 fc fbffffff 00000000"), MEGABYTE).ok).toBe(false);
  // A stored block, and a compressed one, of two gigabytes.
  expect(decompress(LZ4, bytesOf("04224d18 604082 ffffffff 00"), MEGABYTE).ok).toBe(false);
  expect(decompress(LZ4, bytesOf("04224d18 604082 ffffff7f 00"), MEGABYTE).ok).toBe(false);
  // A window of one gigabyte.
  expect(decompress(ZSTD, bytesOf("28b52ffd 00a0 010000"), MEGABYTE)).toMatchObject({
    ok: false,
    message: expect.stringContaining("window"),
  });
  expect(decompress(9, text, MEGABYTE)).toEqual({ ok: false, message: "codec 9 is unknown" });
});

/** The header of another batch around these records. */
function batchWith(header: Uint8Array, codec: number, records: Uint8Array): Uint8Array {
  const batch = new Uint8Array(BATCH_HEADER_BYTES + records.length);
  batch.set(header.subarray(0, BATCH_HEADER_BYTES));
  batch.set(records, BATCH_HEADER_BYTES);
  const view = new DataView(batch.buffer);
  view.setInt32(8, batch.length - 12);
  view.setInt16(21, codec);
  view.setUint32(17, crc32c(batch, 21));
  return batch;
}

function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replace(/\s/g, ""), "hex"));
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function hexLength(bytes: Uint8Array): string {
  return bytes.length.toString(16).padStart(8, "0");
}
