import { expect, test } from "vitest";
import { brokerChaos } from "./brokerChaos.ts";
import { replay } from "./seek.ts";

const TIMES = { chaosUs: 5_000_000, calmUs: 2_000_000, endUs: 2_000_000 };

test("what chaos did live is a run like any other: it repeats to the same trace and history", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const live = brokerChaos(seed, ["isr", "raft"], TIMES, () => {}, { keepRecent: false });
    const again = replay(live.run, live.nowUs, { onEvent: () => {} });
    expect(again.traceHash(), `seed ${seed}`).toBe(live.traceHash());
    expect(again.history.acknowledged).toEqual(live.history.acknowledged);
    expect(again.history.reads).toEqual(live.history.reads);
    expect(again.clients).toEqual(live.clients);
    expect(live.history.acknowledged.length).toBeGreaterThan(5);
  }
});
