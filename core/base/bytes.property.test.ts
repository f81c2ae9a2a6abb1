import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readVarint, writeVarint } from "./varint.ts";

test("every safe integer comes back from eight bytes, as BigInt would write them", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.boolean(), (value, little) => {
      const writer = new ByteWriter(little ? "little" : "big");
      writer.i64(value);
      const bytes = writer.take();
      expect(new DataView(bytes.buffer).getBigInt64(0, little)).toBe(BigInt(value));
      expect(new ByteReader(bytes, little ? "little" : "big").i64()).toBe(value);
    }),
  );
});

test("every varint comes back, as BigInt arithmetic would write it", () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }), (value) => {
      const writer = new ByteWriter("big");
      writeVarint(writer, value);
      const bytes = writer.take();
      expect([...bytes]).toEqual(bigVarint(BigInt(value)));
      const reader = new ByteReader(bytes, "big");
      expect(readVarint(reader)).toBe(value);
      expect(reader.remaining).toBe(0);
      expect(reader.failed).toBe(false);
    }),
  );
});

test("varints read from any bytes are safe integers or a failure", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      const reader = new ByteReader(bytes, "big");
      const value = readVarint(reader);
      expect(Number.isSafeInteger(value)).toBe(true);
      const isWhole = bytes.slice(0, 8).some((byte) => byte < 0x80);
      if (!isWhole) expect(reader.failed).toBe(true);
    }),
  );
});

function bigVarint(value: bigint): number[] {
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}
