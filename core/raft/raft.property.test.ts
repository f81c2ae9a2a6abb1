import * as fc from "fast-check";
import { describe, test } from "vitest";
import { schedules, Story } from "./testing/schedule.ts";

const RUNS = 50;
const SEED = 20260820;

/** Random schedules with crashes, loss, duplication and reordering, then healing. */
describe.each([
  { size: 3, options: {} },
  { size: 5, options: {} },
  { size: 3, options: { preVote: true, checkQuorum: true } },
  { size: 5, options: { maxSizePerMsgBytes: 0, maxInflightMessages: 2 } },
  { size: 3, options: { batchAppend: true, skipBroadcastCommit: true, maxInflightBytes: 1 << 20 } },
  { size: 5, options: { commitInVotes: true, preVote: true } },
  { size: 3, options: { storageWrites: "async" } },
  { size: 5, options: { storageWrites: "async", preVote: true, checkQuorum: true } },
  { size: 3, options: { storageWrites: "async", maxCommittedSizePerReadyBytes: 1 } },
  { size: 3, options: { storageWrites: "pipelined" } },
  { size: 5, options: { storageWrites: "pipelined", preVote: true, checkQuorum: true } },
  { size: 3, options: { storageWrites: "pipelined", maxCommittedSizePerReadyBytes: 1 } },
] as const)("$size nodes, $options", ({ size, options }) => {
  test("random schedules keep the five safety properties, and heal", () => {
    fc.assert(
      fc.property(
        schedules({ transfer: 1, read: 2, requestSnapshot: 1 }),
        fc.integer(),
        (events, seed) => {
          const story = new Story(size, options, seed);
          for (const event of events) story.happen(event);
          story.heal();
        },
      ),
      { numRuns: RUNS, seed: SEED },
    );
  });
});
