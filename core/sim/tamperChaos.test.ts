import { expect, test } from "vitest";
import { replay } from "./seek.ts";
import { tamperChaos } from "./tamperChaos.ts";

const TIMES = { chaosUs: 5_000_000, calmUs: 2_000_000, endUs: 2_000_000 };

test("what was tampered with live is a run like any other: it repeats to the same trace", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const live = tamperChaos(seed, ["isr", "raft"], TIMES, () => {}, { keepRecent: false });
    const run = structuredClone(live.run);
    const again = replay(run, live.nowUs, { onEvent: () => {} });
    expect(again.traceHash(), `seed ${seed}`).toBe(live.traceHash());
    expect(again.history.acknowledged).toEqual(live.history.acknowledged);
    expect(live.run.actions.some(({ kind }) => kind === "holdMessage")).toBe(true);
  }
});
