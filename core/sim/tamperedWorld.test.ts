import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { brokerChaos } from "./brokerChaos.ts";
import { chaos } from "./chaos.ts";
import { createWorld } from "./createWorld.ts";
import { diskChaos } from "./diskChaos.ts";
import type { Payload } from "./network.ts";
import type { ActionBody } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import type { World } from "./world.ts";

const READY_US = 4_000_000;
const PRODUCE = {
  kind: "produce",
  node: null,
  topic: "orders",
  partition: 0,
  key: "k",
  value: "v",
  acks: -1,
} as const;

/** The number of the first message of such a kind that is under way from now on. */
function nextMessage(world: World, isIt: (payload: Payload) => boolean): number {
  const limitUs = world.nowUs + 3_000_000;
  for (;;) {
    const found = world
      .flights()
      .find(({ payload, arrivesAtUs }) => arrivesAtUs > world.nowUs && isIt(payload));
    if (found !== undefined) return found.id;
    if (!world.stepTimestamp() || world.nowUs > limitUs)
      throw new Error("there is no such message");
  }
}

const isProduce = (payload: Payload): boolean =>
  payload.kind === "clientFrame" && payload.api === "produce";
const isProduceAnswer = (payload: Payload): boolean =>
  payload.kind === "serverFrame" && payload.api === "produce";

function produceRequests(world: World) {
  return world.history.requests.filter(({ facts }) => facts.kind === "produce");
}

/** What partition 0 holds on the node that leads it. */
function recordCount({ processes }: World): number {
  const logs = processes.flatMap(({ broker }) => broker?.replicas.get("orders-0") ?? []);
  return Math.max(...logs.map(({ logEndOffset }) => logEndOffset));
}

describe("a client whose message is dropped", () => {
  test("loses its connection after one way, and asks again on another", () => {
    const world = replay(threeBrokers(1), READY_US);
    world.act(PRODUCE);
    const message = nextMessage(world, isProduce);
    expect(world.act({ kind: "dropMessage", message })).toEqual({ ok: true });
    const droppedAtUs = world.nowUs;
    world.runUntil(droppedAtUs + 2_000_000);
    const [first, second] = produceRequests(world);
    expect(first?.outcome).toEqual({ kind: "unanswered", reason: "closed" });
    expect(first!.endedAtUs! - droppedAtUs).toBeGreaterThan(0);
    expect(first!.endedAtUs! - droppedAtUs).toBeLessThanOrEqual(15_000);
    expect(second?.outcome).toMatchObject({ kind: "answered", errorCode: 0 });
    expect(recordCount(world)).toBe(1);
  });

  test("cannot know whether a dropped answer said yes: without idempotence it writes twice", () => {
    const world = replay(threeBrokers(1), READY_US);
    world.act(PRODUCE);
    world.act({ kind: "dropMessage", message: nextMessage(world, isProduceAnswer) });
    world.runUntil(world.nowUs + 2_000_000);
    expect(produceRequests(world).map(({ outcome }) => outcome.kind)).toEqual([
      "unanswered",
      "answered",
    ]);
    expect(recordCount(world)).toBe(2);
  });

  test("has a broker that learns of it too, and forgets the connection", () => {
    const dropped: number[] = [];
    const closed: number[] = [];
    const world = createWorld(threeBrokers(1), {
      onEvent: ({ event }) => {
        if (event.kind !== "messageLost" || event.reason !== "dropped") return;
        const { payload } = event.flight;
        if ("connection" in payload) dropped.push(payload.connection);
      },
    });
    world.runUntil(READY_US);
    world.act(PRODUCE);
    world.act({ kind: "dropMessage", message: nextMessage(world, isProduceAnswer) });
    for (const { payload, to } of world.flights()) {
      if (payload.kind === "connectionClosed") closed.push(payload.connection);
      if (payload.kind === "connectionClosed") expect(["n1", "n2", "n3", "c1"]).toContain(to.name);
    }
    expect(dropped).toHaveLength(1);
    expect(closed).toEqual([dropped[0], dropped[0]]);
    world.runUntil(world.nowUs + 1_000_000);
    expect(world.violation).toBeNull();
  });
});

describe("a client whose message is held", () => {
  test("waits, and has its answer soon after the release", () => {
    const world = replay(threeBrokers(1), READY_US);
    world.act(PRODUCE);
    const message = nextMessage(world, isProduce);
    world.act({ kind: "holdMessage", message });
    world.runUntil(world.nowUs + 2_000_000);
    expect(produceRequests(world)).toMatchObject([{ outcome: { kind: "waiting" } }]);
    world.act({ kind: "releaseMessage", message });
    world.runUntil(world.nowUs + 500_000);
    expect(produceRequests(world)).toMatchObject([{ outcome: { kind: "answered" } }]);
  });

  test("gives up when it takes too long; what is released then is done all the same", () => {
    const world = replay(threeBrokers(1), READY_US);
    world.act(PRODUCE);
    const message = nextMessage(world, isProduce);
    world.act({ kind: "holdMessage", message });
    world.runUntil(world.nowUs + 4_000_000);
    expect(produceRequests(world)[0]?.outcome).toEqual({ kind: "unanswered", reason: "timedOut" });
    expect(recordCount(world)).toBe(1);
    world.act({ kind: "releaseMessage", message });
    world.runUntil(world.nowUs + 1_000_000);
    expect(recordCount(world)).toBe(2);
    expect(world.violation).toBeNull();
  });
});

