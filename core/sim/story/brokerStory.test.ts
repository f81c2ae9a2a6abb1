import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parsedText } from "../../raft/conformance/dataFile.ts";
import { storiesHold } from "../../raft/conformance/dataFiles.contract.ts";
import type { Outcome } from "../../raft/conformance/replay.ts";
import { replayStory } from "./replayStory.ts";

const STORIES = fileURLToPath(new URL("../../stories/broker/", import.meta.url));

describe("stories of topics, partitions and clients", () => storiesHold(STORIES, replayStory));

/** A topic with one record, and then the directive. */
function resultOf(directive: string): Outcome["result"] {
  const directives = [
    "cluster seed=7",
    "timeOut n1",
    "createTopic orders",
    "run until=2s",
    "produce orders 0 key=a value=1",
    "run 1s",
    directive,
  ];
  const text = directives.map((each) => `${each}\n----\n`).join("\n");
  return replayStory(parsedText(text, "story")).at(-1)!.result;
}

describe("a claim", () => {
  test.each([
    ["claim acknowledged=1 lost=0", "acknowledged 1, lost 0\n"],
    ["claim orders-0 leader=n1 epoch=0 isr=(n1, n2, n3)", "leader n1, epoch 0, isr n1 n2 n3\n"],
    ["claim orders-0 n1 end=1 holds=a=1", "end 1, holds a=1\n"],
    [
      "claim cluster controller=n1 states=1 topics=orders",
      "controller n1, states 1, topics orders\n",
    ],
    ["claim answers NONE=2 NOT_ENOUGH_REPLICAS=0", "NONE 2, NOT_ENOUGH_REPLICAS 0\n"],
    ["claim requests produce=1", "produce 1\n"],
    ["claim events n1 recordsAppended=1", "recordsAppended 1\n"],
  ])("that holds says so: %s", (directive, text) => {
    expect(resultOf(directive)).toEqual({ kind: "transcript", text });
  });

  // A transcript would be written anew; what is refused never passes.
  test.each([
    ["claim acknowledged=2", "acknowledged is 1, not 2"],
    ["claim orders-0 isr=(n1, n2)", "isr is n1 n2 n3, not n1 n2"],
    ["claim orders-0 n2 holds=b=2", "holds is a=1, not b=2"],
    ["claim answers NOT_ENOUGH_REPLICAS=1", "NOT_ENOUGH_REPLICAS is 0, not 1"],
    ["claim fetches FENCED_LEADER_EPOCH=1", "FENCED_LEADER_EPOCH is 0, not 1"],
    ["claim", "claim takes what is claimed: claim lost=0"],
    ["claim laughs=0", "nothing is known of laughs here"],
    ["claim more-0 leader=n1", "there is no partition more-0"],
    ["claim more-0 n1 end=1", "n1 holds nothing of more-0"],
    ["claim c2 acknowledgedCount=1", "c2 is not running"],
    ["run event=replicaTruncated node=n1", "no replicaTruncated happens at n1 within 10 s"],
  ])("that does not hold is refused: %s", (directive, why) => {
    expect(resultOf(directive)).toEqual({ kind: "refused", why });
  });
});
