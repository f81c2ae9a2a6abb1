import * as fc from "fast-check";
import { expect, test } from "vitest";
import { NodeClock } from "./nodeClock.ts";

test("a right clock shows the world's time", () => {
  const clock = new NodeClock();
  expect(clock.shownUs(1_234_567)).toBe(1_234_567);
  expect(clock.worldUs(1_234_567)).toBe(1_234_567);
  expect(clock.spanUs(100_000)).toBe(100_000);
});

test("a clock at half the rate shows half the time, and its tick takes twice as long", () => {
  const clock = new NodeClock();
  clock.setPercent(50, 1_000_000);
  expect(clock.shownUs(3_000_000)).toBe(2_000_000);
  expect(clock.spanUs(100_000)).toBe(200_000);
  clock.setPercent(200, 3_000_000);
  expect(clock.shownUs(4_000_000)).toBe(4_000_000);
  expect(clock.worldUs(4_000_000)).toBe(4_000_000);
});

test("whatever its rates, it never goes backwards, and what it shows was shown when it says", () => {
  const steps = fc.array(
    fc.record({ afterUs: fc.nat(5_000_000), percent: fc.integer({ min: 10, max: 1_000 }) }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const clock = new NodeClock();
      let worldUs = 0;
      let shownUs = 0;
      for (const { afterUs, percent } of all) {
        worldUs += afterUs;
        const next = clock.shownUs(worldUs);
        expect(next).toBeGreaterThanOrEqual(shownUs);
        shownUs = next;
        // A fast clock shows no moment between two of its own, a slow one each for some time.
        const backUs = clock.worldUs(shownUs);
        expect(Math.abs(backUs - worldUs)).toBeLessThanOrEqual(10);
        clock.setPercent(percent, worldUs);
        expect(clock.shownUs(worldUs)).toBe(shownUs);
      }
    }),
  );
});
