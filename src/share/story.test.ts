import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsedText } from "../../core/raft/conformance/dataFile.ts";
import { actionOf } from "../../core/sim/story/storyAction.ts";
import { replayStory } from "../../core/sim/story/replayStory.ts";
import type { Run } from "@chronik/core/sim";
import { threeBrokers } from "@chronik/core/sim";
import { SCENARIOS } from "@chronik/core/sim/scenarios";
import { openPage } from "../session/sessionPage.ts";
import { directiveOf } from "./directive.ts";
import { actionBody } from "./arbitraryRun.ts";
import { storyOf } from "./story.ts";

const WITH_TRAFFIC: Run = {
  ...threeBrokers(11),
  actions: [
    ...threeBrokers(11).actions,
    {
      atUs: 4_000_123,
      kind: "startProducer",
      client: 2,
      topic: "orders",
      recordsPerSecond: 50,
      acks: -1,
      idempotent: true,
      keyCount: 4,
      valueBytes: 16,
    },
    { atUs: 5_000_000, kind: "kill", node: 2 },
    {
      atUs: 5_500_000,
      kind: "produce",
      node: null,
      topic: "orders",
      partition: 0,
      key: "",
      value: "two words",
      acks: 1,
    },
    {
      atUs: 6_500_000,
      kind: "setNetwork",
      latencyMinUs: 10_000,
      latencyMaxUs: 20_000,
      lossPercent: 5,
    },
  ],
};

describe("a story", () => {
  const runs: (readonly [string, Run, number])[] = [
    ["of a run with traffic and a loss of power", WITH_TRAFFIC, 9_876_543],
    ["of a moment before the last actions", WITH_TRAFFIC, 5_200_000],
    ...SCENARIOS.filter(({ name }) => name !== "hundred-partitions").map(
      (scenario) =>
        [
          `of ${scenario.name}`,
          scenario.run(scenario.seed),
          scenario.viewAtUs ?? 5_000_000,
        ] as const,
    ),
  ];

  test.each(runs)("%s plays as it was copied, and all it claims holds", (_, run, viewAtUs) => {
    const { world } = openPage(run, viewAtUs);
    const shared = { run, viewAtUs, scenario: "" };
    const story = storyOf({ shared, world, title: "A run", traceHash: "" });
    if (!story.ok) throw new Error(story.problem.detail);
    const outcomes = replayStory(parsedText(story.value, "story"));
    const failed = outcomes.filter(({ passed }) => !passed);
    expect(failed.map(({ directive, result }) => [directive.line, result])).toEqual([]);
    expect(outcomes.some(({ directive }) => directive.command === "claim")).toBe(true);
  });

  test("is not told of a record that no directive can hold", () => {
    const { world } = openPage(WITH_TRAFFIC, 1);
    const bad = { ...WITH_TRAFFIC.actions[3]!, value: "two\nlines" } as Run["actions"][number];
    const shared = { run: { ...WITH_TRAFFIC, actions: [bad] }, viewAtUs: 9_000_000, scenario: "" };
    const story = storyOf({ shared, world, title: "A run", traceHash: "" });
    expect(story.ok ? "" : story.problem.detail).toContain("Action 1");
  });
});

test("every action is read back from its directive as it was, or has none", () => {
  fc.assert(
    fc.property(actionBody, (body) => {
      const directive = directiveOf(body);
      if (directive === null) {
        expect(body.kind).toBe("produce");
        return;
      }
      const [part] = parsedText(`${directive}\n----\n`, "story");
      if (part?.kind !== "directive") throw new Error(directive);
      expect(actionOf(part.directive)).toMatchObject(body);
    }),
    { numRuns: 500 },
  );
});
