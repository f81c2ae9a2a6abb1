import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createWorld } from "../sim/createWorld.ts";
import type { ActionBody, Run, World, WorldEvent } from "../sim/index.ts";
import { threeBrokers } from "../sim/scenario.ts";
import type { AdminCommand } from "../wire/request.ts";
import { clockSkewed, stageHeld } from "./testing/handActions.contract.ts";
import { looker } from "./testing/stage.contract.ts";
import type { WorldView } from "./view.ts";

const node = fc.integer({ min: 1, max: 3 });
const topic = fc.constantFrom("orders", "risky");
/** Two for three kinds of programs: a number is used again, for something else. */
const client = fc.constantFrom(2, 3);
const program: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({
    kind: fc.constant("startProducer"),
    client,
    topic,
    recordsPerSecond: fc.constantFrom(5, 40),
    acks: fc.constantFrom<0 | 1 | -1>(0, 1, -1),
    idempotent: fc.constant(false),
    keyCount: fc.constant(3),
    valueBytes: fc.constant(8),
  }),
  fc.record({
    kind: fc.constant("startConsumer"),
    client,
    topic,
    group: fc.constantFrom(null, "readers"),
  }),
  fc.record({ kind: fc.constant("stopClient"), client, crash: fc.boolean() }),
);
/** Of a message under way; which one is known only there and then. */
const aimed: fc.Arbitrary<ActionBody> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("dropMessage", "holdMessage", "holdMessage", "releaseMessage"),
    message: fc.nat(),
  }),
  fc.record({ kind: fc.constant("delayMessage"), message: fc.nat(), byUs: fc.constant(90_000) }),
);
const command: fc.Arbitrary<AdminCommand> = fc.oneof(
  fc.constantFrom<AdminCommand>({ kind: "health" }, { kind: "rebalance" }),
  fc.record({
    kind: fc.constant("alterTopic"),
    topic,
    minInsyncReplicas: fc.constantFrom(1, 2, 3),
    uncleanLeaderElection: fc.boolean(),
  }),
);
const action: fc.Arbitrary<ActionBody> = fc.oneof(
  { weight: 3, arbitrary: program },
  { weight: 3, arbitrary: aimed },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("admin"), command }) },
  fc.record({ kind: fc.constantFrom("kill", "restart", "restart", "tear", "timeOut"), node }),
  fc.record({ kind: fc.constantFrom("pause", "resume", "resume", "snapshot", "repair"), node }),
  fc.record({ kind: fc.constant("cut"), nodes: fc.tuple(node) }),
  fc.constant<ActionBody>({ kind: "heal" }),
  fc.constantFrom<ActionBody>({ kind: "powerCut" }, { kind: "powerOn" }),
  clockSkewed(node),
  stageHeld(node),
  fc.record({
    kind: fc.constant("diskFault"),
    node,
    fault: fc.constantFrom("slow", "lyingSync", "full"),
    on: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("produce"),
    node: fc.option(node),
    topic,
    partition: fc.constant(0),
    key: fc.constant("k"),
    value: fc.constantFrom("a", "b"),
    acks: fc.constantFrom<0 | 1 | -1>(0, 1, -1),
  }),
);
const plan = fc.array(
  fc.record({ waitMs: fc.integer({ min: 1, max: 900 }), action, isSeen: fc.boolean() }),
  { minLength: 8, maxLength: 25 },
);

/** Unclean elections lose records, and replicas are truncated: nothing that is kept may outlive it. */
function runOf(seed: number): Run {
  const run = threeBrokers(seed);
  const risky: ActionBody = {
    kind: "createTopic",
    topic: "risky",
    partitionCount: 1,
    replicationFactor: 3,
    minInsyncReplicas: 1,
    uncleanLeaderElection: true,
  };
  return { ...run, actions: [...run.actions, { ...risky, atUs: 3_000_000 }] };
}

/** The action, at a message that is under way in this world. */
function aimedAt(body: ActionBody, world: World): ActionBody {
  if (!("message" in body)) return body;
  const flights = world.flights().filter(({ arrivesAtUs }) => arrivesAtUs > world.nowUs);
  return { ...body, message: flights[body.message % flights.length]?.id ?? 0 };
}

const newestApplied = ({ processes }: World): number =>
  Math.max(
    0,
    ...processes.map(({ state, broker }) => (state === "running" ? broker!.appliedIndex : 0)),
  );

/**
 * All but what depends on when somebody looked: which records were found lost, and the term in which
 * a disk's chore was first seen.
 */
function everyOther(view: WorldView): WorldView {
  const writes = view.writes.map((write) => ({ ...write, term: 0 }));
  const nodes = Object.entries(view.nodes).map(([name, { write, ...of }]) => {
    return [name, { ...of, write: write === null ? null : { ...write, term: 0 } }];
  });
  return { ...view, losses: [], writes, nodes: Object.fromEntries(nodes) };
}

test("a view that was kept up to date is the one that somebody sees who looks for the first time", () => {
  const property = fc.property(fc.nat(1_000), plan, (seed, steps) => {
    const events: WorldEvent[] = [];
    const regular = looker();
    const world = createWorld(runOf(seed), {
      onEvent: (event) => {
        events.push(event);
        regular.onEvent(event);
      },
    });
    world.runUntil(5_000_000);
    let elsewhere: WorldView | null = null;
    let appliedIndex = 0;
    for (const { waitMs, action: body, isSeen } of steps) {
      world.act(aimedAt(body, world));
      for (let at = 0; at < 4; at++) {
        world.runUntil(world.nowUs + waitMs * 250);
        if (isSeen) regular.project(world);
        appliedIndex = Math.max(appliedIndex, newestApplied(world));
      }
      // Somebody who looks for the first time cannot know what no running node knows any more.
      if (newestApplied(world) < appliedIndex) continue;
      const first = looker();
      for (const event of events) first.onEvent(event);
      const expected = first.project(world);
      // A page that comes back from another moment compares with what it showed there.
      if (!isSeen && elsewhere !== null) regular.shows(elsewhere);
      elsewhere = expected;
      expect(everyOther(regular.project(world))).toEqual(everyOther(expected));
    }
  });
  fc.assert(property, { numRuns: 12, seed: 7, endOnFailure: true });
}, 120_000);
