import { describe, expect, test } from "vitest";
import { cutDistance } from "./cutCrossing.ts";
import { cutPath } from "./cutPath.ts";
import { ringLayout } from "./ringLayout.ts";

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

  test("is nothing when everybody is on one side", () => {
    expect(cutPath([], [n1, n2], ring)).toBeNull();
    expect(cutPath([n1, n2, n3], [], ring)).toBeNull();
  });
});
