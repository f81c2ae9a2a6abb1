import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scheduler } from "./scheduler.ts";

describe("Scheduler", () => {
  test("events come in order of time, those of one moment in order of scheduling", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 20 })), (times) => {
        const scheduler = new Scheduler<{ atUs: number; number: number }>();
        times.forEach((atUs, number) => scheduler.schedule(atUs, { atUs, number }));
        const happened: { atUs: number; number: number }[] = [];
        while (scheduler.nextAtUs() !== null) {
          const moment = scheduler.takeMoment();
          for (const event of moment) expect(event.atUs).toBe(scheduler.nowUs);
          happened.push(...moment);
        }
        const expected = times
          .map((atUs, number) => ({ atUs, number }))
          .sort((a, b) => a.atUs - b.atUs || a.number - b.number);
        expect(happened).toEqual(expected);
      }),
    );
  });

  test("an event may schedule for its own future only", () => {
    const scheduler = new Scheduler<string>();
    scheduler.schedule(5, "a");
    scheduler.takeMoment();
    expect(() => scheduler.schedule(5, "now")).toThrow("lies in the future");
    expect(() => scheduler.schedule(5.5, "between")).toThrow("integer");
    scheduler.schedule(6, "b");
    expect(() => scheduler.advanceTo(6)).toThrow("jumped over");
    expect(() => scheduler.advanceTo(4)).toThrow("go back");
  });
});
