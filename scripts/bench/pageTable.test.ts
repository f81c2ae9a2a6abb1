import { expect, test } from "vitest";
import { isKept, tableOfFigures } from "./pageTable.ts";

test("a figure keeps its bound or misses it, from either side", () => {
  expect(isKept({ what: "", value: 58, unit: "", min: 58 })).toBe(true);
  expect(isKept({ what: "", value: 57.9, unit: "", min: 58 })).toBe(false);
  expect(isKept({ what: "", value: 50, unit: "ms", max: 50 })).toBe(true);
  expect(isKept({ what: "", value: 50.1, unit: "ms", max: 50 })).toBe(false);
  expect(isKept({ what: "", value: Number.NaN, unit: "ms", max: 50 })).toBe(false);
});

test("figures stand in columns, and what was missed shouts", () => {
  const table = tableOfFigures([
    { what: "frames a second", value: 59.6, unit: "", min: 58 },
    { what: "longest task", value: 120, unit: "ms", max: 50 },
    { what: "heap", value: 12.3, unit: "MB" },
  ]);
  expect(table.split("\n")).toEqual([
    "frames a second     59.6  at least 58    kept",
    "longest task      120 ms  at most 50 ms  MISSED",
    "heap             12.3 MB",
  ]);
});
