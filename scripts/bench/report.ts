import { quantile } from "d3-array";
import type { Sample } from "./measure.ts";
import type { Suite, Workload } from "./suite.ts";

/** The middle of many runs, and how far they lie apart. */
export interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

/** What the runs of one workload come to. Rates are units a second. */
export interface Result {
  readonly suite: string;
  readonly workload: string;
  readonly what: string;
  readonly unit: string;
  readonly units: number;
  readonly runs: number;
  /** Equal in every run, or there is no result. */
  readonly counters: Readonly<Record<string, number>>;
  readonly perCpuSecond: Spread;
  readonly perWallSecond: Spread;
  /** The same in a process that has done nothing yet, its code not optimized. */
  readonly firstRunPerCpuSecond: Spread;
  readonly firstRunPerWallSecond: Spread;
  readonly peakRssBytes: number;
  /** Per CPU-second, by implementation. */
  readonly references: Readonly<Record<string, number>>;
}

export function resultOf(suite: Suite, workload: Workload, samples: readonly Sample[]): Result {
  const rates = (usOf: (sample: Sample) => number): Spread => {
    return spreadOf(samples.map((sample) => (workload.units * 1_000_000) / usOf(sample)));
  };
  const references = suite.references.flatMap(({ name, perCpuSecond }) => {
    const rate = perCpuSecond[workload.name];
    return rate === undefined ? [] : [[name, rate] as const];
  });
  return {
    suite: suite.name,
    workload: workload.name,
    what: workload.what,
    unit: workload.unit,
    units: workload.units,
    runs: samples.length,
    counters: workload.expected,
    perCpuSecond: rates(({ warm }) => warm.cpuUs),
    perWallSecond: rates(({ warm }) => warm.wallUs),
    firstRunPerCpuSecond: rates(({ first }) => first.cpuUs),
    firstRunPerWallSecond: rates(({ first }) => first.wallUs),
    peakRssBytes: spreadOf(samples.map(({ peakRssBytes }) => peakRssBytes)).median,
    references: Object.fromEntries(references),
  };
}

export function spreadOf(values: readonly number[]): Spread {
  const at = (share: number): number => Math.round(quantile(values, share) ?? Number.NaN);
  return { p10: at(0.1), median: at(0.5), p90: at(0.9) };
}

/** The results of one suite as lines of text, the figures of others beside ours. */
export function tableOf(suite: Suite, results: readonly Result[]): string {
  const names = suite.references.map(({ name }) => name);
  const head = ["", "", "a CPU-second", "10–90 %", "a second", "first run", "peak MiB", ...names];
  const rows = results.map((result) => [
    result.workload,
    result.unit,
    count(result.perCpuSecond.median),
    distance(result.perCpuSecond),
    count(result.perWallSecond.median),
    count(result.firstRunPerCpuSecond.median),
    count(result.peakRssBytes / 1_048_576),
    ...names.map((name) => compared(result.perCpuSecond.median, result.references[name])),
  ]);
  const columns = head.map((title, i) => {
    const cells = [title, ...rows.map((row) => row[i] ?? "")];
    const width = Math.max(...cells.map((cell) => cell.length));
    // Names to the left, figures to the right.
    return cells.map((cell) => (i < 2 ? cell.padEnd(width) : cell.padStart(width)));
  });
  return [head, ...rows].map((_, i) => columns.map((cells) => cells[i]).join("  ")).join("\n");
}

/** "-13 +8 %": how far the 10th and the 90th percentile lie from the median. */
function distance({ p10, median, p90 }: Spread): string {
  const percent = (value: number): string => ((100 * value) / median - 100).toFixed(0);
  return `${percent(p10)} +${percent(p90)} %`;
}

/** "191,200 (0.73x)": their figure, and ours as a multiple of it. */
function compared(ours: number, theirs: number | undefined): string {
  return theirs === undefined ? "–" : `${count(theirs)} (${(ours / theirs).toFixed(2)}x)`;
}

const count = (value: number): string => Math.round(value).toLocaleString("en-US");
