import * as fc from "fast-check";
import { expect, test } from "vitest";
import { offset } from "../../base/ids.ts";
import type { BatchProbe } from "./brokerProbe.ts";
import { heldBatch, StubCluster } from "./testing/stubCluster.ts";

/** What happens to the log of one of the three brokers. */
const change = fc.record({
  broker: fc.nat({ max: 2 }),
  cutTo: fc.option(fc.nat({ max: 6 }), { nil: 99, freq: 4 }),
  appends: fc.array(fc.nat({ max: 1 }), { maxLength: 3 }),
  /** So much of what is there is below the high watermark now, if that is more. */
  share: fc.integer({ min: 0, max: 10 }),
  restarts: fc.boolean(),
});

/** Compares everything with everything that was ever below a high watermark. */
class Dumb {
  readonly #seen = new Map<number, Uint8Array>();

  agrees(batches: readonly BatchProbe[], highWatermark: number): boolean {
    return batches.slice(0, highWatermark).every(({ bytes }, at) => {
      const seen = this.#seen.get(at);
      if (seen === undefined) this.#seen.set(at, bytes!);
      return seen === undefined || Buffer.compare(seen, bytes!) === 0;
    });
  }
}

test("what was below a high watermark is compared as if all of it were, after each step", () => {
  let brokenCount = 0;
  let heldCount = 0;
  const property = fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
    const cluster = new StubCluster();
    const dumb = new Dumb();
    // A leader would break other rules as well.
    cluster.begin({ isr: [1], leader: 0 });
    for (const { broker: which, cutTo, appends, share, restarts } of changes) {
      const broker = cluster.all[which]!;
      const { log } = broker;
      const batches = log.batches.slice(0, cutTo);
      for (const value of appends) batches.push(heldBatch(batches.length, [value, 1]));
      const kept = Math.min(log.highWatermark, batches.length);
      log.batches = batches;
      log.highWatermark = offset(Math.max(kept, Math.floor((batches.length * share) / 10)));
      if (restarts) cluster.rules.ended(broker.id);
      const agrees = dumb.agrees(batches, log.highWatermark);
      const text = restarts ? cluster.start(broker) : cluster.step(broker);
      expect(text === null).toBe(agrees);
      if (agrees) heldCount++;
      else brokenCount++;
      if (!agrees) return;
    }
  });
  fc.assert(property, { numRuns: 500 });
  expect(brokenCount).toBeGreaterThan(100);
  expect(heldCount).toBeGreaterThan(1_000);
});
