import { array, assert, integer, property, record } from "fast-check";
import { expect, test } from "vitest";
import { flightBundles } from "./flightBundles.ts";

const name = integer({ min: 1, max: 4 }).map((id) => `n${id}`);
const flights = array(record({ from: name, to: name }), { maxLength: 60 }).map((list) =>
  list.map((link, id) => ({ ...link, id })),
);

test("shows every message once and keeps their order", () => {
  assert(
    property(flights, integer({ min: 0, max: 60 }), (all, max) => {
      const shown = flightBundles(all, max);
      expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
      const ids = shown.map(({ flight }) => flight.id);
      expect(ids).toEqual(ids.toSorted((a, b) => a - b));
      for (const { flight, count } of shown) {
        const link = all.filter(({ from, to }) => from === flight.from && to === flight.to);
        if (count > 1) expect([count, link.at(-1)]).toEqual([link.length, flight]);
      }
    }),
  );
});

test("bundles no more than it must, and as much as it can", () => {
  assert(
    property(flights, integer({ min: 0, max: 60 }), (all, max) => {
      const shown = flightBundles(all, max);
      if (all.length <= max) expect(shown.every(({ count }) => count === 1)).toBe(true);
      const linkCount = new Set(all.map(({ from, to }) => `${from}>${to}`)).size;
      expect(shown.length).toBeLessThanOrEqual(Math.max(max, linkCount));
    }),
  );
});
