import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crc32c } from "./crc32c.ts";

const digits = Buffer.from("123456789");

test("gives the published check values", () => {
  expect(crc32c(digits)).toBe(0xe306_9283);
  expect(crc32c(new Uint8Array(0))).toBe(0);
  // RFC 3720, appendix B.4: 32 bytes of zeros, of ones, rising and falling.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a91_36aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8_ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => at))).toBe(0x46dd_794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, at) => 31 - at))).toBe(0x113f_db5c);
});

test("agrees with a bit by bit version on any window of any bytes", () => {
  const upTo = fc.nat(300);
  // Long ones too, which are read four bytes at once.
  const some = fc.uint8Array({ maxLength: 300, size: "max" });
  fc.assert(
    fc.property(some, upTo, upTo, fc.nat(20), (all, a, b, skip) => {
      // Bytes that begin anywhere in their buffer.
      const bytes = all.subarray(Math.min(skip, all.length));
      const start = Math.min(a, b, bytes.length);
      const end = Math.min(Math.max(a, b), bytes.length);
      expect(crc32c(bytes, start, end)).toBe(bitByBit(bytes.subarray(start, end)));
    }),
    { numRuns: 500 },
  );
});

test("a checksum given as seed is continued", () => {
  expect(crc32c(digits, 4, 9, crc32c(digits, 0, 4))).toBe(0xe306_9283);
});

test("another seed gives another checksum", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 0xffff_ffff }), (bytes, seed) => {
      expect(crc32c(bytes, 0, bytes.length, seed)).not.toBe(crc32c(bytes));
    }),
  );
});

function bitByBit(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return ~crc >>> 0;
}
