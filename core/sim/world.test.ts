import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { decodeRequest, ErrorCode } from "../wire/index.ts";
import type { RequestRecord } from "./history.ts";
import type { Process } from "./process.ts";
import type { ActionBody, ProduceAction, StartProducerAction } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";
import type { WorldEvent } from "./worldEvent.ts";

const READY_US = 4_000_000;
const ORDERS_0 = partitionKey("orders", 0);

function produce(node: number | null, value = "v", acks: 0 | 1 | -1 = -1): ProduceAction {
  return { kind: "produce", node, topic: "orders", partition: 0, key: "k", value, acks };
}

function producer(changes: Partial<StartProducerAction>): StartProducerAction {
  return {
    kind: "startProducer",
    client: 2,
    topic: "orders",
    recordsPerSecond: 20,
    acks: -1,
    idempotent: false,
    keyCount: 0,
    valueBytes: 10,
    ...changes,
  };
}

/** The scenario once it has a leader and its topic. */
function ready(seed = 1): World {
  return replay(threeBrokers(seed), READY_US);
}

function leaders(world: World): Process[] {
  return world.processes.filter(({ broker }) => broker?.raft?.role === "leader");
}

function leader(world: World): Process {
  const all = leaders(world).sort((a, b) => b.broker!.raft!.term - a.broker!.raft!.term);
  return all[0]!;
}

function partitionLeader(world: World): number {
  return leader(world).broker!.metadata.partitions.get(ORDERS_0)!.leader;
}

function act(world: World, body: ActionBody): void {
  expect(world.act(body)).toEqual({ ok: true });
}

/** What the client saw last of produce or fetch requests. */
function lastRequest(world: World): RequestRecord {
  return world.history.requests.filter(({ facts }) => facts.kind !== "metadata").at(-1)!;
}

describe("the scenario", { timeout: 60_000 }, () => {
  test("has one leader and its topic on every node by 4 s, on every seed", () => {
    for (let seed = 0; seed < 60; seed++) {
      const world = ready(seed);
      expect(leaders(world), `seed ${seed}`).toHaveLength(1);
      for (const { broker } of world.processes) {
        expect([...broker!.metadata.partitions.keys()], `seed ${seed}`).toEqual([
          "orders-0",
          "orders-1",
          "orders-2",
        ]);
      }
      expect(world.violation).toBeNull();
    }
  });

  test("moves all the time: ticks, messages and writes are there to be seen", () => {
    const world = ready();
    expect(world.flights().length).toBeGreaterThan(10);
    for (const { sentAtUs, arrivesAtUs, lostAtUs } of world.flights()) {
      expect(sentAtUs).toBeLessThanOrEqual(world.nowUs);
      expect(lostAtUs ?? arrivesAtUs).toBeGreaterThanOrEqual(world.nowUs - 2_000_000);
    }
    act(world, produce(null));
    world.runUntil(READY_US + 200_000);
    const writes = [1, 2, 3].flatMap((node) => world.writes(nodeId(node)));
    expect(writes.some(({ sync }) => sync)).toBe(true);
    for (const { nextTickAtUs } of world.processes) {
      expect(nextTickAtUs).toBeGreaterThan(world.nowUs);
      expect(nextTickAtUs).toBeLessThanOrEqual(world.nowUs + world.options.tickUs);
    }
  });
});

describe("a client", () => {
  test("gets its record acknowledged by all, and a consumer reads it", () => {
    const world = ready();
    act(world, produce(null, "hello"));
    world.runUntil(5_000_000);
    expect(lastRequest(world).outcome).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    for (const { broker } of world.processes) {
      expect(broker!.replicas.get(ORDERS_0)!.durableEndOffset).toBe(1);
    }
    act(world, { kind: "consume", topic: "orders", partition: 0, node: null });
    world.runUntil(6_000_000);
    expect(lastRequest(world).outcome).toMatchObject({
      highWatermark: 1,
      records: [{ offset: 0, key: "k", value: "hello" }],
    });
  });

  test("that asks a follower is told who leads", () => {
    const world = ready();
    const follower = (partitionLeader(world) % 3) + 1;
    act(world, produce(follower));
    world.runUntil(5_000_000);
    expect(lastRequest(world).outcome).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      leaderHint: partitionLeader(world),
    });
  });

  test("that asks a dead node gets no connection", () => {
    const world = ready();
    act(world, { kind: "kill", node: 2 });
    world.runUntil(4_500_000);
    act(world, produce(2));
    world.runUntil(5_000_000);
    const { outcome, sentAtUs, endedAtUs } = lastRequest(world);
    expect(outcome).toEqual({ kind: "unanswered", reason: "refused" });
    expect(endedAtUs! - sentAtUs).toBeLessThan(100_000);
  });

  test("whose node dies while it waits learns it after one way, not after its patience", () => {
    const world = ready();
    act(world, produce(partitionLeader(world)));
    world.runUntil(READY_US + 30_000);
    act(world, { kind: "kill", node: partitionLeader(world) });
    world.runUntil(READY_US + 50_000);
    expect(lastRequest(world).outcome).toEqual({ kind: "unanswered", reason: "closed" });
    expect(lastRequest(world).endedAtUs! - READY_US).toBeLessThanOrEqual(50_000);
  });

  test("speaks frames: the first on each connection asks which versions there are", () => {
    const world = ready();
    act(world, produce(2));
    world.runUntil(READY_US + 100_000);
    const sent = world
      .flights()
      .flatMap(({ payload }) =>
        payload.kind === "clientFrame" && payload.connection > 0 ? [payload] : [],
      );
    const mine = sent.filter(({ request }) => request.api === "produce");
    expect(mine).toHaveLength(1);
    const { connection, frame, apiVersion } = mine[0]!;
    const first = sent.find((each) => each.connection === connection)!;
    expect(first.api === "apiVersions" || first === mine[0]).toBe(true);
    expect(decodeRequest(frame)).toMatchObject({ ok: true, request: { api: "produce", acks: -1 } });
    const replies = world
      .flights()
      .flatMap(({ payload }) =>
        payload.kind === "serverFrame" && payload.api === "produce" ? [payload] : [],
      );
    expect(replies.every((each) => each.apiVersion === apiVersion)).toBe(true);
  });

  test("without a node to ask finds the new leader after the old one died", () => {
    const world = ready();
    act(world, produce(null, "before"));
    world.runUntil(5_000_000);
    const before = partitionLeader(world);
    act(world, { kind: "kill", node: before });
    world.runUntil(9_000_000);
    act(world, produce(null, "after"));
    world.runUntil(14_000_000);
    expect(partitionLeader(world)).not.toBe(before);
    expect(lastRequest(world).outcome).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    expect(world.history.operations.map(({ state }) => state)).toEqual(["done", "done", "done"]);
  });
});

