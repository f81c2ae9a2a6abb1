import { assert, boolean, integer, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
  laneLeftUs,
  laneOriginUs,
  laneScale,
  laneTicks,
  laneWindowUs,
  PLAYHEAD_FRACTION,
  zoomedWindowUs,
} from "./laneScale.ts";

describe("laneWindowUs", () => {
  test("looks closer the slower time runs", () => {
    expect(laneWindowUs(0.01)).toBe(100_000);
    expect(laneWindowUs(0.1)).toBe(1_000_000);
    expect(laneWindowUs(0.0001)).toBe(10_000);
  });

  test("never shows more of the past than the projection remembers", () => {
    for (const speed of [0.25, 1, 10]) {
      expect(laneWindowUs(speed) * PLAYHEAD_FRACTION).toBeLessThanOrEqual(2_000_000);
    }
  });
});

describe("laneOriginUs", () => {
  test("stays while time runs within one step and never passes now", () => {
    assert(
      property(nat(1e9), integer({ min: 10_000, max: 3_000_000 }), (nowUs, windowUs) => {
        const originUs = laneOriginUs(nowUs, windowUs);
        expect(originUs).toBeLessThanOrEqual(nowUs);
        expect(nowUs - originUs).toBeLessThan(windowUs * 4);
      }),
    );
  });
});

describe("laneTicks", () => {
  test("covers the whole window around every moment until the origin moves", () => {
    const scale = laneScale(8_000_000, 1_000_000, 1120);
    const ticks = laneTicks(scale, 1120);
    expect(ticks[0]!.atUs).toBeLessThanOrEqual(7_000_000 + 200_000);
    expect(ticks.at(-1)!.atUs).toBeGreaterThanOrEqual(13_000_000 - 200_000);
  });

  test("labels moments with as many decimals as the step needs", () => {
    const close = laneTicks(laneScale(8_000_000, 80_000, 1120), 1120);
    expect(close.map((tick) => tick.label)).toContain("8.01");
    expect(new Set(close.map((tick) => tick.label)).size).toBe(close.length);
  });

  test("has no tick before the run began", () => {
    const ticks = laneTicks(laneScale(0, 1_000_000, 1120), 1120);
    expect(ticks[0]!.atUs).toBe(0);
  });

  test("places a moment in proportion to the window", () => {
    const scale = laneScale(1_000_000, 80_000, 1120);
    expect(scale.x(1_001_000) - scale.x(1_000_000)).toBeCloseTo(14);
  });
});

describe("laneLeftUs", () => {
  test("keeps the playhead in its place while time runs", () => {
    expect(laneLeftUs(null, 10_000, 1_000, true)).toBe(9_300);
    expect(laneLeftUs(9_300, 10_001, 1_000, true)).toBe(9_301);
  });

  test("stands until the playhead has come to its place", () => {
    expect(laneLeftUs(9_800, 10_000, 1_000, true)).toBe(9_800);
  });

  test("stands as long as the playhead is on it while time stands", () => {
    expect(laneLeftUs(9_300, 10_200, 1_000, false)).toBe(9_300);
    expect(laneLeftUs(9_300, 10_299, 1_000, false)).toBe(9_599);
    expect(laneLeftUs(9_300, 9_000, 1_000, false)).toBe(8_300);
  });

  test("always shows the playhead", () => {
    const moment = nat(1e9);
    const window = integer({ min: 10_000, max: 10_000_000 });
    assert(
      property(moment, moment, window, boolean(), (leftUs, nowUs, windowUs, isRunning) => {
        const fraction = (nowUs - laneLeftUs(leftUs, nowUs, windowUs, isRunning)) / windowUs;
        expect(fraction).toBeGreaterThanOrEqual(0);
        expect(fraction).toBeLessThanOrEqual(1);
      }),
    );
  });
});

test("a wheel zooms between ten milliseconds and ten seconds", () => {
  expect(zoomedWindowUs(80_000, 500)).toBe(160_000);
  expect(zoomedWindowUs(80_000, -500)).toBe(40_000);
  expect(zoomedWindowUs(80_000, 50_000)).toBe(10_000_000);
  expect(zoomedWindowUs(80_000, -50_000)).toBe(10_000);
});
