import { describe, expect, test } from "vitest";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { checkHistory, logsOf } from "../historyCheck.ts";
import type { ActionBody, RunOptions, StartProducerAction } from "../run.ts";
import { DEFAULT_RUN_OPTIONS } from "../run.ts";
import { threeBrokers } from "../scenario.ts";
import { createWorld } from "../createWorld.ts";
import type { World } from "../world.ts";
import type { ConsumerProbe, ProducerProbe } from "./clientProbe.ts";

const READY_US = 4_000_000;

/** The scenario with its topic, and programs that were started. */
function setUp(options: Partial<RunOptions> = {}, seed = 1) {
  const run = { ...threeBrokers(seed), options: { ...DEFAULT_RUN_OPTIONS, ...options } };
  const world = createWorld(run);
  world.runUntil(READY_US);
  const act = (body: ActionBody): void => expect(world.act(body)).toEqual({ ok: true });
  const wait = (us: number): void => world.runUntil(world.nowUs + us);
  const produce = (changes: Partial<StartProducerAction> = {}): void =>
    act({
      kind: "startProducer",
      client: 2,
      topic: "orders",
      recordsPerSecond: 20,
      acks: -1,
      idempotent: false,
      keyCount: 5,
      valueBytes: 10,
      ...changes,
    });
  const consume = (client: number, group: string | null): void =>
    act({ kind: "startConsumer", client, topic: "orders", group });
  const stop = (client: number, crash: boolean): void => act({ kind: "stopClient", client, crash });
  const producer = (client = 2) =>
    world.clients.find(
      (each): each is ProducerProbe => each.kind === "producer" && each.client === client,
    )!;
  const consumer = (client: number) =>
    world.clients.find(
      (each): each is ConsumerProbe => each.kind === "consumer" && each.client === client,
    )!;
  const report = () => checkHistory(world.history, logsOf(world.processes));
  return { world, act, wait, produce, consume, stop, producer, consumer, report };
}

const NOTHING_WRONG = {
  lost: [],
  duplicates: [],
  reordered: [],
  unsafeReads: [],
  gaps: [],
  lostCommits: [],
};

/** How many different generated values are read in all. */
function valuesRead(world: World, clients: readonly number[]): string[] {
  return world.history.reads.flatMap(({ client, values }) =>
    clients.includes(client) ? values : [],
  );
}

