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
      const counts = surveyed(first, RUNS_PER_TEST, modes, ENOUGH);
      // In mode "isr" a leader's word alone is not always good (acks=1).
      if (modes.includes("isr")) expect(counts.lostLeader).toBeGreaterThan(0);
    });
  }
}

/** Plays these runs. None fails, and in ten runs each thing happens more often than it says. */
export function surveyed(
  first: number,
  runCount: number,
  modes: readonly ReplicationMode[],
  enough: readonly (readonly [Counted, number])[],
  chaos?: Parameters<typeof brokerSurvey>[3],
): Readonly<Record<Counted, number>> {
  const before = process.cpuUsage();
  const { simulatedUs, failures, counts } = brokerSurvey(first, runCount, modes, chaos);
  const { user, system } = process.cpuUsage(before);
  const rate = Math.round(simulatedUs / (user + system));
  console.log(
    `seeds from ${first}: ${rate} simulated seconds per CPU second, ${JSON.stringify(counts)}`,
  );
  expect(failures).toEqual([]);
  for (const [what, perTenRuns] of enough) {
    expect(counts[what], what).toBeGreaterThan((perTenRuns * runCount) / 10);
  }
  return counts;
}
