import * as fc from "fast-check";
import { describe, test } from "vitest";
import { schedules, Story } from "./testing/schedule.ts";

const RUNS = 50;
const SEED = 20260820;

/** Groups that grow and shrink while nodes crash and messages are lost; three nodes are spare. */
describe.each([
  { options: {} },
  { options: { preVote: true, checkQuorum: true } },
  { options: { stepDownOnRemoval: true, maxInflightMessages: 2, maxSizePerMsgBytes: 0 } },
  { options: { commitInVotes: true } },
  { options: { storageWrites: "async" } },
  { options: { storageWrites: "async", commitInVotes: true, preVote: true, checkQuorum: true } },
  { options: { storageWrites: "pipelined", preVote: true, checkQuorum: true } },
] as const)("3 of 6 nodes at first, $options", ({ options }) => {
  test("changes of members keep the safety properties, and heal", () => {
    fc.assert(
      fc.property(schedules({ change: 8, transfer: 2, read: 2 }), fc.integer(), (events, seed) => {
        const story = new Story(3, options, seed, 3);
        for (const event of events) story.happen(event);
        story.heal();
      }),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
