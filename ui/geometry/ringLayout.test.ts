import { describe, expect, test } from "vitest";
import { ringLayout } from "./ringLayout.ts";

describe("ringLayout", () => {
  test("puts the first node at the top and the others clockwise", () => {
    const { places } = ringLayout(704, 312, 3);
    const [top, right, left] = places;
    expect(top?.x).toBe(352);
    expect(right!.x).toBeGreaterThan(352);
    expect(left!.x).toBeCloseTo(704 - right!.x, 1);
    expect(right!.y).toBeCloseTo(left!.y, 1);
    expect(right!.y).toBeGreaterThan(top!.y);
  });

  test.each([3, 4, 5, 6, 7, 8, 9])(
    "keeps %i nodes and their outlines inside every box",
    (count) => {
      for (const [width, height] of [
        [704, 312],
        [1100, 500],
        [390, 264],
        [600, 200],
      ] as const) {
        const ring = ringLayout(width, height, count);
        for (const { x, y } of ring.places) {
          expect(x - ring.outlineRadius).toBeGreaterThanOrEqual(0);
          expect(x + ring.outlineRadius).toBeLessThanOrEqual(width);
          expect(y - ring.outlineRadius).toBeGreaterThanOrEqual(0);
          expect(y + ring.outlineRadius).toBeLessThanOrEqual(height);
        }
      }
    },
  );

  test.each([3, 5, 7, 9])("leaves a gap between the outlines of %i neighbours", (count) => {
    const ring = ringLayout(704, 312, count);
    ring.places.forEach((place, i) => {
      const next = ring.places[(i + 1) % count]!;
      const apart = Math.hypot(next.x - place.x, next.y - place.y);
      expect(apart).toBeGreaterThan(ring.outlineRadius * 2);
    });
  });

  test("makes nodes smaller when there are more of them or less room", () => {
    const radii = [3, 5, 7, 9].map((count) => ringLayout(704, 312, count).nodeRadius);
    expect(radii).toEqual([36, 34, 26, 20]);
    expect(ringLayout(390, 264, 3).nodeRadius).toBe(28);
  });

  test("keeps labels away from the client's link, and under the lower nodes on a phone", () => {
    expect(ringLayout(704, 312, 3).places.map((place) => place.label)).toEqual([
      "left",
      "right",
      "left",
    ]);
    expect(ringLayout(390, 264, 3).places.map((place) => place.label)).toEqual([
      "right",
      "below",
      "below",
    ]);
  });
});
