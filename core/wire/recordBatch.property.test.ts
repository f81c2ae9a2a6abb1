import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "../base/crc32c.ts";
import {
  decodeRecordBatch,
  encodeRecordBatch,
  readBatchHeader,
  splitBatches,
  validateRecordBatch,
} from "./recordBatch.ts";

const nullableBytes = fc.option(fc.uint8Array({ maxLength: 20 }));
const anyName = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom("é", "漢字", "😀-1"));
const anyInput = fc.record({
  baseOffset: fc.maxSafeNat(),
  leaderEpoch: fc.integer({ min: -1, max: 1000 }),
  firstTimestampMs: fc.integer({ min: -1, max: 2 ** 45 }),
  producerId: fc.integer({ min: -1, max: 2 ** 50 }),
  producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
  baseSequence: fc.integer({ min: -1, max: 0x7fff_ffff }),
  records: fc.array(
    fc.record({
      key: nullableBytes,
      value: nullableBytes,
      timestampDeltaMs: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
      headers: fc.array(fc.record({ key: anyName, value: nullableBytes }), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 10 },
  ),
});

test("what was encoded comes back", () => {
  fc.assert(
    fc.property(anyInput, (drawn) => {
      const input = { ...drawn, baseOffset: Math.floor(drawn.baseOffset / 2) };
      const bytes = encodeRecordBatch(input);
      const decoded = decodeRecordBatch(bytes);
      if (!decoded.ok) throw new Error(decoded.message);
      const { header, records } = decoded.batch;
      expect(header).toMatchObject({
        baseOffset: input.baseOffset,
        sizeBytes: bytes.length,
        leaderEpoch: input.leaderEpoch,
        firstTimestampMs: input.firstTimestampMs,
        producerId: input.producerId,
        producerEpoch: input.producerEpoch,
        baseSequence: input.baseSequence,
        recordCount: input.records.length,
      });
      expect(records).toEqual(
        input.records.map(({ key, value, headers, timestampDeltaMs }, at) => ({
          offset: input.baseOffset + at,
          timestampMs: input.firstTimestampMs + timestampDeltaMs,
          key,
          value,
          headers,
        })),
      );
      expect(header.maxTimestampMs).toBe(Math.max(...records.map((r) => r.timestampMs)));
    }),
  );
});

test("one flipped bit is noticed wherever the checksum reaches", () => {
  fc.assert(
    fc.property(anyInput, fc.nat(), (input, at) => {
      const bytes = encodeRecordBatch({ ...input, baseOffset: 0 });
      const bit = 16 * 8 + (at % ((bytes.length - 16) * 8));
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      expect(validateRecordBatch(bytes).ok).toBe(false);
    }),
  );
});

/** Changes after which the checksum is made right again reach the parser of the records. */
test("no change of the bytes makes a reader throw", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  let passed = 0;
  fc.assert(
    fc.property(
      anyInput,
      fc.array(change, { maxLength: 4 }),
      fc.nat(),
      fc.boolean(),
      (input, changes, cut, fixUp) => {
        const whole = encodeRecordBatch(input);
        for (const [at, byte] of changes) whole[at % whole.length] = byte;
        const bytes = fixUp ? whole : whole.subarray(0, cut % (whole.length + 1));
        if (fixUp) {
          const view = new DataView(bytes.buffer);
          view.setInt32(8, bytes.length - 12);
          view.setInt8(16, 2);
          view.setUint32(17, crc32c(bytes, 21));
        }
        const decoded = decodeRecordBatch(bytes);
        if (validateRecordBatch(bytes).ok && !decoded.ok) passed++;
        if (!decoded.ok) expect(decoded.message).not.toBe("");
        splitBatches(bytes);
        readBatchHeader(bytes);
      },
    ),
    { numRuns: 1000 },
  );
  expect(passed, "changed batches that only the record parser refused").toBeGreaterThan(20);
});

test("any bytes at all are a value", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeRecordBatch(bytes).ok).toBe(false);
      const split = splitBatches(bytes);
      expect(split.ok).toBe(bytes.length === 0);
    }),
  );
});
