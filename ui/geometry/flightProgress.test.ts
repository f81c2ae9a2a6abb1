import { describe, expect, test } from "vitest";
import { flightProgress, spanProgress } from "./flightProgress.ts";

const flight = { sentAtUs: 1_000, arrivesAtUs: 3_000, lostAtUs: null };
const lost = { ...flight, lostAtUs: 2_000 };

describe("flightProgress", () => {
  test("is nowhere before it was sent and after it arrived", () => {
    expect(flightProgress(flight, 999)).toBeNull();
    expect(flightProgress(flight, 3_000)).toBeNull();
  });

  test("moves at constant speed", () => {
    expect(flightProgress(flight, 1_000)).toEqual({ fraction: 0, lost: false });
    expect(flightProgress(flight, 2_500)).toEqual({ fraction: 0.75, lost: false });
  });

  test("stops where it was lost until it would have arrived", () => {
    expect(flightProgress(lost, 1_500)).toEqual({ fraction: 0.25, lost: false });
    expect(flightProgress(lost, 2_000)).toEqual({ fraction: 0.5, lost: true });
    expect(flightProgress(lost, 2_999)).toEqual({ fraction: 0.5, lost: true });
    expect(flightProgress(lost, 3_000)).toBeNull();
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