describe("faults", () => {
  test("a cut off leader is replaced, and steps down when it is back", () => {
    const world = ready();
    const { node } = leader(world);
    const { term } = leader(world).broker!.raft!;
    act(world, { kind: "cut", nodes: [node] });
    expect(world.cuts).toEqual([{ nodes: [node], sinceUs: READY_US }]);
    world.runUntil(9_000_000);
    expect(leader(world).node).not.toBe(node);
    expect(leader(world).broker!.raft!.term).toBeGreaterThan(term);
    expect(world.flights().some(({ lostAtUs }) => lostAtUs !== null)).toBe(true);
    act(world, { kind: "heal", nodes: [node] });
    world.runUntil(11_000_000);
    expect(leaders(world)).toHaveLength(1);
    expect(world.processes[node - 1]!.broker!.raft!.role).toBe("follower");
  });

  test("a node that was killed is gone but for its disk, and comes back from that alone", () => {
    const world = ready();
    act(world, produce(null));
    world.runUntil(5_000_000);
    const { node, broker } = leader(world);
    const lastIndex = broker!.storage!.lastIndex();
    act(world, { kind: "kill", node });
    const dead = world.processes[node - 1]!;
    expect(dead).toMatchObject({ state: "crashed", broker: null, sinceUs: 5_000_000 });
    expect(dead.remains!.raft!.lastIndex).toBe(lastIndex);
    expect(dead.remains!.replicas.get(ORDERS_0)!.logEndOffset).toBe(1);
    expect(dead.remains).toBe(dead.remains);
    world.runUntil(8_000_000);
    act(world, { kind: "restart", node });
    expect(dead).toMatchObject({ state: "running", remains: null, incarnation: 2 });
    expect(dead.broker!.raft!.role).toBe("follower");
    world.runUntil(11_000_000);
    expect(dead.broker!.raft!.lastIndex).toBe(leader(world).broker!.raft!.lastIndex);
  });

  test("a node that is told to time out starts an election at once", () => {
    const world = ready();
    const { node } = leader(world);
    const { term } = leader(world).broker!.raft!;
    const other = (node % 3) + 1;
    act(world, { kind: "timeOut", node: other });
    expect(world.processes[other - 1]!.broker!.raft!.role).toBe("preCandidate");
    world.runUntil(7_000_000);
    expect(leader(world).broker!.raft!.term).toBeGreaterThanOrEqual(term);
  });

  test("a broken rule stops the world, and the run that led there is kept", () => {
    const events: WorldEvent[] = [];
    const world = createWorld(threeBrokers(1), { onEvent: (event) => events.push(event) });
    world.runUntil(READY_US);
    act(world, produce(null));
    const { run } = world;
    const { node, broker } = leader(world);
    const impostor = world.processes[node % 3]!;
    const real = impostor.broker!.raft!;
    const { term } = broker!.raft!;
    const { commit, applied, firstIndex, lastIndex } = real;
    const fake = { role: "leader", term, commit, applied, firstIndex, lastIndex };
    const log = { termAt: real.termAt.bind(real), entries: real.entries.bind(real) };
    Object.defineProperty(impostor.broker, "raft", { value: { ...fake, ...log } });
    world.runUntil(60_000_000);
    expect(world.violation).toMatchObject({
      rule: "Election Safety",
      text: `n${node} and n${impostor.node} both became leader of term ${term}.`,
    });
    expect(world.nowUs).toBe(world.violation!.atUs);
    expect(world.nowUs).toBeLessThan(READY_US + 200_000);
    expect(events.filter(({ event }) => event.kind === "ruleBroken")).toHaveLength(1);
    expect(world.run).toBe(run);
    expect(world.nextEventAtUs()).toBeNull();
    expect(world.stepTimestamp()).toBe(false);
    expect(world.act({ kind: "kill", node: 1 })).toMatchObject({ ok: false });
  });
});

