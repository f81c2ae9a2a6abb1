import { expect, test } from "vitest";
import { FRAMES_PER_ROUND, fuzzBrokers } from "./brokerFuzz.ts";

/** `npm run fuzz -- broker` does a million. */
test("whatever clients send, brokers answer or hang up, and go on serving", () => {
  const { counts } = fuzzBrokers({ seed: 1, from: 0, to: 4 * FRAMES_PER_ROUND });
  expect(counts["rounds of new brokers"]).toBe(4);
  // Enough of both, or something is refused before it is looked at.
  expect(counts.answers).toBeGreaterThan(counts.frames / 4);
  expect(counts["connections closed"]).toBeGreaterThan(counts.frames / 10);
});

test("a round is the same again, whatever was before it", () => {
  const from = 5 * FRAMES_PER_ROUND;
  const { counts } = fuzzBrokers({ seed: 2, from, to: from + 300 });
  fuzzBrokers({ seed: 3, from: 0, to: 100 });
  expect(fuzzBrokers({ seed: 2, from, to: from + 300 }).counts).toEqual(counts);
});
