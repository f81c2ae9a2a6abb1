import * as fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Decode, utf8Encode } from "./utf8.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Any sequence of UTF-16 units, so also surrogates that lack their other half. */
const anyText = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0xffff }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.constantFrom(0, 0x7f, 0x80, 0x7ff, 0x800, 0xfeff, 0xffff),
    ),
  )
  .map((units) => String.fromCharCode(...units));

const anyCodePoint = fc
  .oneof(fc.nat(0xff), fc.nat(0xffff), fc.nat(0x10_ffff))
  .filter((point) => point < 0xd800 || point > 0xdfff);

/** First and last bytes of every range that the encoding tells apart. */
const NEAR_MISSES = [
  0x41, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4,
  0xf5, 0xff,
];

/** Bytes that often come near to being characters. */
const anyBytes = fc.oneof(
  fc.uint8Array(),
  fc.array(fc.constantFrom(...NEAR_MISSES)).map((bytes) => Uint8Array.from(bytes)),
);

test("encodes as TextEncoder does", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      expect(utf8Encode(text)).toEqual(encoder.encode(text));
    }),
    { numRuns: 1000 },
  );
});

test("decodes as TextDecoder does", () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(utf8Decode(bytes)).toBe(decoder.decode(bytes));
    }),
    { numRuns: 2000 },
  );
});

test("well-formed text of every plane comes back", () => {
  fc.assert(
    fc.property(fc.array(anyCodePoint), (points) => {
      const text = String.fromCodePoint(...points);
      expect(utf8Decode(utf8Encode(text))).toBe(text);
    }),
  );
});

test("long texts come back whole", () => {
  const text = "aé漢😀".repeat(5_000);
  expect(utf8Decode(utf8Encode(text))).toBe(text);
});