describe("actions that make no sense are refused with one sentence", () => {
  const refusals: readonly (readonly [string, ActionBody[], string])[] = [
    ["unknown node", [{ kind: "kill", node: 4 }], "There is no n4; the brokers are n1 to n3."],
    [
      "killing the dead",
      [
        { kind: "kill", node: 1 },
        { kind: "kill", node: 1 },
      ],
      "n1 is not running, so there is nothing to kill.",
    ],
    ["restarting the living", [{ kind: "restart", node: 2 }], "n2 is running already."],
    ["unknown topic", [{ ...produce(1), topic: "nope" }], 'There is no topic "nope".'],
    [
      "unknown partition",
      [{ ...produce(1), partition: 3 }],
      'Topic "orders" has partitions 0 to 2, not 3.',
    ],
    ["a cut of nothing", [{ kind: "cut", nodes: [] }], "A cut needs brokers on both of its sides."],
    [
      "the same cut again",
      [
        { kind: "cut", nodes: [2] },
        { kind: "cut", nodes: [2] },
      ],
      "n2 is cut off already.",
    ],
    ["healing what is whole", [{ kind: "heal" }], "Nothing is cut."],
    [
      "healing another",
      [
        { kind: "cut", nodes: [2] },
        { kind: "heal", nodes: [1, 3] },
      ],
      "n1 and n3 are not cut off.",
    ],
    ["a client that is the person", [producer({ client: 1 })], "Programs are c2 to c20."],
    ["a client that runs", [producer({}), producer({})], "c2 is running already."],
    [
      "an idempotent producer that does not wait for all",
      [producer({ acks: 1, idempotent: true })],
      "An idempotent producer needs acks=all.",
    ],
    [
      "a producer that sends nothing",
      [producer({ recordsPerSecond: 0 })],
      "A producer sends 1 to 10000 records a second.",
    ],
    ["a producer of an unknown topic", [producer({ topic: "nope" })], 'There is no topic "nope".'],
    [
      "stopping what does not run",
      [{ kind: "stopClient", client: 3, crash: true }],
      "c3 is not running, so there is nothing to stop.",
    ],
    [
      "deleting an unknown topic",
      [{ kind: "deleteTopic", topic: "nope" }],
      'There is no topic "nope".',
    ],
    ["removing a node that runs", [{ kind: "removeNode", node: 2 }], "n2 is running already."],
    [
      "a node too many",
      [1, 2, 3, 4, 5, 6, 7].map(() => ({ kind: "addNode" })),
      "There are 9 nodes already, which is as many as there can be.",
    ],
    [
      "too many replicas",
      [
        {
          kind: "createTopic",
          topic: "x",
          partitionCount: 1,
          replicationFactor: 10,
          minInsyncReplicas: 1,
        },
      ],
      "A partition has 1 to 9 replicas.",
    ],
  ];

  test.each(refusals)("%s", (_, bodies, message) => {
    const world = ready();
    for (const body of bodies.slice(0, -1)) act(world, body);
    const { run } = world;
    expect(world.act(bodies.at(-1)!)).toEqual({ ok: false, message });
    expect(world.run).toBe(run);
  });

  test("in a replayed run they are skipped, and said", () => {
    const events: WorldEvent[] = [];
    const scenario = threeBrokers(1);
    const action = { kind: "restart", node: 2, atUs: 50 } as const;
    const run = { ...scenario, actions: [...scenario.actions, action] };
    const world = replay(run, 1_000, { onEvent: (event) => events.push(event) });
    expect(world.run).toBe(run);
    expect(events.map(({ event }) => event)).toContainEqual({
      kind: "actionRefused",
      action,
      message: "n2 is running already.",
    });
  });
});

describe("events", () => {
  test("are numbered in order, and tell what the world did", () => {
    const events: WorldEvent[] = [];
    const world = createWorld(threeBrokers(1), { onEvent: (event) => events.push(event) });
    world.runUntil(READY_US);
    act(world, { kind: "cut", nodes: [leader(world).node] });
    act(world, { kind: "kill", node: 1 });
    act(world, produce(1));
    world.runUntil(8_000_000);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => i + 1));
    events.reduce((last, { atUs }) => (expect(atUs).toBeGreaterThanOrEqual(last), atUs), 0);
    const kinds = new Set(events.map(({ event }) => event.kind));
    for (const kind of ["processStarted", "powerLost", "messageLost", "requestEnded"] as const) {
      expect(kinds).toContain(kind);
    }
    const lost = events.flatMap(({ event }) => (event.kind === "messageLost" ? [event] : []));
    expect(new Set(lost.map(({ reason }) => reason))).toEqual(new Set(["cut", "nodeDown"]));
  });
});
