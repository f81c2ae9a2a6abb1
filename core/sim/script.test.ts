import { describe, expect, test } from "vitest";
import type { Action, Run } from "./run.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { Script } from "./script.ts";

const kill = (atUs: number, node: number): Action => ({ atUs, kind: "kill", node });
const run = (...actions: readonly Action[]): Run => ({
  seed: 1,
  options: DEFAULT_RUN_OPTIONS,
  actions,
});

describe("Script", () => {
  test("gives each action once, in order, when its time has come", () => {
    const script = new Script(run(kill(5, 1), kill(5, 2), kill(9, 3)));
    expect(script.nextAtUs).toBe(5);
    expect(script.take(4)).toBeNull();
    expect(script.take(5)).toEqual(kill(5, 1));
    expect(script.take(5)).toEqual(kill(5, 2));
    expect(script.take(5)).toBeNull();
    expect(script.nextAtUs).toBe(9);
    expect(script.take(20)).toEqual(kill(9, 3));
    expect(script.nextAtUs).toBe(Infinity);
  });

  test("an action put in is the next, and what was still to come is dropped", () => {
    const script = new Script(run(kill(5, 1), kill(9, 3)));
    script.take(5);
    script.insert(kill(7, 2));
    expect(script.run.actions).toEqual([kill(5, 1), kill(7, 2)]);
    expect(script.take(7)).toEqual(kill(7, 2));
    expect(script.take(9)).toBeNull();
  });

  test("refuses actions that go back in time", () => {
    expect(() => new Script(run(kill(5, 1), kill(4, 2)))).toThrow("order of time");
    expect(() => new Script(run(kill(0.5, 1)))).toThrow("order of time");
  });
});
