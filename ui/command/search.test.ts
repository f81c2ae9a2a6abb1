import { expect, test } from "vitest";
import { allCommands } from "./objectCommands.ts";
import { searchCommands } from "./search.ts";
import { pageWith } from "./testing.ts";

const all = allCommands(pageWith());
const best = (text: string): string | undefined => searchCommands(all, text)[0]?.name;

test("words find what they begin, in any order", () => {
  expect(best("cut link n1 to n2")).toBe("Cut link n1 to n2");
  expect(best("n3 tear")).toBe("Tear the next write of n3");
  expect(best("theme dark")).toBe("Use the dark theme");
  expect(best("step next ready")).toBe("Next Ready of n2");
});

test("words that stand nowhere in the name are found too, but later", () => {
  expect(best("kill n1")).toBe("Cut power of n1");
  const found = searchCommands(all, "pause").map(({ name }) => name);
  expect(found.slice(0, 3)).toContain("Pause n1");
  expect(found.indexOf("Pause n1")).toBeLessThan(found.length);
});

test("letters in order are enough when nothing else is there", () => {
  expect(best("rbalnc")).toBe("Rebalance the replicas");
});

test("every word must be there", () => {
  expect(searchCommands(all, "cut power of n1 zebra")).toEqual([]);
});

test("without words everything stays as it was", () => {
  expect(searchCommands(all, "  ")).toBe(all);
});
