import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = new URL("../", import.meta.url);
const text = readFileSync(new URL("docs/compare.md", root), "utf8");

/** Rows of features: what, ten marks of others, ours, the numbers of its tests. */
const rows = text
  .split("\n")
  .filter((line) => line.startsWith("| ") && /[●◐○]/.test(line))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map((cells) => ({ what: cells[1]!, ours: cells[12]!, tests: numbersIn(cells[13]!) }));

/** "file › title", or a file alone whose tests come from data. */
const named = [...text.matchAll(/^\d+\. `([^`]+)`$/gm)].map(([, name]) => name!.split(" › "));

describe("the table that compares pages", () => {
  test("is there", () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(named.length).toBeGreaterThan(30);
  });

  test.each(rows)("$what", ({ ours, tests }) => {
    expect(["●", "◐", "○"]).toContain(ours);
    if (ours === "○") expect(tests).toEqual([]);
    else expect(tests).not.toEqual([]);
    for (const number of tests) expect(named[number - 1]).toBeDefined();
  });

  test.each(named)("%s › %s", (file, title = "") => {
    const path = new URL(file, root);
    expect(existsSync(fileURLToPath(path)), `${file} is there`).toBe(true);
    if (title === "") return;
    const source = readFileSync(path, "utf8");
    const begins = [`"${title}`, `\`${title}`].some((start) => source.includes(start));
    expect(begins, `${file} has a test "${title}"`).toBe(true);
  });

  test("names no test that no row needs", () => {
    const used = new Set(rows.flatMap(({ tests }) => tests));
    expect(named.flatMap((_, at) => (used.has(at + 1) ? [] : [at + 1]))).toEqual([]);
  });
});

function numbersIn(cell: string): readonly number[] {
  return [...cell.matchAll(/\d+/g)].map(([number]) => Number(number));
}
