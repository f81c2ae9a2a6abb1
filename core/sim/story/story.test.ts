import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsedText } from "../../raft/conformance/dataFile.ts";
import { storiesHold } from "../../raft/conformance/dataFiles.contract.ts";
import { replayStory } from "./replayStory.ts";

/** Plays the stories of whole worlds. */
const STORIES = fileURLToPath(new URL("../../stories/disk/", import.meta.url));

describe("stories of disks", () => storiesHold(STORIES, replayStory));

describe("a directive that says nothing is refused", () => {
  const why = (directive: string): string => {
    const outcomes = replayStory(parsedText(`cluster\n----\n\n${directive}\n----\n`, "story"));
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
    const [outcome] = replayStory(parsedText("log\n----\n", "story"));
    expect(outcome!.result).toEqual({ kind: "refused", why: "a story begins with cluster" });
  });
});
