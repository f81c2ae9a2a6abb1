import { describe, expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import type { Action, Run } from "./run.ts";
import { createWorld } from "./createWorld.ts";

const RUNS = 100;
const DURATION_US = 20_000_000;
const POWER_CUT_EVERY_US = 5_000_000;
const DARK_US = 100_000;

/** Chaos in which all nodes lose their power now and then, with disks at these nodes that lie. */
function withPowerCuts(seed: number, liars: readonly number[]): Run {
  const run = chaos(seed, DURATION_US);
  const actions: Action[] = liars.map((node) => ({
    atUs: 0,
    kind: "diskFault",
    node,
    fault: "lyingSync",
    on: true,
  }));
  actions.push(...run.actions);
  for (let atUs = POWER_CUT_EVERY_US; atUs < DURATION_US; atUs += POWER_CUT_EVERY_US) {
    actions.push({ atUs, kind: "powerCut" }, { atUs: atUs + DARK_US, kind: "powerOn" });
  }
  return { ...run, actions: actions.toSorted((a, b) => a.atUs - b.atUs) };
}

/** How many of the runs broke which rule. */
function brokenRules(liars: readonly number[]): Record<string, number> {
  const broken: Record<string, number> = {};
  for (let seed = 1; seed <= RUNS; seed++) {
    const world = createWorld(withPowerCuts(seed, liars), { keepRecent: false });
    world.runUntil(DURATION_US);
    const { violation } = world;
    if (violation !== null) broken[violation.rule] = (broken[violation.rule] ?? 0) + 1;
  }
  return broken;
}

describe("a sync that lies", () => {
  test("on a majority of the disks breaks what was promised, and the checkers see it", () => {
    const broken = brokenRules([1, 2]);
    console.log(`of ${RUNS} runs with two lying disks: ${JSON.stringify(broken)}`);
    const count = Object.values(broken).reduce((sum, each) => sum + each, 0);
    expect(count).toBeGreaterThan(RUNS / 2);
    expect(broken["Acknowledged records are kept"]).toBeGreaterThan(0);
    expect(broken["Terms and votes are kept"]).toBeGreaterThan(0);
  });

  test("is what does it: the same power cuts on honest disks break nothing", () => {
    expect(brokenRules([])).toEqual({});
  });
});
