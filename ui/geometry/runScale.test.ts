import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  endText,
  placeBands,
  placeLabels,
  placeMarks,
  runAxisEndUs,
  runScale,
} from "./runScale.ts";

describe("the axis of a run", () => {
  test("starts with ten seconds and grows in steps", () => {
    expect(runAxisEndUs(4_000_000)).toBe(10_000_000);
    expect(runAxisEndUs(9_900_000)).toBe(20_000_000);
    expect(runAxisEndUs(61_000_000)).toBe(120_000_000);
    expect(runAxisEndUs(7_200_000_000)).toBeGreaterThan(7_200_000_000);
  });

  test("turns places into moments and back, and never leaves the run", () => {
    const scale = runScale(10_000_000, 1000);
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

describe("what stands on a long run", () => {
  const scale = runScale(1_800_000_000, 1120);

  test("is at most a band for every pixel, and they cover the run without a gap", () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 1_799_999_999 }), { maxLength: 4_000 });
    fc.assert(
      fc.property(cuts, (moments) => {
        const starts = [0, ...moments.toSorted((a, b) => a - b)];
        const bands = starts.map((fromUs, at) => ({
          fromUs,
          toUs: starts[at + 1] ?? null,
          term: at,
          leader: at % 2 === 0 ? null : "n1",
        }));
        const placed = placeBands(bands, scale, 1_800_000_000);
        expect(placed.length).toBeLessThanOrEqual(1121);
        let x = 0;
        for (const band of placed) {
          expect(band.x).toBeCloseTo(x, 6);
          x = band.x + band.width;
        }
        expect(x).toBeCloseTo(1120, 6);
      }),
      { numRuns: 30 },
    );
  });

  test("is no two marks that touch, and a bad one is never hidden by another", () => {
    const marks = [
      { atUs: 1_000_000_000, label: "n1 leads term 1", tone: "ok" },
      { atUs: 1_000_100_000, label: "n1 lost power", tone: "bad" },
      { atUs: 1_000_200_000, label: "n2 leads term 2", tone: "ok" },
      { atUs: 1_700_000_000, label: "cut healed", tone: "plain" },
    ] as const;
    expect(placeMarks(marks, scale).map(({ label }) => label)).toEqual([
      "n1 lost power",
      "cut healed",
    ]);
  });

  test("ends in minutes", () => {
    expect(endText(60_000_000)).toBe("60 s");
    expect(endText(1_800_000_000)).toBe("30 min");
  });
});
