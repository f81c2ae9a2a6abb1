import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Mercy } from "../../wal/testing/plainDisk.ts";
import { ReplicasUnderTest } from "./testing/replicasUnderTest.ts";

const KEEPS_ALL: Mercy = { keepsSector: () => true, keepsName: () => true };
const MERCIES: readonly Mercy[] = [
  { keepsSector: () => false, keepsName: () => false },
  { keepsSector: () => false, keepsName: () => true },
  { keepsSector: () => true, keepsName: () => false },
  KEEPS_ALL,
  { keepsSector: (_, sector) => sector % 2 === 0, keepsName: (change) => change % 2 === 0 },
  { keepsSector: (_, sector) => sector % 2 === 1, keepsName: (change) => change % 2 === 1 },
];

const anyMercy = fc.oneof(
  fc.constantFrom(...MERCIES),
  fc.integer().map((seed): Mercy => {
    const draw = (at: number) =>
      (Math.imul(seed ^ Math.imul(at + 1, 0x9e37_79b1), 0x85eb_ca6b) >>> 13) % 2 === 0;
    return { keepsSector: (file, sector) => draw(sector * 31 + file.length), keepsName: draw };
  }),
);
const anyPartition = fc.nat(1);
const anyShare = fc.constantFrom(0, 0.3, 0.5, 0.8, 1);

const anyAction = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      kind: fc.constant("append" as const),
      partition: anyPartition,
      records: fc.integer({ min: 1, max: 3 }),
      size: fc.constantFrom(1, 40, 600),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("commit" as const),
      partition: anyPartition,
      share: anyShare,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("truncate" as const),
      partition: anyPartition,
      share: anyShare,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("replace" as const),
      partition: anyPartition,
      keepsId: fc.boolean(),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ kind: "tick" as const }) },
  {
    weight: 14,
    arbitrary: fc.record({ kind: fc.constant("issue" as const), order: fc.nat(2) }),
  },
  { weight: 14, arbitrary: fc.constant({ kind: "complete" as const }) },
  { weight: 4, arbitrary: fc.constant({ kind: "settle" as const }) },
  { weight: 3, arbitrary: fc.constant({ kind: "release" as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: "readAll" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("room" as const), bytes: fc.nat(900) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "moreRoom" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("crash" as const), mercy: anyMercy }),
  },
);

type Action = typeof anyAction extends fc.Arbitrary<infer T> ? T : never;

function act(node: ReplicasUnderTest, action: Action): void {
  switch (action.kind) {
    case "append":
      return node.append(action.partition, action.records, action.size);
    case "commit":
      return node.commit(action.partition, action.share);
    case "truncate":
      return node.truncate(action.partition, action.share);
    case "replace":
      return node.replace(action.partition, action.keepsId);
    case "tick":
      return node.tick();
    case "issue":
      node.issue(action.order);
      return;
    case "complete":
      node.complete();
      return;
    case "settle":
      node.settle();
      return;
    case "release":
      return node.release();
    case "readAll":
      return node.readAll();
    case "room":
      node.disk.roomBytes = node.disk.usedBytes + action.bytes;
      return;
    case "moreRoom":
      node.disk.roomBytes = Number.POSITIVE_INFINITY;
      return;
    case "crash":
      return node.crash(action.mercy);
  }
}

test("over any crashes replicas are what the last durable record made of them", () => {
  const seen = { crashes: 0, flushed: 0, cut: 0, files: 0, walRemoved: 0, read: 0, full: 0 };
  fc.assert(
    fc.property(
      fc.array(anyAction, { maxLength: 160, size: "max" }),
      fc.constantFrom(300, 900, 100_000),
      fc.constantFrom(1, 500),
      fc.constantFrom(0, 400),
      (actions, segmentBytesMax, partitionFlushBytes, partitionMemoryBytes) => {
        const node = new ReplicasUnderTest({
          segmentBytesMax,
          partitionFlushBytes,
          partitionMemoryBytes,
        });
        for (const action of actions) act(node, action);
        node.disk.roomBytes = Number.POSITIVE_INFINITY;
        node.crash(KEEPS_ALL);
        for (const partition of [0, 1]) node.append(partition, 1, 10);
        node.settle();
        for (const partition of [0, 1]) node.commit(partition, 1);
        for (let ticks = 0; ticks < 3; ticks++) {
          node.tick();
          node.settle();
        }
        if (partitionFlushBytes === 1) {
          for (const partition of [0, 1]) {
            const log = node.log(partition);
            expect(log.flushedEndOffset).toBe(log.logEndOffset);
            expect(log.neededSequence).toBe(Number.POSITIVE_INFINITY);
          }
        }
        node.readAll();
        node.crash(MERCIES[0]!);
        for (const what of Object.keys(seen) as (keyof typeof seen)[]) {
          seen[what] += node.counts[what];
        }
      },
    ),
    { numRuns: 300 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
});

describe("a loss of power at any operation", () => {
  const SIZES = { segmentBytesMax: 900, partitionFlushBytes: 200, partitionMemoryBytes: 0 };

  /** Flushes, truncations of what was flushed, a deletion; stops in front of operation `stop`. */
  function run(node: ReplicasUnderTest, stop: number): number {
    let operations = 0;
    for (let step = 0; step < 28; step++) {
      node.append(step % 2, 1 + (step % 3), step % 4 === 3 ? 700 : 60);
      if (step % 11 === 10) node.truncate(step % 2, 0.6);
      if (step % 9 === 8) node.replace(step % 2, step % 18 === 8);
      if (step % 3 === 2) node.commit(0, 1);
      if (step % 5 === 4) node.commit(1, 0.8);
      node.tick();
      operations += node.settle(stop - operations, step % 3);
      if (operations >= stop) return operations;
    }
    return operations;
  }

  const whole = new ReplicasUnderTest(SIZES);
  const operationCount = run(whole, Number.POSITIVE_INFINITY);

  test("the run has all that can be interrupted", () => {
    expect(operationCount).toBeGreaterThan(80);
    expect(whole.counts.flushed).toBeGreaterThan(12);
    expect(whole.counts.files).toBeGreaterThan(5);
    expect(whole.counts.walRemoved).toBeGreaterThan(5);
  });

  test.each(MERCIES.map((mercy, at) => ({ at, mercy })))(
    "and again at any of recovery's own, mercy $at",
    ({ mercy }) => {
      for (let stop = 0; stop <= operationCount; stop++) {
        for (const isUnderWay of [false, true]) {
          const node = new ReplicasUnderTest(SIZES);
          run(node, stop);
          node.tick();
          if (isUnderWay) node.issue(1);
          node.crash(mercy);
          // Each time it comes one operation further before the next crash.
          for (let more = 1; more <= 4; more++) {
            node.append(0, 1, 60);
            node.commit(0, 1);
            node.tick();
            node.release();
            for (let at = 0; at < more; at++) {
              if (node.issue(1) !== null && at < more - 1) node.complete();
            }
            node.crash(mercy);
          }
        }
      }
    },
  );
});
