import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Flight } from "../sim/index.ts";
import { FlightViews } from "./flightViews.ts";
import type { FlightView } from "./view.ts";

const flight = fc.record({
  id: fc.nat({ max: 6 }),
  arrivesAtUs: fc.nat({ max: 1 }),
  lostAtUs: fc.constantFrom(null, 1),
  heldAtUs: fc.constantFrom(null, 1),
  isWaiting: fc.boolean(),
});
/** In no order, as they end. */
const flights = fc.uniqueArray(flight, { selector: ({ id }) => id, maxLength: 6 });

const viewOf = (of: Flight): FlightView => ({ ...of }) as unknown as FlightView;

test("flights are in order of their numbers, and as they are now", () => {
  fc.assert(
    fc.property(fc.array(flights, { maxLength: 8 }), (moments) => {
      const known = new FlightViews();
      let before: readonly FlightView[] = [];
      for (const moment of moments) {
        const inOrder = moment.toSorted((a, b) => a.id - b.id);
        const views = known.of(moment as unknown as Flight[], viewOf);
        expect(views).toEqual(inOrder);
        for (const view of views) {
          const same = before.find(({ id }) => id === view.id);
          if (same !== undefined && JSON.stringify(same) === JSON.stringify(view)) {
            expect(view).toBe(same);
          }
        }
        before = views;
      }
    }),
  );
});
