import { describe, expect, test } from "vitest";
import { firstActionAtUs } from "./run.ts";
import { firstVisit } from "./scenario.ts";
import { replay } from "./seek.ts";
import { World } from "./world.ts";

describe("a world without all of its parts", () => {
  test("is the same world until somebody does something", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const run = firstVisit(seed);
      const atUs = firstActionAtUs(run)! - 1;
      const kernel = new World(run, {}, null);
      kernel.runUntil(atUs);
      expect(kernel.traceHash(), `seed ${seed}`).toBe(replay(run, atUs).traceHash());
      expect(kernel.processes.some(({ broker }) => broker!.raft!.role === "leader")).toBe(true);
      expect(kernel.clients).toEqual([]);
    }
  });

  test("does not pretend to do what it cannot", () => {
    const run = firstVisit(1);
    const kernel = new World(run, {}, null);
    kernel.runUntil(firstActionAtUs(run)! - 1);
    expect(() => kernel.act({ kind: "powerCut" })).toThrow("a world without all of its parts");
    expect(() => kernel.runUntil(2_000_000)).toThrow("a world without all of its parts");
  });
});
