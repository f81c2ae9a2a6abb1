import { expect, test } from "vitest";
import type { ReplicationMode } from "../metadata/command.ts";
import { brokerSurvey } from "./brokerSurvey.ts";
import type { Counted } from "./brokerSurvey.ts";

/** Few enough that a failing test tells about where to look. */
const RUNS_PER_TEST = 50;

/** Each must have happened more often in ten runs, or the chaos has proved too little. */
const ENOUGH: readonly (readonly [Counted, number])[] = [
  ["acknowledgedAll", 500],
  ["acknowledgedLeader", 200],
  ["givenUp", 20],
  ["duplicates", 1],
  ["read", 2_000],
  ["committed", 50],
  ["rebalances", 8],
  ["leaderships", 50],
];

/** What clients were told holds, whatever goes wrong. Each file takes a share of the seeds. */
export function keepPromises(
  modes: readonly ReplicationMode[],
  firstSeed: number,
  runCount: number,
): void {
  for (let first = firstSeed; first < firstSeed + runCount; first += RUNS_PER_TEST) {
    const name = `${modes.join(" and ")}, seeds ${first} to ${first + RUNS_PER_TEST - 1}: all promises are kept`;
    test(name, { timeout: 240_000 }, () => {
      const before = process.cpuUsage();
      const { simulatedUs, failures, counts } = brokerSurvey(first, RUNS_PER_TEST, modes);
      const { user, system } = process.cpuUsage(before);
      const rate = Math.round(simulatedUs / (user + system));
      console.log(
        `seeds from ${first}: ${rate} simulated seconds per CPU second, ${JSON.stringify(counts)}`,
      );
      expect(failures).toEqual([]);
      for (const [counted, perTenRuns] of ENOUGH) {
        expect(counts[counted], counted).toBeGreaterThan((perTenRuns * RUNS_PER_TEST) / 10);
      }
      // In mode "isr" a leader's word alone is not always good (acks=1).
      if (modes.includes("isr")) expect(counts.lostLeader).toBeGreaterThan(0);
    });
  }
}
