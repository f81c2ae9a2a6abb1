import { expect, test } from "vitest";
import { brokerSurvey } from "./brokerSurvey.ts";

/** Seeds that once found something, each with what it was; played with all topics of both kinds. */
test.each([
  [1219, "an idempotent producer sent to a new leader while the old one still had batches of it"],
  [1303, "a member read a partition from its start while it was asking for the committed offset"],
])("seed %i: %s", (seed) => {
  expect(brokerSurvey(seed, 1, ["isr", "raft"]).failures).toEqual([]);
});

test.each([20, 34, 47, 68])(
  "seed %i: a restarted broker deleted a log that it had been given later than what it read",
  (seed) => {
    expect(brokerSurvey(seed, 1, ["isr"]).failures).toEqual([]);
  },
);
