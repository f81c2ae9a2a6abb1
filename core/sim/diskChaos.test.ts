import { expect, test } from "vitest";
import { diskChaos } from "./diskChaos.ts";
import { replay } from "./seek.ts";

test("what chaos did live is a run like any other: it repeats to the same trace", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const live = diskChaos(seed, 10_000_000, 5_000_000, () => {}, { keepRecent: false });
    const again = replay(live.run, live.nowUs, { keepRecent: true });
    expect(again.traceHash(), `seed ${seed}`).toBe(live.traceHash());
    expect(live.run.actions.length).toBeGreaterThan(5);
  }
});

test("what is kept for pictures has no part in it", () => {
  const look = (): void => {};
  const bare = diskChaos(6, 10_000_000, 5_000_000, look, { keepRecent: false });
  const kept = diskChaos(6, 10_000_000, 5_000_000, look, { keepRecent: true });
  expect(kept.traceHash()).toBe(bare.traceHash());
});
