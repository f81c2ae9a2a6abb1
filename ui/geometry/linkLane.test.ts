import { describe, expect, test } from "vitest";
import { LANES_APART, linkLane, pointAt } from "./linkLane.ts";

const a = { x: 100, y: 100 };
const b = { x: 300, y: 100 };

describe("linkLane", () => {
  test("keeps both directions of a link apart", () => {
    const there = linkLane(a, b, 40, 40);
    const back = linkLane(b, a, 40, 40);
    expect(there.from).toEqual({ x: 140, y: 100 + LANES_APART / 2 });
    expect(there.to).toEqual({ x: 260, y: 100 + LANES_APART / 2 });
    expect(there.from.y - back.to.y).toBe(LANES_APART);
  });

  test("stops short of each end by its own gap", () => {
    const lane = linkLane(a, b, 20, 46);
    expect(lane.from.x).toBe(120);
    expect(lane.to.x).toBe(254);
  });

  test("does not divide by zero between two glyphs in the same place", () => {
    expect(linkLane(a, a, 40, 40)).toEqual({ from: a, to: a });
  });

  test("moves along the lane in proportion", () => {
    const lane = linkLane(a, b, 0, 0);
    expect(pointAt(lane, 0)).toEqual(lane.from);
    expect(pointAt(lane, 1)).toEqual(lane.to);
    expect(pointAt(lane, 0.25).x).toBe(150);
  });

  test("draws half of the way where a cut crosses the link, and the ends where they are", () => {
    const lane = { ...linkLane(a, b, 0, 0), halfAt: 0.25 };
    expect([0, 0.25, 0.5, 0.75, 1].map((fraction) => pointAt(lane, fraction).x)).toEqual([
      100, 125, 150, 225, 300,
    ]);
  });
});
