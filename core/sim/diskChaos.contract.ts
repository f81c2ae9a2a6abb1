import { expect, test } from "vitest";
import { diskSurvey } from "./diskSurvey.ts";
import type { Counted } from "./diskSurvey.ts";

const CHAOS_US = 18_000_000;
const HEAL_US = 12_000_000;
/** Few enough that a failing test tells about where to look. */
const RUNS_PER_TEST = 250;

/** Each must have happened more often in ten runs, or the chaos has proved too little. */
const ENOUGH: readonly (readonly [Counted, number])[] = [
  ["acknowledged", 20],
  ["restarts", 30],
  ["logsTruncated", 0.4],
  ["tornTailsCut", 8],
  ["writesTorn", 5],
  ["syncsFailed", 5],
  ["bitsFlipped", 2],
  ["damagesFound", 2],
  ["repairsFinished", 2],
  ["snapshotsTaken", 40],
  ["snapshotsInstalled", 5],
  ["segmentsRemoved", 8],
  ["disksFull", 3],
  ["refusedForSpace", 4],
];

/** The rules hold whatever disks do to a correct system. Each file takes a share of the seeds. */
export function surviveDiskChaos(firstSeed: number, runCount: number): void {
  for (let first = firstSeed; first < firstSeed + runCount; first += RUNS_PER_TEST) {
    const name = `seeds ${first} to ${first + RUNS_PER_TEST - 1}: no rule is broken, no promise either`;
    test(name, { timeout: 240_000 }, () => {
      const before = process.cpuUsage();
      const { simulatedUs, failures, unhealed, counts } = diskSurvey(
        first,
        RUNS_PER_TEST,
        CHAOS_US,
        HEAL_US,
      );
      const { user, system } = process.cpuUsage(before);
      const rate = Math.round(simulatedUs / (user + system));
      console.log(
        `seeds from ${first}: ${rate} simulated seconds per CPU second, ${unhealed.length} ` +
          `unhealed ${JSON.stringify(unhealed.slice(0, 3))}, ${JSON.stringify(counts)}`,
      );
      expect(failures).toEqual([]);
      expect(unhealed.length).toBeLessThan(0.02 * RUNS_PER_TEST);
      for (const [counted, perTenRuns] of ENOUGH) {
        expect(counts[counted], counted).toBeGreaterThan((perTenRuns * RUNS_PER_TEST) / 10);
      }
    });
  }
}
