import { expect, test } from "vitest";
import { nearest } from "./nearest.ts";

const CENTER = { x: 50, y: 50 };

test("the nearest in the direction is taken", () => {
  const spots = [
    { x: 90, y: 50 },
    { x: 70, y: 50 },
    { x: 10, y: 50 },
  ];
  expect(nearest(CENTER, spots, "ArrowRight")).toBe(1);
  expect(nearest(CENTER, spots, "ArrowLeft")).toBe(2);
});

test("what stands in line comes before what stands nearer but aside", () => {
  const spots = [
    { x: 60, y: 90 },
    { x: 100, y: 50 },
  ];
  expect(nearest(CENTER, spots, "ArrowRight")).toBe(1);
  expect(nearest(CENTER, spots, "ArrowDown")).toBe(0);
});

test("there may be nothing further on", () => {
  expect(nearest(CENTER, [{ x: 50, y: 90 }], "ArrowUp")).toBeNull();
  expect(nearest(CENTER, [{ x: 50.5, y: 90 }], "ArrowRight")).toBeNull();
  expect(nearest(CENTER, [], "ArrowLeft")).toBeNull();
});
