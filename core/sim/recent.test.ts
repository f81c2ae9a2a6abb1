import * as fc from "fast-check";
import { expect, test } from "vitest";
import { Recent, RECENT_US } from "./recent.ts";

const step = fc.record({ waitsUs: fc.nat({ max: RECENT_US / 4 }), adds: fc.boolean() });

test("on record is what ended within the last two seconds, oldest first", () => {
  const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const recent = new Recent<number>();
    const all: { readonly thing: number; readonly endedAtUs: number }[] = [];
    let nowUs = 0;
    for (const { waitsUs, adds } of steps) {
      nowUs += waitsUs;
      if (adds) {
        recent.add(all.length, nowUs);
        all.push({ thing: all.length, endedAtUs: nowUs });
      }
      const expected = all.filter(({ endedAtUs }) => endedAtUs >= nowUs - RECENT_US);
      expect(recent.list(nowUs)).toEqual(expected.map(({ thing }) => thing));
    }
  });
  fc.assert(property, { numRuns: 500 });
});
