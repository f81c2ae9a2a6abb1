import * as fc from "fast-check";
import { expect, test } from "vitest";
import { branchPath, placeBranches } from "./branchPlaces.ts";
import { runScale } from "./runScale.ts";

const scale = runScale(10_000_000, 1120);

test("a branch stands right of its fork, and its line leads there", () => {
  const [only] = placeBranches([{ forkedAtUs: 5_000_000, label: "Branch B" }], scale);
  expect(only).toMatchObject({ index: 0, forkX: 560, x: 592 });
  expect(branchPath(only!, 12, 38)).toBe("M560 12V28q0 10 10 10H586");
});

test("names never touch, stay inside, and the newest fork has the first right to a place", () => {
  const forks = fc.array(
    fc.record({ forkedAtUs: fc.nat(10_000_000), label: fc.string({ maxLength: 40 }) }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(forks, (all) => {
      const placed = placeBranches(all, scale);
      const newest = Math.max(...all.map(({ forkedAtUs }) => forkedAtUs));
      expect(all[placed[0]!.index]!.forkedAtUs).toBe(newest);
      let free = scale.width;
      for (const { x, width } of placed) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + width).toBeLessThanOrEqual(free);
        free = x;
      }
    }),
  );
});
