import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatDataFile, parsedText } from "./dataFile.ts";
import type { Directive, Part } from "./dataFile.ts";
import { describeDifference } from "./difference.ts";
import type { Outcome } from "./replay.ts";

type Replay = (parts: readonly Part[]) => readonly Outcome[];

/**
 * Every data file of a folder prints what it says. Our own are written anew with REWRITE=1, with what
 * they give now, and the diff is the review.
 */
export function storiesHold(folder: string, replay: Replay): void {
  const isRewriting = process.env["REWRITE"] === "1";
  test.each(namesIn(folder))("%s", (name) => {
    const path = join(folder, name);
    if (isRewriting) rewrite(path, replay);
    expect(differencesIn(path, replay)).toBe("");
  });
}

/** The same for files that are not ours to change. */
export function dataFilesHold(folder: string, replay: Replay): void {
  test.each(namesIn(folder))("%s", (name) => {
    expect(differencesIn(join(folder, name), replay)).toBe("");
  });
}

const namesIn = (folder: string): readonly string[] =>
  readdirSync(folder).filter((name) => name.endsWith(".txt"));

function differencesIn(path: string, replay: Replay): string {
  const outcomes = replay(parsed(path));
  expect(outcomes.length, `${path} holds directives`).toBeGreaterThan(0);
  const failures = outcomes.filter((outcome) => !outcome.passed);
  return failures.map((failure) => describeDifference(path, failure)).join("\n");
}

function rewrite(path: string, replay: Replay): void {
  const actual = new Map<Directive, string>();
  const parts = parsed(path);
  for (const { directive, result } of replay(parts)) {
    if (result.kind === "transcript") actual.set(directive, result.text);
  }
  writeFileSync(path, formatDataFile(parts, actual));
}

function parsed(path: string): readonly Part[] {
  return parsedText(readFileSync(path, "utf8"), path);
}
