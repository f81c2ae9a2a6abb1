import { describe, expect, test } from "vitest";
import { placeLabels, runScale } from "./runScale.ts";

describe("runScale", () => {
  test("starts with ten seconds and grows in steps", () => {
    expect(runScale(4_000_000, 1120).endUs).toBe(10_000_000);
    expect(runScale(9_900_000, 1120).endUs).toBe(20_000_000);
    expect(runScale(61_000_000, 1120).endUs).toBe(120_000_000);
    expect(runScale(7_200_000_000, 1120).endUs).toBeGreaterThan(7_200_000_000);
  });

  test("turns places into moments and back, and never leaves the run", () => {
    const scale = runScale(4_000_000, 1000);
    expect(scale.atUs(scale.x(3_141_592))).toBe(3_141_592);
    expect(scale.atUs(-50)).toBe(0);
    expect(scale.atUs(5_000)).toBe(10_000_000);
  });
});

describe("placeLabels", () => {
  test("keeps the later of two that would touch", () => {
    const marks = [
      { x: 300, text: "n1 leads term 1" },
      { x: 320, text: "n2 leads term 2" },
      { x: 600, text: "n2 lost power" },
    ];
    expect(placeLabels(marks, 1120, 32, 40).map((label) => label.index)).toEqual([2, 1]);
  });

  test("keeps labels clear of both ends of the axis", () => {
    const placed = placeLabels([{ x: 1118, text: "n2 lost power" }], 1120, 32, 40);
    expect(placed[0]!.x).toBeLessThan(1080);
  });
});
