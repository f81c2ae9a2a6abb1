import * as fc from "fast-check";
import { expect, test } from "vitest";
import { crossedLinks, severedSide } from "./knife.ts";
import type { Pair } from "./knife.ts";

const NODES = [
  { name: "n1", x: 50, y: 0 },
  { name: "n2", x: 100, y: 100 },
  { name: "n3", x: 0, y: 100 },
];
const NAMES = ["n1", "n2", "n3", "n4", "n5"];

test("a line crosses the links between whose ends it passes", () => {
  const between = crossedLinks({ x: 0, y: 50 }, { x: 100, y: 50 }, NODES);
  expect(between).toEqual([
    ["n1", "n2"],
    ["n1", "n3"],
  ]);
  expect(crossedLinks({ x: 50, y: 50 }, { x: 50, y: 150 }, NODES)).toEqual([["n2", "n3"]]);
  expect(crossedLinks({ x: 0, y: 0 }, { x: 10, y: 20 }, NODES)).toEqual([]);
  expect(crossedLinks({ x: 50, y: 50 }, { x: 50, y: 50 }, NODES)).toEqual([]);
});

test("a line that stops short of a link does not cross it", () => {
  expect(crossedLinks({ x: 50, y: 50 }, { x: 50, y: 99 }, NODES)).toEqual([]);
});

test("links that divide the cluster are known by the smaller side", () => {
  const cut = NAMES.flatMap((a) => (a === "n2" ? [] : [pair(a, "n2")]));
  expect(severedSide(cut, NAMES)).toEqual(["n2"]);
});

test("one link more or less divides nothing", () => {
  const cut = NAMES.flatMap((a) => (a === "n2" ? [] : [pair(a, "n2")]));
  expect(severedSide(cut.slice(1), NAMES)).toBeNull();
  expect(severedSide([...cut, pair("n3", "n4")], NAMES)).toBeNull();
  expect(severedSide([pair("n1", "n2")], NAMES)).toBeNull();
  expect(severedSide([], NAMES)).toBeNull();
});

test("the links between any two sides, and no others, are told from all other sets", () => {
  const all = NAMES.flatMap((a, at) => NAMES.slice(at + 1).map((b): Pair => [a, b]));
  fc.assert(
    fc.property(fc.subarray(all), (links) => {
      expect(severedSide(links, NAMES)).toEqual(sideBySearch(links, all));
    }),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(fc.subarray(NAMES, { minLength: 1, maxLength: 4 }), (side) => {
      const links = all.filter(([a, b]) => side.includes(a) !== side.includes(b));
      const other = NAMES.filter((name) => !side.includes(name));
      expect(severedSide(links, NAMES)).toEqual(side.length < other.length ? side : other);
    }),
  );
});

/** Tries every side. */
function sideBySearch(links: readonly Pair[], all: readonly Pair[]): readonly string[] | null {
  for (let mask = 1; mask < 1 << NAMES.length; mask++) {
    const side = NAMES.filter((_, at) => (mask & (1 << at)) !== 0);
    if (side.length * 2 >= NAMES.length) continue;
    const between = all.filter(([a, b]) => side.includes(a) !== side.includes(b));
    if (between.join(" ") === links.join(" ")) return side;
  }
  return null;
}

function pair(a: string, b: string): Pair {
  return a < b ? [a, b] : [b, a];
}
