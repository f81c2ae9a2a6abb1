import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import { expect, test } from "vitest";
import { TIMING_USUAL, timingVerdict } from "./timing.ts";

test("what is usual is what the simulation takes by default", () => {
  expect(DEFAULT_RUN_OPTIONS).toMatchObject(TIMING_USUAL);
});

test("the verdict compares a round trip with its write to the shortest election timeout", () => {
  expect(timingVerdict({ ...TIMING_USUAL, latencyMaxUs: 30_000 })).toEqual({
    tone: "ok",
    text: "Fits: broadcast time 84 ms, election timeout 1000 ms at the least.",
  });
  expect(timingVerdict(TIMING_USUAL).tone).toBe("warn");
  expect(timingVerdict({ ...TIMING_USUAL, latencyMaxUs: 488_000 })).toEqual({
    tone: "bad",
    text: "No leader lasts: broadcast time 1000 ms, election timeout 1000 ms at the least.",
  });
});

test("heartbeats that come after the timeout keep no leader", () => {
  const late = { ...TIMING_USUAL, electionTicks: 3, heartbeatTicks: 2, latencyMaxUs: 100_000 };
  expect(timingVerdict(late).tone).toBe("bad");
  expect(timingVerdict(late).text).toContain("a heartbeat comes after up to 300 ms");
});
