import { expect, test } from "vitest";
import { survey } from "./survey.ts";

const DURATION_US = 60_000_000;
/** Few enough that a failing test tells about where to look. */
const RUNS_PER_TEST = 100;

/** The rules hold under chaos, on these seeds. Each file takes a share, so that all cores work. */
export function surviveChaos(firstSeed: number, runCount: number): void {
  for (let first = firstSeed; first < firstSeed + runCount; first += RUNS_PER_TEST) {
    const name = `seeds ${first} to ${first + RUNS_PER_TEST - 1}: no rule is broken in 60 s each`;
    test(name, { timeout: 240_000 }, () => {
      const before = process.cpuUsage();
      const result = survey(first, RUNS_PER_TEST, DURATION_US);
      const { user, system } = process.cpuUsage(before);
      const rate = Math.round(result.simulatedUs / (user + system));
      console.log(
        `seeds from ${first}: ${rate} simulated seconds per CPU second, ` +
          `${result.acknowledgedCount} acknowledged, ${result.restartCount} restarts`,
      );
      expect(result.failures).toEqual([]);
      // Chaos that moves nothing would prove nothing.
      expect(result.runsWithLeaderChange).toBeGreaterThan(0.9 * RUNS_PER_TEST);
      expect(result.acknowledgedCount).toBeGreaterThan(3 * RUNS_PER_TEST);
      expect(result.restartCount).toBeGreaterThan(3 * RUNS_PER_TEST);
    });
  }
}
