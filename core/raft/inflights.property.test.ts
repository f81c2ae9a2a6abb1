import * as fc from "fast-check";
import { expect, test } from "vitest";
import { index } from "../base/ids.ts";
import { Inflights } from "./inflights.ts";

interface Sent {
  readonly last: number;
  readonly bytes: number;
}

type Event = { readonly add: number } | { readonly freeUpTo: number } | "reset";

const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ add: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ freeUpTo: fc.nat(60) }) },
  { weight: 1, arbitrary: fc.constant("reset" as const) },
);

test("messages under way are counted as a plain list counts them", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(0, 1, 10, 30),
      fc.array(event, { maxLength: 120 }),
      (maxMessages, maxBytes, events) => {
        const inflights = new Inflights({ maxMessages, maxBytes });
        let list: Sent[] = [];
        let last = 0;
        for (const each of events) {
          const bytes = list.reduce((sum, sent) => sum + sent.bytes, 0);
          const isFull = list.length >= maxMessages || (maxBytes > 0 && bytes >= maxBytes);
          expect(inflights.isFull()).toBe(isFull);
          expect(inflights.count).toBe(list.length);
          if (each === "reset") {
            inflights.reset();
            list = [];
          } else if ("freeUpTo" in each) {
            inflights.freeUpTo(index(each.freeUpTo));
            list = list.filter((sent) => sent.last > each.freeUpTo);
          } else if (isFull) {
            expect(() => inflights.add(index(last + 1), each.add)).toThrow(
              "cannot add into a Full",
            );
          } else {
            last++;
            inflights.add(index(last), each.add);
            list.push({ last, bytes: each.add });
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});
