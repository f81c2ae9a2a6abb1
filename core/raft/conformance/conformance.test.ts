import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { Directive } from "./dataFile.ts";
import { formatDataFile, parseDataFile } from "./dataFile.ts";
import { describeDifference } from "./difference.ts";
import { replay } from "./replay.ts";

/**
 * Replays data files: our own stories, and etcd's files where they lie beside the checkout. With
 * REWRITE=1 the stories are written anew with what they give now, and the diff is the review.
 */
const folder = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const STORIES = folder("../../stories/raft/");
const REFERENCE = ["interaction", "quorum", "confchange"]
  .map((name) => folder(`../../../../shared/reference/${name}/`))
  .filter((path) => existsSync(path));
const isRewriting = process.env["REWRITE"] === "1";

const namesIn = (path: string): readonly string[] =>
  readdirSync(path).filter((name) => name.endsWith(".txt"));

describe("stories", () => {
  test.each(namesIn(STORIES))("%s", (name) => {
    const path = join(STORIES, name);
    if (isRewriting) rewrite(path);
    expect(differencesIn(path)).toBe("");
  });
});

describe.each(REFERENCE)("%s", (path) => {
  test.each(namesIn(path))("%s", (name) => {
    expect(differencesIn(join(path, name))).toBe("");
  });
});

function differencesIn(path: string): string {
  const outcomes = replay(parsed(path));
  expect(outcomes.length, `${path} holds directives`).toBeGreaterThan(0);
  const failures = outcomes.filter((outcome) => !outcome.passed);
  return failures.map((failure) => describeDifference(path, failure)).join("\n");
}

function rewrite(path: string): void {
  const actual = new Map<Directive, string>();
  const parts = parsed(path);
  for (const { directive, result } of replay(parts)) {
    if (result.kind === "transcript") actual.set(directive, result.text);
  }
  writeFileSync(path, formatDataFile(parts, actual));
}

function parsed(path: string) {
  const parts = parseDataFile(readFileSync(path, "utf8"));
  if ("error" in parts) throw new Error(`${path}:${parts.line}: ${parts.error}`);
  return parts;
}
