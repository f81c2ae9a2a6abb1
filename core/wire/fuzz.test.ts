import { expect, test } from "vitest";
import { fuzzWire } from "./testing/fuzz.ts";

/** `npm run fuzz` does a million. */
test("no mutation of a frame or a batch makes a reader throw", () => {
  const counts = fuzzWire({ seed: 1, from: 0, to: 200_000 });
  expect(counts.frames + counts.batches).toBe(200_000);
  // Enough of every kind, or something is refused before it is looked at.
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(1_000);
});

test("the parts of a run are the run", () => {
  const whole = fuzzWire({ seed: 7, from: 0, to: 1_000 });
  const first = fuzzWire({ seed: 7, from: 0, to: 400 });
  const rest = fuzzWire({ seed: 7, from: 400, to: 1_000 });
  expect(first.malformed + rest.malformed).toBe(whole.malformed);
  expect(first["still read"] + rest["still read"]).toBe(whole["still read"]);
});
