import { describe, expect, test } from "vitest";
import { cutDistance } from "./cutCrossing.ts";
import { cutPath } from "./cutPath.ts";
import { labelBox, ringLayout } from "./ringLayout.ts";
import type { LabelBox, Point } from "./ringLayout.ts";

describe("cutPath", () => {
  const ring = ringLayout(704, 312, 3);
  const [n1, n2, n3] = ring.places as [
    (typeof ring.places)[0],
    (typeof ring.places)[0],
    (typeof ring.places)[0],
  ];

  test("crosses every severed link near the smaller side, or in its middle if it is short", () => {
    for (const shape of [cutPath([n3], [n1, n2], ring), cutPath([n1, n2], [n3], ring)]) {
      for (const other of [n1, n2]) {
        const share = 82 / Math.hypot(other.x - n3.x, other.y - n3.y);
        const x = Math.round((n3.x + (other.x - n3.x) * share) * 10) / 10;
        const y = Math.round((n3.y + (other.y - n3.y) * share) * 10) / 10;
        expect(shape?.path).toContain(`${x},${y}`);
      }
    }
    expect(cutDistance({ x: 0, y: 0 }, { x: 100, y: 0 }, 42)).toBe(50);
    expect(cutDistance({ x: 0, y: 0 }, { x: 300, y: 0 }, 42)).toBe(82);
  });

  test.each([0, 1, 2])("stays in the box when node %i is cut off", (cut) => {
    const inside = ring.places.filter((_, i) => i === cut);
    const outside = ring.places.filter((_, i) => i !== cut);
    const shape = cutPath(inside, outside, ring);
    expect(shape).not.toBeNull();
    expect(shape!.label.x).toBeGreaterThanOrEqual(0);
    expect(shape!.label.x).toBeLessThanOrEqual(ring.width);
    expect(shape!.label.y).toBeGreaterThanOrEqual(0);
    expect(shape!.label.y).toBeLessThanOrEqual(ring.height);
  });

  test.each([
    [704, 312],
    [390, 262],
    [1100, 500],
  ])("runs on through no node and no label in a box of %i x %i", (width, height) => {
    for (const count of [3, 5, 7]) {
      const { places, outlineRadius, ...box } = ringLayout(width, height, count);
      for (let sides = 1; sides < 2 ** count - 1; sides++) {
        const inside = places.filter((_, i) => (sides >> i) % 2 === 1);
        const outside = places.filter((_, i) => (sides >> i) % 2 === 0);
        const shape = cutPath(inside, outside, { ...box, places, outlineRadius });
        const links = crossings(inside, outside, outlineRadius);
        const [from, to] = endsOf(shape!.path);
        for (const at of [from, to]) {
          const isLink = links.some((link) => Math.hypot(link.x - at.x, link.y - at.y) < 0.2);
          const covered = places.some(
            (place) =>
              isIn(at, labelBox(place, outlineRadius)) ||
              Math.hypot(at.x - place.x, at.y - place.y) < outlineRadius,
          );
          expect(isLink || !covered).toBe(true);
        }
      }
    }
  });

  test("is nothing when everybody is on one side", () => {
    expect(cutPath([], [n1, n2], ring)).toBeNull();
    expect(cutPath([n1, n2, n3], [], ring)).toBeNull();
  });
});

const isIn = ({ x, y }: Point, { left, right, top, bottom }: LabelBox): boolean =>
  x > left && x < right && y > top && y < bottom;

/** Where a cut crosses each link that it severs. */
function crossings(one: readonly Point[], other: readonly Point[], outlineRadius: number): Point[] {
  const [inside, outside] = one.length <= other.length ? [one, other] : [other, one];
  return inside.flatMap((a) =>
    outside.map((b) => {
      const share = cutDistance(a, b, outlineRadius) / Math.hypot(b.x - a.x, b.y - a.y);
      return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
    }),
  );
}

function endsOf(path: string): readonly [Point, Point] {
  const figures = (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const [x = NaN, y = NaN] = figures;
  const [lastX = NaN, lastY = NaN] = figures.slice(-2);
  return [
    { x, y },
    { x: lastX, y: lastY },
  ];
}
