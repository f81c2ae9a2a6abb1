import { expect, test } from "vitest";
import { threeBrokers } from "./scenario.ts";
import type { Run } from "./run.ts";
import { createWorld } from "./createWorld.ts";

/**
 * A broker whose session has ended may not be let back into an ISR before the controller has heard
 * from it, or the controller throws it out again (KIP-903). Seed 1042 once showed it.
 */
test("a restarted broker joins each ISR once", () => {
  for (let seed = 1; seed <= 40; seed++) {
    const node = 1 + (seed % 3);
    const scenario = threeBrokers(seed);
    const run: Run = {
      ...scenario,
      actions: [
        ...scenario.actions,
        { atUs: 5_000_000, kind: "kill", node },
        { atUs: 9_000_000, kind: "restart", node },
      ],
    };
    const witness = (node % 3) + 1;
    const changes = new Map<string, string[]>();
    const world = createWorld(run, {
      onEvent: ({ node: at, event }) => {
        if (at !== witness || event.kind !== "isrChanged") return;
        const { topic, partition, to } = event;
        const key = `${topic}-${partition}`;
        changes.set(key, [...(changes.get(key) ?? []), to.join()]);
      },
    });
    world.runUntil(14_000_000);
    for (const [key, isrs] of changes) {
      // Made, left and joined; or only made, where a split vote let it return before its session
      // with the new controller had ended.
      expect([1, 3], `seed ${seed}, ${key}: ${isrs.join(" then ")}`).toContain(isrs.length);
    }
    expect(changes.size).toBe(3);
  }
});
