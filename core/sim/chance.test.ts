import { describe, expect, test } from "vitest";
import { splitChance } from "./chance.ts";

const draw = (seed: number, concern: string, a: number, b = 0): number[] => {
  const chance = splitChance(seed, concern, a, b);
  return Array.from({ length: 6 }, () => chance.below(1_000));
};

describe("splitChance", () => {
  test("the same stream draws the same numbers for ever", () => {
    expect(draw(1042, "network", 1, 2)).toEqual(draw(1042, "network", 1, 2));
    expect(draw(1042, "network", 1, 2)).toEqual([248, 747, 685, 560, 560, 587]);
  });

  test("seed, concern and object each make another stream", () => {
    const streams = [
      draw(1, "network", 1, 2),
      draw(2, "network", 1, 2),
      draw(1, "disk", 1, 2),
      draw(1, "network", 2, 1),
      draw(1, "network", 1, 3),
      draw(0, "network", 1, -1),
      draw(0, "network", -1, 1),
      draw(4_294_967_295, "network", 1, 2),
    ].map(String);
    expect(new Set(streams).size).toBe(streams.length);
  });

  test("draws stay within both bounds and reach them", () => {
    const chance = splitChance(7, "test", 0, 0);
    const drawn = new Set(Array.from({ length: 200 }, () => chance.between(3, 6)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([3, 4, 5, 6]);
  });
});
