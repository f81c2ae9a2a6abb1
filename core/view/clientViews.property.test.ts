import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ClientViews } from "./groupViews.ts";
import type { WorldSource } from "./source.ts";

type Client = WorldSource["clients"][number];

const few = fc.nat({ max: 1 });
const topic = fc.constantFrom("orders", "payments");
const producer: fc.Arbitrary<Client> = fc.record({
  kind: fc.constant("producer"),
  client: fc.constant(2),
  topic,
  state: fc.constantFrom("running", "stopping", "failed"),
  producerId: few,
  producerEpoch: fc.constant(0),
  queuedCount: few,
  acknowledgedCount: few,
  failedCount: few,
  retryCount: few,
});
const consumer: fc.Arbitrary<Client> = fc.record({
  kind: fc.constant("consumer"),
  client: fc.constant(2),
  topic,
  group: fc.constantFrom(null, "readers", "others"),
  state: fc.constantFrom("joining", "stable"),
  memberId: fc.constant("m"),
  generation: few,
  assigned: fc.array(fc.record({ partition: few, position: few }), { maxLength: 2 }),
  readCount: few,
});

/** One that mostly differs from the first in one thing alone. */
const twoMoments = fc.oneof(producer, consumer).chain((one) =>
  fc
    .tuple(one.kind === "producer" ? producer : consumer, fc.nat(), fc.oneof(producer, consumer))
    .map(([alike, at, other]): Client[] => {
      const keys = Object.keys(one) as (keyof Client)[];
      const key = keys[at % keys.length]!;
      return [one, { ...one, [key]: alike[key] }, other];
    }),
);

test("a client that was seen before looks as it does to somebody who has not", () => {
  const property = fc.property(fc.array(twoMoments, { minLength: 1, maxLength: 4 }), (moments) => {
    const known = new ClientViews();
    for (const client of moments.flat()) {
      expect(known.of([client])).toEqual(new ClientViews().of([client]));
    }
  });
  fc.assert(property, { numRuns: 1_000 });
});
