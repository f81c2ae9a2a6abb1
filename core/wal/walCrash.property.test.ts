import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anyRecordStep } from "./testing/anyLog.ts";
import type { AnyStep } from "./testing/anyLog.ts";
import { LogUnderTest } from "./testing/logUnderTest.ts";
import type { Mercy } from "./testing/plainDisk.ts";

const KEEPS_ALL: Mercy = { keepsSector: () => true, keepsName: () => true };
const KEEPS_NOTHING: Mercy = { keepsSector: () => false, keepsName: () => false };
const MERCIES: readonly Mercy[] = [
  KEEPS_NOTHING,
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

const anyAction = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant("append" as const), record: anyRecordStep }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "requestSync" as const }) },
  { weight: 8, arbitrary: fc.constant({ kind: "issue" as const }) },
  { weight: 8, arbitrary: fc.constant({ kind: "complete" as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: "settle" as const }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("release" as const),
      share: fc.constantFrom(0.2, 0.5, 0.9, 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("room" as const), bytes: fc.nat(400) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "retry" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("crash" as const), mercy: anyMercy }),
  },
);

type Action = typeof anyAction extends fc.Arbitrary<infer T> ? T : never;

function act(log: LogUnderTest, action: Action): void {
  switch (action.kind) {
    case "append":
      return log.append(action.record);
    case "requestSync":
      return log.writer.requestSync();
    case "issue":
      log.issue();
      return;
    case "complete":
      return log.complete();
    case "settle":
      log.settle();
      return;
    case "release":
      return log.release(action.share);
    case "room":
      log.disk.roomBytes = log.disk.usedBytes + action.bytes;
      return;
    case "retry":
      log.disk.roomBytes = Number.POSITIVE_INFINITY;
      return log.writer.retry();
    case "crash":
      return log.crash(action.mercy);
  }
}

test("over any crashes: a prefix of what was appended, with all that was called durable", () => {
  const seen = { crashes: 0, cuts: 0, full: 0, removed: 0 };
  fc.assert(
    fc.property(
      fc.array(anyAction, { maxLength: 120, size: "max" }),
      fc.constantFrom(1, 150, 700, 100_000),
      (actions, segmentBytesMax) => {
        const log = new LogUnderTest(segmentBytesMax);
        for (const action of actions) act(log, action);
        log.disk.roomBytes = Number.POSITIVE_INFINITY;
        log.crash(KEEPS_ALL);
        log.append({ kind: "hardState", group: 0, terms: 1, vote: 1, commits: 1 });
        log.writer.requestSync();
        log.settle();
        expect(log.writer.durableSequence).toBe(log.writer.lastSequence);
        log.crash(KEEPS_NOTHING);
        for (const what of ["crashes", "cuts", "full", "removed"] as const) {
          seen[what] += log.counts[what];
        }
      },
    ),
    { numRuns: 300 },
  );
  for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(50);
});

describe("a crash at any operation", () => {
  const record = (n: number): AnyStep => {
    const data = new Uint8Array(30 + 40 * (n % 5)).fill(n);
    const kind = "entry";
    if (n % 4 === 1) return { kind: "hardState", group: n % 2, terms: 1, vote: 1, commits: 1 };
    if (n % 9 === 2) return { kind: "snapshot", group: 0, ahead: 3, installed: true };
    return { kind, group: n % 2, back: 0, entryType: "EntryNormal", context: null, data };
  };

  /** Segments that begin and go, synced and unsynced writes; stops in front of operation `stop`. */
  function run(log: LogUnderTest, stop: number): number {
    let operations = 0;
    for (let n = 0; n < 36; n++) {
      log.append(record(n));
      if (n % 3 === 2) log.writer.requestSync();
      if (n % 7 === 6) log.release(0.7);
      if (n % 2 === 0) continue;
      operations += log.settle(stop - operations);
      if (operations === stop) return operations;
    }
    return operations;
  }

  const operationCount = run(new LogUnderTest(400), Number.POSITIVE_INFINITY);

  test.each(MERCIES.map((mercy, at) => ({ at, mercy })))(
    "and again at any of recovery's own, mercy $at",
    ({ mercy }) => {
      expect(operationCount).toBeGreaterThan(50);
      for (let stop = 0; stop <= operationCount; stop++) {
        for (const isUnderWay of [false, true]) {
          const log = new LogUnderTest(400);
          run(log, stop);
          if (isUnderWay) log.issue();
          log.crash(mercy);
          // Each time it comes one operation further before the next crash.
          for (let more = 1; more <= 4; more++) {
            log.append(record(more));
            log.writer.requestSync();
            for (let at = 0; at < more; at++) {
              if (log.issue() !== null && at < more - 1) log.complete();
            }
            log.crash(mercy);
          }
        }
      }
    },
  );
});

test("with the disk left alone, everything that a sync was asked for becomes durable", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { maxLength: 20 }),
      fc.constantFrom(1, 300, 100_000),
      (groups, segmentBytesMax) => {
        const log = new LogUnderTest(segmentBytesMax);
        let requested = 0;
        for (const size of groups) {
          for (let count = 0; count < size; count++) {
            log.append({ kind: "hardState", group: 0, terms: 1, vote: 1, commits: 1 });
          }
          log.writer.requestSync();
          requested = log.writer.lastSequence;
          log.issue();
        }
        log.complete();
        log.settle();
        expect(log.writer.durableSequence).toBe(requested);
        log.crash(KEEPS_NOTHING);
        expect(log.writer.lastSequence).toBe(requested);
      },
    ),
  );
});
