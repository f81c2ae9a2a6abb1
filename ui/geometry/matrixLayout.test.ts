import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matrixLayout, numberOf, topicOf } from "./matrixLayout.ts";
import type { MatrixItem } from "./matrixLayout.ts";

const items = (topic: string, count: number, rank = 3): MatrixItem[] =>
  Array.from({ length: count }, (_, i) => ({ name: `${topic}-${i}`, rank }));

describe("matrixLayout", () => {
  test("names every topic once, in front of its first column", () => {
    const { heads, columns, numbers } = matrixLayout(
      [...items("orders", 3), ...items("users", 2)],
      456,
    );
    expect(numbers).toBe("beside");
    expect(heads.map(({ shown }) => shown)).toEqual(["orders", "users"]);
    expect(heads[1]!.x).toBeGreaterThan(columns[2]!.x);
    expect(heads[1]!.x).toBeLessThan(columns[3]!.x);
  });

  test("puts the names above the columns when they stand closer", () => {
    const { heads, columns, numbers } = matrixLayout(
      [...items("orders", 12), ...items("a-very-long-name", 2)],
      456,
    );
    expect(numbers).toBe("under");
    expect(heads.map(({ text }) => text)).toEqual(["orders", "a-very-long-name"]);
    expect(heads[1]!.shown).toMatch(/^a-ve.*…$/);
    expect(heads[1]!.x).toBeLessThan(columns[12]!.x);
  });

  test("sorts many by health, the worst first, and counts them", () => {
    const { heads, columns } = matrixLayout(
      [...items("a", 40, 3), ...items("b", 57, 2), ...items("c", 3, 0)],
      456,
    );
    // There is no room over three narrow columns to say that they are down.
    expect(heads.map(({ shown }) => shown)).toEqual(["57 under-replicated", "40 healthy"]);
    expect(columns[0]!.name).toBe("c-0");
    expect(columns[3]!.name).toBe("b-0");
  });

  test("fits up to 100 partitions of any topics in any panel, in order and without overlap", () => {
    const topics = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 40 }), rank: fc.nat(3) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    fc.assert(
      fc.property(topics, fc.integer({ min: 340, max: 560 }), (all, width) => {
        const some = all.flatMap(({ count, rank }, i) => items(`t${i}`, count, rank)).slice(0, 100);
        const layout = matrixLayout(some, width);
        expect(layout.width).toBeLessThanOrEqual(width + 0.001);
        expect(layout.columns.map(({ name }) => name).sort()).toEqual(
          some.map(({ name }) => name).sort(),
        );
        layout.columns.forEach(({ x }, i) => {
          if (i > 0) expect(x - layout.columns[i - 1]!.x).toBeGreaterThan(layout.pitch - 0.001);
        });
      }),
    );
  });

  test("splits a partition's name at its last dash", () => {
    expect(topicOf("dead-letters-12")).toBe("dead-letters");
    expect(numberOf("dead-letters-12")).toBe("12");
  });
});
