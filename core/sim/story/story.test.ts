import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { formatDataFile, parseDataFile } from "../../raft/conformance/dataFile.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import { describeDifference } from "../../raft/conformance/difference.ts";
import { replayStory } from "./replayStory.ts";

/**
 * Plays the stories of whole worlds. As with those of Raft, REWRITE=1 writes them anew with what
 * they give now, and the diff is the review.
 */
const STORIES = fileURLToPath(new URL("../../stories/disk/", import.meta.url));
const isRewriting = process.env["REWRITE"] === "1";

describe("stories of disks", () => {
  test.each(readdirSync(STORIES).filter((name) => name.endsWith(".txt")))("%s", (name) => {
    const path = join(STORIES, name);
    if (isRewriting) rewrite(path);
    const outcomes = replayStory(parsed(path));
    expect(outcomes.length, `${path} holds directives`).toBeGreaterThan(0);
    const failures = outcomes.filter((outcome) => !outcome.passed);
    expect(failures.map((failure) => describeDifference(path, failure)).join("\n")).toBe("");
  });
});

describe("a directive that says nothing is refused", () => {
  const why = (directive: string): string => {
    const outcomes = replayStory(parsedText(`cluster\n----\n\n${directive}\n----\n`));
    const result = outcomes.at(-1)!.result;
    return result.kind === "refused" ? result.why : `printed ${result.text}`;
  };

  test.each([
    ["fly n1", "there is no directive fly"],
    ["kill", "kill takes one node: kill n3"],
    ["kill 3", 'a node is written like n3, not "3"'],
    ["kill n1 hard=yes", "kill has no option hard; it knows none"],
    ["run", "run takes a time: run 500ms, or run until=4s"],
    ["run operation=rename node=n1", "n1 begins no such rename within 10 s"],
    ["run 5", "a time is written like 4s, 1.5s, 250ms or 40us, not 5"],
    ["produce orders 0 key=a", "missing argument: value"],
    ["diskFault n1 full maybe", "a switch is one of on, off, not maybe"],
    ["cluster nodes=5", "a run has no option nodes"],
    ["flipBit n1 first", "a place is one of last, middle, snapshot, not first"],
    ["flipBit n1 snapshot", "there is no such file on n1"],
  ])("%s", (directive, sentence) => {
    expect(why(directive)).toBe(sentence);
  });

  test("a question before there is a world", () => {
    const [outcome] = replayStory(parsedText("log\n----\n"));
    expect(outcome!.result).toEqual({ kind: "refused", why: "a story begins with cluster" });
  });
});

function rewrite(path: string): void {
  const parts = parsed(path);
  const actual = new Map<Directive, string>();
  for (const { directive, result } of replayStory(parts)) {
    if (result.kind === "transcript") actual.set(directive, result.text);
  }
  writeFileSync(path, formatDataFile(parts, actual));
}

function parsed(path: string) {
  return parsedText(readFileSync(path, "utf8"), path);
}

function parsedText(text: string, path = "story") {
  const parts = parseDataFile(text);
  if ("error" in parts) throw new Error(`${path}:${parts.line}: ${parts.error}`);
  return parts;
}
