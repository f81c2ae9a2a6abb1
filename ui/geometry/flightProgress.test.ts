import { describe, expect, test } from "vitest";
import { flightProgress, spanProgress } from "./flightProgress.ts";

const CROSS_US = 600;
const flight = {
  sentAtUs: 1_000,
  arrivesAtUs: 3_000,
  lostAtUs: null,
  heldAtUs: null,
  movesFromUs: 1_000,
  movesFromFraction: 0,
};
const lost = { ...flight, lostAtUs: 2_000 };
const held = { ...flight, heldAtUs: 1_500 };

describe("flightProgress", () => {
  test("is nowhere before it was sent and after it arrived", () => {
    expect(flightProgress(flight, 999, CROSS_US)).toBeNull();
    expect(flightProgress(flight, 3_000, CROSS_US)).toBeNull();
  });

  test("moves at constant speed", () => {
    expect(flightProgress(flight, 1_000, CROSS_US)).toEqual({ fraction: 0, lost: false });
    expect(flightProgress(flight, 2_500, CROSS_US)).toEqual({ fraction: 0.75, lost: false });
  });

  test("stops where it was lost, for as long as its cross is shown", () => {
    expect(flightProgress(lost, 1_500, CROSS_US)).toEqual({ fraction: 0.25, lost: false });
    expect(flightProgress(lost, 2_000, CROSS_US)).toEqual({ fraction: 0.5, lost: true });
    expect(flightProgress(lost, 2_599, CROSS_US)).toEqual({ fraction: 0.5, lost: true });
    expect(flightProgress(lost, 2_600, CROSS_US)).toBeNull();
  });

  test("shows the cross also after the message would have arrived", () => {
    expect(flightProgress(lost, 3_500, 2_000)).toEqual({ fraction: 0.5, lost: true });
  });

  test("stands where it is held, however long that is", () => {
    expect(flightProgress(held, 1_250, CROSS_US)).toEqual({ fraction: 0.125, lost: false });
    expect(flightProgress(held, 9_000, CROSS_US)).toEqual({ fraction: 0.25, lost: false });
  });

  test("goes on from where it was when it is released", () => {
    const released = { ...flight, arrivesAtUs: 6_500, movesFromUs: 5_000, movesFromFraction: 0.25 };
    expect(flightProgress(released, 5_000, CROSS_US)?.fraction).toBe(0.25);
    expect(flightProgress(released, 5_500, CROSS_US)?.fraction).toBe(0.5);
    expect(flightProgress({ ...released, lostAtUs: 6_000 }, 6_100, CROSS_US)?.fraction).toBe(0.75);
  });

  test("a held one can be lost too", () => {
    const both = { ...held, lostAtUs: 5_000 };
    expect(flightProgress(both, 4_999, CROSS_US)).toEqual({ fraction: 0.25, lost: false });
    expect(flightProgress(both, 5_000, CROSS_US)?.lost).toBe(true);
  });
});

describe("spanProgress", () => {
  test("goes from 0 to 1 and stays there", () => {
    expect(spanProgress(100, 200, 50)).toBe(0);
    expect(spanProgress(100, 200, 150)).toBe(0.5);
    expect(spanProgress(100, 200, 900)).toBe(1);
  });

  test("is done at once when the span is empty", () => {
    expect(spanProgress(100, 100, 0)).toBe(1);
  });
});
