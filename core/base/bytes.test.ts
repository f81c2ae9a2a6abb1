import { describe, expect, test } from "vitest";
import { InvariantError } from "./assert.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import type { Endian } from "./bytes.ts";

function writeOneOfEach(endian: Endian): Uint8Array {
  const writer = new ByteWriter(endian, 1);
  writer.u8(0xfe);
  writer.i8(-2);
  writer.u16(0x0102);
  writer.i16(-2);
  writer.u32(0x01020304);
  writer.i32(-2);
  writer.i64(-2);
  writer.bytes(Uint8Array.of(7, 8));
  return writer.take();
}

const bare = (text: string): string => text.replaceAll(" ", "");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("ByteWriter", () => {
  test("writes little endian", () => {
    expect(hex(writeOneOfEach("little"))).toBe(
      bare("fe fe 0201 feff 04030201 feffffff feffffffffffffff 0708"),
    );
  });

  test("writes big endian", () => {
    expect(hex(writeOneOfEach("big"))).toBe(
      bare("fe fe 0102 fffe 01020304 fffffffe fffffffffffffffe 0708"),
    );
  });

  test("take hands over bytes that later writes leave alone", () => {
    const writer = new ByteWriter("little");
    writer.u8(1);
    const first = writer.take();
    writer.u8(2);
    expect(hex(first)).toBe("01");
    expect(hex(writer.take())).toBe("02");
    expect(writer.size).toBe(0);
  });

  test("patches what was written, and nothing beyond it", () => {
    const writer = new ByteWriter("big");
    writer.u32(0);
    writer.i64(0);
    writer.patchU32(0, 0xdeadbeef);
    writer.patchI64(4, -1);
    expect(hex(writer.peek())).toBe("deadbeefffffffffffffffff");
    expect(() => writer.patchU32(9, 1)).toThrow(InvariantError);
    expect(() => writer.patchI64(5, 1)).toThrow(InvariantError);
  });

  test.each([
    ["u8", 256],
    ["u8", -1],
    ["i8", 128],
    ["u16", 0x1_0000],
    ["i16", -0x8001],
    ["u32", -1],
    ["i32", 0x8000_0000],
    ["i64", 2 ** 53],
    ["u32", 1.5],
    ["i64", Number.NaN],
  ] as const)("%s refuses %d", (field, value) => {
    expect(() => new ByteWriter("little")[field](value)).toThrow(InvariantError);
  });
});

describe("ByteReader", () => {
  test.each(["little", "big"] as const)("reads back what was written, %s endian", (endian) => {
    const reader = new ByteReader(writeOneOfEach(endian), endian);
    expect(reader.u8()).toBe(0xfe);
    expect(reader.i8()).toBe(-2);
    expect(reader.u16()).toBe(0x0102);
    expect(reader.i16()).toBe(-2);
    expect(reader.u32()).toBe(0x01020304);
    expect(reader.i32()).toBe(-2);
    expect(reader.i64()).toBe(-2);
    expect(hex(reader.bytes(2))).toBe("0708");
    expect(reader.remaining).toBe(0);
    expect(reader.failed).toBe(false);
  });

  test("running out is a value, and it stays", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3), "little");
    expect(reader.u32()).toBe(0);
    expect(reader.failed).toBe(true);
    expect(reader.u8()).toBe(0);
    expect(reader.bytes(1)).toHaveLength(0);
  });

  test("stays within its window of the bytes", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3, 4), "little", 1, 3);
    expect(reader.u16()).toBe(0x0302);
    expect(reader.u8()).toBe(0);
    expect(reader.failed).toBe(true);
  });

  test("a length below zero fails", () => {
    const reader = new ByteReader(Uint8Array.of(1), "little");
    expect(reader.bytes(-1)).toHaveLength(0);
    expect(reader.failed).toBe(true);
  });

  test("an i64 that a number cannot hold exactly fails", () => {
    const bytes = Uint8Array.of(0x00, 0x20, 0, 0, 0, 0, 0, 1);
    const reader = new ByteReader(bytes, "big");
    expect(reader.i64()).toBe(0);
    expect(reader.failed).toBe(true);
  });
});
