import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SharedBatches } from "./sharedBatches.ts";

/** Long enough for a checksum; few values, so that some are equal and some only in the checksum. */
const batch = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: 21, maxLength: 24 })
  .map((bytes) => Uint8Array.from(bytes));

test("equal batches become one object, others stay what they are", () => {
  fc.assert(
    fc.property(fc.array(batch), (batches) => {
      const shared = new SharedBatches();
      for (const bytes of batches) {
        const own = shared.share(bytes);
        expect(own).toEqual(bytes);
        expect(shared.share(bytes.slice())).toBe(own);
      }
    }),
  );
});

test("a window on an answer does not keep the whole answer", () => {
  const answer = new Uint8Array(1_000);
  const own = new SharedBatches().share(answer.subarray(100, 200));
  expect(own.buffer.byteLength).toBe(100);
});

test("a batch of long ago is forgotten", () => {
  const shared = new SharedBatches();
  const numbered = (number: number): Uint8Array => {
    const bytes = new Uint8Array(21);
    new DataView(bytes.buffer).setUint32(17, number);
    return bytes;
  };
  const first = shared.share(numbered(0));
  expect(shared.share(numbered(0))).toBe(first);
  for (let number = 1; number <= 4_096; number++) shared.share(numbered(number));
  expect(shared.share(numbered(0))).not.toBe(first);
});
