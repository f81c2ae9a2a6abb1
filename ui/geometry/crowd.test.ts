import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crowdOf, piecesOf } from "./crowd.ts";
import type { Rank } from "./crowd.ts";

interface Thing {
  readonly at: number;
  readonly rank: Rank;
}

const things = fc
  .array(fc.constantFrom<Rank>(0, 1, 2), { maxLength: 300 })
  .map((ranks) => ranks.map((rank, at): Thing => ({ at, rank })));

test("of too many the least, and of those the oldest, are folded; the order stays", () => {
  fc.assert(
    fc.property(things, fc.nat(120), (all, max) => {
      const { single, folded } = crowdOf(all, max, ({ rank }) => rank);
      // Whoever goes first stays single.
      const inOrder = [...all].sort((one, other) => one.rank - other.rank || other.at - one.at);
      const byTime = (one: Thing, other: Thing): number => one.at - other.at;
      expect(single).toEqual(inOrder.slice(0, max).sort(byTime));
      expect(folded).toEqual(inOrder.slice(max).sort(byTime));
    }),
  );
});

test("what is folded falls into pieces, so that a new thing changes one piece", () => {
  const pieces = piecesOf([100, 900, 1_100], (atUs) => Math.floor(atUs / 1_000));
  expect([...pieces]).toEqual([
    [0, [100, 900]],
    [1, [1_100]],
  ]);
});
