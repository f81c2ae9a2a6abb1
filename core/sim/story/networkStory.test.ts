import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsedText } from "../../raft/conformance/dataFile.ts";
import { storiesHold } from "../../raft/conformance/dataFiles.contract.ts";
import { replayStory } from "./replayStory.ts";

const STORIES = fileURLToPath(new URL("../../stories/network/", import.meta.url));

describe("stories of links, messages, clocks and processes", () =>
  storiesHold(STORIES, replayStory));

describe("a message", () => {
  const why = (directive: string): string => {
    const text = `cluster\n----\n\nrun 1s\n----\n\n${directive}\n----\n`;
    const { result } = replayStory(parsedText(text, "story")).at(-1)!;
    return result.kind === "refused" ? result.why : `printed ${result.text}`;
  };

  test.each([
    ["holdMessage found", "no message was found so far"],
    ["run message=MsgSnap", "no such MsgSnap is sent within 10 s"],
    ["run message=MsgApp node=n1", "run has no option node; it knows message, from, to"],
    ["holdMessage", "holdMessage: argument 1 must be a message"],
    ["holdMessage 12 byUs=3", "holdMessage has no option byUs; it knows none"],
    ["delayMessage 1", "missing argument: byUs"],
    ["holdMessage 100000", "printed refused: There is no message 100000.\n"],
  ])("that is not meant is refused: %s", (directive, sentence) => {
    expect(why(directive)).toBe(sentence);
  });
});