const node = fc.integer({ min: 1, max: 3 });
const percent = fc.integer({ min: 0, max: 100 });
/** Any of what people do to the network, sensible or not; messages by their place in the air. */
const meddling: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({ kind: fc.constantFrom("pause", "resume"), node }),
  fc.record({ kind: fc.constant("skewClock"), node, percent: fc.integer({ min: 1, max: 300 }) }),
  fc.record({
    kind: fc.constant("holdStage"),
    node,
    stage: fc.constantFrom("send", "persist", "sendAfter", "apply", "advance"),
    on: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("setLink"),
    from: node,
    to: node,
    bothWays: fc.boolean(),
    isCut: fc.boolean(),
    lossPercent: percent,
    extraLatencyUs: fc.nat(200_000),
  }),
  fc.record({
    kind: fc.constant("setNetwork"),
    latencyMinUs: fc.nat(50_000),
    latencyMaxUs: fc.nat(100_000),
    lossPercent: percent,
  }),
  fc.record({
    kind: fc.constantFrom("dropMessage", "holdMessage", "releaseMessage", "duplicateMessage"),
    message: fc.nat(15),
  }),
  fc.record({ kind: fc.constant("delayMessage"), message: fc.nat(15), byUs: fc.nat(2_000_000) }),
  fc.constant(PRODUCE),
);
const script = fc.record({
  seed: fc.integer({ min: 0, max: 4_294_967_295 }),
  steps: fc.array(fc.record({ pauseUs: fc.nat(600_000), body: meddling }), { maxLength: 25 }),
});

describe("a run in which somebody meddled", { timeout: 60_000 }, () => {
  test("keeps all rules, and repeats to the same trace", () => {
    fc.assert(
      fc.property(script, ({ seed, steps }) => {
        const world = createWorld(threeBrokers(seed));
        world.runUntil(2_000_000);
        for (const { pauseUs, body } of steps) {
          world.runUntil(world.nowUs + pauseUs);
          const flight = "message" in body ? world.flights().at(-1 - body.message) : undefined;
          world.act(flight && "message" in body ? { ...body, message: flight.id } : body);
        }
        const endUs = world.nowUs + 3_000_000;
        world.runUntil(endUs);
        expect(world.violation).toBeNull();
        expect(replay(world.run, endUs).traceHash()).toBe(world.traceHash());
      }),
      { numRuns: 25 },
    );
  });

  test.each<[string, ActionBody, ActionBody]>([
    [
      "a clock",
      { kind: "skewClock", node: 1, percent: 50 },
      { kind: "skewClock", node: 1, percent: 49 },
    ],
    [
      "a message",
      { kind: "holdMessage", message: 0 },
      { kind: "delayMessage", message: 0, byUs: 9 },
    ],
    ["a pause", { kind: "pause", node: 1 }, { kind: "pause", node: 2 }],
  ])("has another trace than if it had been another thing: %s", (_, one, other) => {
    const hashes = [one, other].map((body) => {
      const world = replay(threeBrokers(1), READY_US);
      const { id } = world.flights().at(-1)!;
      expect(world.act("message" in body ? { ...body, message: id } : body)).toEqual({ ok: true });
      return world.traceHash();
    });
    expect(new Set(hashes).size).toBe(2);
  });
});

/**
 * Traces from before there was anything to tamper with. They change only when what brokers, clients,
 * disks or networks do changes for everybody; then they are to be written anew, knowingly.
 */
describe("a run in which nobody meddled is what it always was", () => {
  const TIMES = { chaosUs: 5_000_000, calmUs: 2_000_000, endUs: 2_000_000 };
  const quiet = { keepRecent: false };

  test.each([
    ["three brokers", () => replay(threeBrokers(1), 6_000_000, quiet), "365dd0dd8d6857ad"],
    ["chaos", () => replay(chaos(1, 12_000_000), 12_000_000, quiet), "84090034e26e1879"],
    ["chaos", () => replay(chaos(2, 12_000_000), 12_000_000, quiet), "94262a68bf4cfdf9"],
    ["disks", () => diskChaos(3, 8_000_000, 3_000_000, () => {}, quiet), "6113e4507f222714"],
    ["brokers", () => brokerChaos(1, ["isr", "raft"], TIMES, () => {}, quiet), "d3f3a68a3c527319"],
    ["brokers", () => brokerChaos(2, ["isr", "raft"], TIMES, () => {}, quiet), "08849aeb8cc2319e"],
  ])("%s", (_, played, hash) => {
    expect(played().traceHash()).toBe(hash);
  });
});
