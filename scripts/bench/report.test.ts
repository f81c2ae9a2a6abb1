import { expect, test } from "vitest";
import type { Sample } from "./measure.ts";
import { resultOf, spreadOf, tableOf } from "./report.ts";
import { differingCounter } from "./suite.ts";
import type { Suite, Workload } from "./suite.ts";

const workload: Workload = {
  name: "hops",
  what: "hops on one leg",
  unit: "hops",
  units: 1_000,
  expected: { hops: 1_000 },
  prepare: () => () => ({ hops: 1_000 }),
};

const suite: Suite = {
  name: "frog",
  what: "a frog",
  workloads: [workload],
  referenceMachine: "a pond",
  references: [{ name: "toad", perCpuSecond: { hops: 4_000 } }],
};

const sample = (warmCpuUs: number): Sample => ({
  first: { cpuUs: 2_000_000, wallUs: 4_000_000 },
  warm: { cpuUs: warmCpuUs, wallUs: 1_000_000 },
  peakRssBytes: 50 * 1_048_576,
});

test("a counter that differs is named", () => {
  expect(differingCounter({ readys: 6, messages: 8 }, { readys: 6, messages: 8 })).toBeNull();
  expect(differingCounter({ readys: 6, messages: 8 }, { readys: 6, messages: 7 })).toBe(
    "counted 7 messages instead of 8",
  );
  expect(differingCounter({ readys: 6 }, {})).toBe("counted undefined readys instead of 6");
});

test("a spread is the median and the percentiles around it", () => {
  expect(spreadOf([9, 1, 5, 3, 7, 2, 8, 4, 6, 10, 0])).toEqual({ p10: 1, median: 5, p90: 9 });
  expect(spreadOf([3])).toEqual({ p10: 3, median: 3, p90: 3 });
});

test("rates are units a second, of the warm run and of the first", () => {
  const result = resultOf(suite, workload, [sample(500_000), sample(250_000), sample(125_000)]);
  expect(result.perCpuSecond.median).toBe(4_000);
  expect(result.perWallSecond.median).toBe(1_000);
  expect(result.firstRunPerCpuSecond.median).toBe(500);
  expect(result.firstRunPerWallSecond.median).toBe(250);
  expect(result.references).toEqual({ toad: 4_000 });
  expect(result.counters).toEqual({ hops: 1_000 });
});

test("the table sets their figures beside ours", () => {
  const result = resultOf(suite, workload, [sample(500_000)]);
  expect(tableOf(suite, [result])).toBe(
    [
      "            a CPU-second  10–90 %  a second  first run  peak MiB           toad",
      "hops  hops         2,000   0 +0 %     1,000        500        50  4,000 (0.50x)",
    ].join("\n"),
  );
});
