import { expect, test } from "vitest";
import { keyCommands } from "../command/objectCommands.ts";
import { pageWith } from "../command/testing.ts";
import { helpGroups } from "./helpGroups.ts";

test("help names every key that does something", () => {
  const meanings = helpGroups(pageWith()).flatMap(({ rows }) => rows.map((row) => row.meaning));
  const keyed = keyCommands(pageWith()).filter(({ section }) => section !== "select");
  expect(keyed.length).toBeGreaterThan(20);
  for (const { name } of keyed) expect(meanings).toContain(name);
});

test("help shows all digits in one row, and parts of a chord apart", () => {
  const keys = helpGroups(pageWith()).flatMap(({ rows }) => rows.map((row) => row.keys));
  expect(keys).toContainEqual(["1 … 3"]);
  expect(keys).toContainEqual(["Shift", "B"]);
});

test("help says why a key does nothing now", () => {
  const rows = helpGroups(pageWith()).flatMap((group) => group.rows);
  expect(rows.find(({ meaning }) => meaning === "Restart n2")?.refusal).toBe("n2 runs already.");
});
