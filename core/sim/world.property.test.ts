import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { DISK_FAULTS } from "./diskFaults.ts";
import type { ActionBody, Run } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import { segmentFileName } from "../wal/segmentHeader.ts";
import { createWorld } from "./createWorld.ts";

const END_US = 12_000_000;

const node = fc.integer({ min: 1, max: 3 });
const target = {
  node: fc.option(node),
  topic: fc.constant("orders"),
  partition: fc.integer({ min: 0, max: 2 }),
};

/** Any action, sensible or not. */
const body: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({ kind: fc.constantFrom("kill", "restart", "timeOut"), node }),
  fc.record({ kind: fc.constantFrom("failSync", "tear", "snapshot", "repair"), node }),
  fc.record({ kind: fc.constantFrom("powerCut", "powerOn") }),
  fc.record({
    kind: fc.constant("diskFault"),
    node,
    // After a lie there is nothing that a rule could hold to.
    fault: fc.constantFrom(...DISK_FAULTS.filter((fault) => fault !== "lyingSync")),
    on: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("flipBit"),
    node,
    file: fc.constantFrom(segmentFileName(1), "none"),
    byte: fc.nat(6_000),
    bit: fc.nat(8),
  }),
  fc.record({ kind: fc.constant("cut"), nodes: fc.uniqueArray(node, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant("heal"), nodes: fc.uniqueArray(node) }),
  fc.constant<ActionBody>({ kind: "heal" }),
  fc.record({
    kind: fc.constant("produce"),
    ...target,
    key: fc.string({ maxLength: 4 }),
    value: fc.string({ maxLength: 4 }),
    acks: fc.constantFrom(0, 1, -1),
  }),
  fc.record({ kind: fc.constant("consume"), ...target }),
);

/** Pauses between actions; none at all, too. */
const pauseUs = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 50_000 }),
  fc.integer({ min: 1, max: 2_000_000 }),
);
const script = fc.record({
  seed: fc.integer({ min: 0, max: 4_294_967_295 }),
  steps: fc.array(fc.record({ pauseUs, body }), { maxLength: 12 }),
});

/** Somebody at the page: waits, acts, waits, acts. What makes no sense is refused. */
function live({ seed, steps }: { seed: number; steps: { pauseUs: number; body: ActionBody }[] }) {
  const world = createWorld(threeBrokers(seed));
  for (const step of steps) {
    world.runUntil(Math.min(world.nowUs + step.pauseUs, END_US));
    world.act(step.body);
  }
  world.runUntil(END_US);
  return world;
}

// The machine may be busy with other test files.
const TIMEOUT_MS = 60_000;

describe("a run repeats", { timeout: TIMEOUT_MS }, () => {
  test("acting live and replaying what was done are the same", () => {
    fc.assert(
      fc.property(script, (played) => {
        const world = live(played);
        expect(world.violation).toBeNull();
        expect(replay(world.run, END_US).traceHash()).toBe(world.traceHash());
      }),
      { numRuns: 40 },
    );
  });

  test("a run that went through JSON is the same run", () => {
    const run = chaos(7, END_US);
    const copy = JSON.parse(JSON.stringify(run)) as Run;
    expect(replay(copy, END_US).traceHash()).toBe(replay(run, END_US).traceHash());
  });

  test("stopping anywhere on the way changes nothing", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.array(fc.integer({ min: 0, max: END_US }), { maxLength: 6 }),
        (seed, stops) => {
          const run = chaos(seed, END_US);
          const world = createWorld(run);
          for (const stop of stops.sort((a, b) => a - b)) world.runUntil(stop);
          world.runUntil(END_US);
          expect(world.traceHash()).toBe(replay(run, END_US).traceHash());
        },
      ),
      { numRuns: 15 },
    );
  });

  test("stepping moment by moment is the same as running", () => {
    const run = chaos(11, END_US);
    const world = createWorld(run);
    while ((world.nextEventAtUs() ?? Infinity) <= END_US) {
      const next = world.nextEventAtUs()!;
      expect(next).toBeGreaterThan(world.nowUs);
      world.stepTimestamp();
      expect(world.nowUs).toBe(next);
    }
    expect(world.traceHash()).toBe(replay(run, END_US).traceHash());
  });

  test("looking at it changes nothing: events, records and checks on or off", () => {
    const run = chaos(3, END_US);
    const quiet = replay(run, END_US, { keepRecent: false, checkers: false });
    const watched = createWorld(run, { onEvent: () => undefined });
    for (let atUs = 0; atUs <= END_US; atUs += 250_000) {
      watched.runUntil(atUs);
      watched.flights();
      for (const process of watched.processes) {
        watched.writes(process.node);
        process.remains?.raft?.status();
      }
    }
    expect(watched.traceHash()).toBe(quiet.traceHash());
  });

  test("another seed, or one action less, is another trace", () => {
    const run = chaos(5, END_US);
    const hashes = [
      replay(run, END_US),
      replay({ ...run, seed: 6 }, END_US),
      replay({ ...run, actions: run.actions.slice(0, -1) }, END_US),
    ].map((world) => world.traceHash());
    expect(new Set(hashes).size).toBe(3);
  });
});

describe("acting in the past", { timeout: TIMEOUT_MS }, () => {
  test("forks: what was still to come is dropped, what was done stays", () => {
    const run = chaos(9, END_US);
    const world = replay(run, 6_000_000);
    const before = run.actions.filter(({ atUs }) => atUs <= 6_000_000);
    expect(world.run).toBe(run);
    expect(world.act({ kind: "consume", topic: "orders", partition: 0, node: 1 }).ok).toBe(true);
    expect(world.run.actions.slice(0, -1)).toEqual(before);
    expect(world.run.actions.at(-1)).toMatchObject({ kind: "consume", atUs: 6_000_000 });
    expect(run.actions.length).toBeGreaterThan(world.run.actions.length);
    world.runUntil(END_US);
    expect(world.traceHash()).toBe(replay(world.run, END_US).traceHash());
    expect(world.traceHash()).not.toBe(replay(run, END_US).traceHash());
  });
});
