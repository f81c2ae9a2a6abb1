import { expect, test } from "vitest";
import { isUnfinished } from "./tornTail.ts";

const SECTOR_BYTES = 512;

/** A file of ones, with zeros in a range. */
function fileWith(sizeBytes: number, zeros: readonly [number, number]): Uint8Array {
  return new Uint8Array(sizeBytes).fill(1).fill(0, ...zeros);
}

test("a file that ends too early is that of an unfinished write, bytes that do not fit are not", () => {
  const bytes = new Uint8Array(SECTOR_BYTES);
  const tried = { position: 0, end: SECTOR_BYTES };
  expect(isUnfinished(bytes, { ...tried, problem: "short" })).toBe(true);
  for (const problem of ["recordWrong", "segmentHeaderWrong", "otherNodesDisk"]) {
    expect(isUnfinished(bytes, { ...tried, problem }), problem).toBe(false);
  }
});

/** A record from byte 700 up to byte 1700, which is in the sectors that end at 1024, 1536 and 2048. */
test.each<[string, number, [number, number], boolean]>([
  ["no sector of zeros", 2048, [0, 0], false],
  ["its first sector, from its beginning on", 2048, [700, 1024], true],
  ["its first sector, but for its first byte", 2048, [701, 1024], false],
  ["its first sector, but for the last byte", 2048, [700, 1023], false],
  ["its second sector", 2048, [1024, 1536], true],
  ["its second sector, but for a byte", 2048, [1025, 1536], false],
  ["its last sector, with what follows it there", 2048, [1536, 2048], true],
  ["its last sector, up to its end only", 2048, [1536, 1700], false],
  ["its last sector, as far as the file goes", 1800, [1536, 1800], true],
  ["a sector behind it", 3000, [2048, 2560], false],
  ["a sector before it", 3000, [0, 512], false],
])("%s: %i bytes with zeros in %j are unfinished: %s", (_, sizeBytes, zeros, isTorn) => {
  const bytes = fileWith(sizeBytes, zeros);
  const tried = { problem: "checksum", position: 700, end: 1700 };
  expect(isUnfinished(bytes, tried)).toBe(isTorn);
});
