import { describe, expect, test } from "vitest";
import { matrixLayout, numberOf, topicOf } from "./matrixLayout.ts";

const names = (topic: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${topic}-${i}`);

describe("matrixLayout", () => {
  test("names every topic once, in front of its first column", () => {
    const { topics, columns } = matrixLayout([...names("orders", 3), ...names("users", 2)], 456);
    expect(topics.map(({ topic }) => topic)).toEqual(["orders", "users"]);
    expect(topics[1]!.x).toBeGreaterThan(columns[2]!.x);
    expect(topics[1]!.x).toBeLessThan(columns[3]!.x);
  });

  test.each([3, 8, 24, 100])("fits %i partitions in the panel without overlap", (count) => {
    const { columns, width, pitch } = matrixLayout(names("orders", count), 456);
    expect(width).toBeLessThanOrEqual(456.001);
    columns.forEach(({ x }, i) => {
      if (i > 0) expect(x - columns[i - 1]!.x).toBeCloseTo(pitch);
    });
  });

  test("splits a partition's name at its last dash", () => {
    expect(topicOf("dead-letters-12")).toBe("dead-letters");
    expect(numberOf("dead-letters-12")).toBe("12");
  });
});
