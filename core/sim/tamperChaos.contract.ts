import { expect, test } from "vitest";
import type { ReplicationMode } from "../metadata/command.ts";
import { surveyed } from "./brokerChaos.contract.ts";
import type { Counted } from "./brokerSurvey.ts";
import { tamperChaos } from "./tamperChaos.ts";

/** Few enough that a failing test tells about where to look. */
const RUNS_PER_TEST = 30;

/** Each must have happened more often in ten runs, or the chaos has proved too little. */
const ENOUGH: readonly (readonly [Counted, number])[] = [
  ["acknowledgedAll", 400],
  ["acknowledgedLeader", 200],
  ["givenUp", 20],
  ["read", 1_500],
  ["committed", 40],
  ["leaderships", 50],
];
const ENOUGH_ACTIONS: readonly (readonly [string, number])[] = [
  ["pause", 20],
  ["resume", 20],
  ["skewClock", 20],
  ["holdStage", 40],
  ["setLink", 60],
  ["setNetwork", 10],
  ["dropMessage", 30],
  ["holdMessage", 60],
  ["releaseMessage", 60],
  ["duplicateMessage", 60],
  ["delayMessage", 60],
  ["addNode", 1],
];

/**
 * What clients were told holds also when processes stand still, clocks are wrong, and messages are
 * lost, late, twice and out of order; and in the end everything comes right. Each file takes a share
 * of the seeds.
 */
export function standTampering(
  modes: readonly ReplicationMode[],
  firstSeed: number,
  runCount: number,
): void {
  for (let first = firstSeed; first < firstSeed + runCount; first += RUNS_PER_TEST) {
    const name = `${modes.join(" and ")}, seeds ${first} to ${first + RUNS_PER_TEST - 1}: all promises are kept`;
    test(name, { timeout: 240_000 }, () => {
      const actions = new Map<string, number>();
      const counted: typeof tamperChaos = (...asked) => {
        const world = tamperChaos(...asked);
        for (const { kind } of world.run.actions) actions.set(kind, (actions.get(kind) ?? 0) + 1);
        return world;
      };
      surveyed(first, RUNS_PER_TEST, modes, ENOUGH, counted);
      for (const [kind, perTenRuns] of ENOUGH_ACTIONS) {
        expect(actions.get(kind), kind).toBeGreaterThan((perTenRuns * RUNS_PER_TEST) / 10);
      }
    });
  }
}