describe("a producer", { timeout: 60_000 }, () => {
  test("makes so many records a second, and each is acknowledged once", () => {
    const { world, wait, produce, stop, producer, report } = setUp();
    produce();
    wait(10_000_000);
    expect(producer().acknowledgedCount).toBeGreaterThan(180);
    expect(producer().acknowledgedCount).toBeLessThanOrEqual(200);
    stop(2, false);
    wait(1_000_000);
    expect(producer()).toBeUndefined();
    const values = world.history.acknowledged.map(({ value }) => value);
    expect(new Set(values).size).toBe(values.length);
    expect(values).toContain("c2-1");
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("puts a key into one partition, and without keys goes round", () => {
    const { world, wait, produce } = setUp();
    produce();
    produce({ client: 3, keyCount: 0 });
    wait(5_000_000);
    const partitions = (client: number, key: string | null): ReadonlySet<number> =>
      new Set(
        world.history.acknowledged
          .filter((each) => each.client === client && each.key === key)
          .map(({ partition }) => partition),
      );
    for (const key of ["k0", "k1", "k2", "k3", "k4"]) expect(partitions(2, key).size).toBe(1);
    expect(partitions(3, null)).toEqual(new Set([0, 1, 2]));
  });

  test("fills batches while it cannot send, up to the size that it was given", () => {
    const { world, act, wait, produce } = setUp();
    produce({ recordsPerSecond: 200, keyCount: 1, batchRecords: 7 });
    wait(2_000_000);
    const counts = world.history.requests.flatMap(({ facts }) =>
      facts.kind === "produce" ? [facts.recordCount] : [],
    );
    expect(Math.max(...counts)).toBe(7);
    act({ kind: "stopClient", client: 2, crash: true });
  });

  test("follows the leader when it dies; idempotent, it writes nothing twice", () => {
    const { world, act, wait, produce, stop, producer, report } = setUp();
    produce({ idempotent: true, recordsPerSecond: 50 });
    wait(3_000_000);
    for (const node of [1, 2, 3]) {
      act({ kind: "kill", node });
      wait(5_000_000);
      act({ kind: "restart", node });
      wait(5_000_000);
    }
    expect(producer().retryCount).toBeGreaterThan(0);
    stop(2, false);
    wait(5_000_000);
    expect(world.history.unacknowledged).toEqual([]);
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("that waits for the leader alone may lose records, and history says which", () => {
    let lost = 0;
    for (let seed = 1; seed <= 12 && lost === 0; seed++) {
      const { act, wait, produce, report } = setUp({}, seed);
      produce({ acks: 1, recordsPerSecond: 100 });
      wait(1_000_000 + seed * 7_000);
      act({ kind: "kill", node: 1 });
      wait(6_000_000);
      act({ kind: "restart", node: 1 });
      wait(4_000_000);
      const found = report();
      lost += found.lost.length;
      expect(found.lost.every(({ acks }) => acks === 1)).toBe(true);
    }
    expect(lost).toBeGreaterThan(0);
  });

  test("gives up what nobody takes, and says so", () => {
    const { world, act, wait, produce, producer } = setUp({ producerDeliveryTimeoutUs: 2_000_000 });
    produce();
    wait(1_000_000);
    act({ kind: "powerCut" });
    wait(8_000_000);
    expect(producer().failedCount).toBeGreaterThan(50);
    const failed = world.history.unacknowledged.filter(({ reason }) => reason === "failed");
    expect(failed).toHaveLength(producer().failedCount);
  });

  test("numbers its records on when it is started again", () => {
    const { world, wait, produce, stop } = setUp();
    produce();
    wait(2_000_000);
    stop(2, true);
    wait(1_000_000);
    const before = world.history.acknowledged.length + world.history.unacknowledged.length;
    produce();
    wait(2_000_000);
    const { acknowledged } = world.history;
    expect(acknowledged.at(-1)!.value).not.toBe(acknowledged[0]!.value);
    expect(new Set(acknowledged.map(({ value }) => value)).size).toBe(acknowledged.length);
    expect(acknowledged.length).toBeGreaterThan(before);
  });
});

describe("a consumer", { timeout: 60_000 }, () => {
  test("by itself reads everything, in the order of the log", () => {
    const { world, wait, produce, consume, stop, consumer, report } = setUp();
    produce();
    wait(2_000_000);
    consume(3, null);
    wait(2_000_000);
    stop(2, false);
    wait(2_000_000);
    const read = valuesRead(world, [3]);
    expect(new Set(read)).toEqual(new Set(world.history.acknowledged.map(({ value }) => value)));
    expect(consumer(3).readCount).toBe(read.length);
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("follows the leader when it dies", () => {
    const { world, act, wait, produce, consume, report } = setUp();
    produce({ idempotent: true });
    consume(3, null);
    wait(3_000_000);
    act({ kind: "kill", node: 1 });
    wait(8_000_000);
    const acknowledged = new Set(world.history.acknowledged.map(({ value }) => value));
    act({ kind: "restart", node: 1 });
    wait(3_000_000);
    expect(valuesRead(world, [3])).toEqual(expect.arrayContaining([...acknowledged]));
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("that read what its broker has lost goes back to where the logs part", () => {
    const { world, act, wait } = setUp();
    const topic = "risky";
    act({
      kind: "createTopic",
      topic,
      partitionCount: 1,
      replicationFactor: 2,
      minInsyncReplicas: 1,
      uncleanLeaderElection: true,
    });
    wait(2_000_000);
    act({ kind: "startConsumer", client: 3, topic, group: null });
    const send = (value: string): void =>
      act({ kind: "produce", node: null, topic, partition: 0, key: "k", value, acks: -1 });
    send("kept");
    wait(2_000_000);
    const metadata = () =>
      world.processes.find(({ broker }) => broker !== null)!.broker!.metadata.partitions;
    const { leader, replicas } = metadata().get(partitionKey(topic, 0))!;
    const follower = replicas.find((node) => node !== leader)!;
    act({ kind: "kill", node: follower });
    wait(4_000_000);
    send("lost");
    wait(2_000_000);
    act({ kind: "kill", node: leader });
    act({ kind: "restart", node: follower });
    wait(6_000_000);
    send("instead");
    wait(3_000_000);
    const { reads, seeks } = world.history;
    expect(reads.flatMap(({ values }) => values)).toEqual(["kept", "lost", "instead"]);
    expect(seeks.at(-1)).toMatchObject({ cause: "truncated", offset: 1 });
  });

  test("a group reads each record once while nothing goes wrong, and shares the partitions", () => {
    const { world, wait, produce, consume, consumer, report } = setUp();
    produce();
    consume(3, "g");
    consume(4, "g");
    wait(12_000_000);
    const owned = [3, 4].flatMap((client) =>
      consumer(client).assigned.map((each) => each.partition),
    );
    expect(owned.sort((a, b) => a - b)).toEqual([0, 1, 2]);
    expect(consumer(3).generation).toBe(consumer(4).generation);
    const read = valuesRead(world, [3, 4]);
    expect(new Set(read).size).toBe(read.length);
    expect(world.history.commits.length).toBeGreaterThan(5);
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("the others take over from a member that crashed, once its session is over, from its commit", () => {
    const { world, wait, produce, consume, stop, consumer, report } = setUp();
    produce();
    consume(3, "g");
    consume(4, "g");
    wait(12_000_000);
    stop(3, true);
    wait(3_000_000);
    expect(consumer(4).assigned.length).toBeLessThan(3);
    wait(9_000_000);
    expect(consumer(4).assigned).toHaveLength(3);
    wait(2_000_000);
    const read = new Set(valuesRead(world, [3, 4]));
    const settledUs = world.nowUs - 1_000_000;
    const settled = world.history.acknowledged.filter(({ atUs }) => atUs < settledUs);
    for (const { value } of settled) expect(read).toContain(value);
    expect(report()).toMatchObject(NOTHING_WRONG);
  });

  test("one that leaves says so: the others go on at once, and read nothing twice", () => {
    const { world, wait, produce, consume, stop, consumer } = setUp();
    produce();
    consume(3, "g");
    consume(4, "g");
    wait(12_000_000);
    stop(3, false);
    wait(4_000_000);
    expect(consumer(3)).toBeUndefined();
    expect(consumer(4).assigned).toHaveLength(3);
    const read = valuesRead(world, [3, 4]);
    expect(new Set(read).size).toBe(read.length);
  });

  test("with the versions of older clients does the same", () => {
    const { world, wait, produce, consume, report } = setUp({ classicClients: true });
    produce({ idempotent: true });
    consume(3, "g");
    consume(4, null);
    wait(12_000_000);
    expect(valuesRead(world, [3]).length).toBeGreaterThan(100);
    expect(valuesRead(world, [4]).length).toBeGreaterThan(100);
    expect(report()).toMatchObject(NOTHING_WRONG);
  });
});
