import { expect, test } from "vitest";
import { InvariantError } from "./assert.ts";
import { ByteReader, ByteWriter } from "./bytes.ts";
import { readVarint, writeVarint } from "./varint.ts";

test.each([
  [0, "00"],
  [-1, "01"],
  [1, "02"],
  [63, "7e"],
  [-64, "7f"],
  [64, "8001"],
  [300, "d804"],
  [2147483647, "feffffff0f"],
  [-2147483648, "ffffffff0f"],
])("%d is %s", (value, bytes) => {
  const writer = new ByteWriter("big");
  writeVarint(writer, value);
  expect(Buffer.from(writer.take()).toString("hex")).toBe(bytes);
  expect(readVarint(new ByteReader(Buffer.from(bytes, "hex"), "big"))).toBe(value);
});

test("refuses what it could not read back", () => {
  expect(() => writeVarint(new ByteWriter("big"), 2 ** 52)).toThrow(InvariantError);
  expect(() => writeVarint(new ByteWriter("big"), 0.5)).toThrow(InvariantError);
});

test("a varint without an end fails", () => {
  const reader = new ByteReader(new Uint8Array(20).fill(0xff), "big");
  expect(readVarint(reader)).toBe(0);
  expect(reader.failed).toBe(true);
});
