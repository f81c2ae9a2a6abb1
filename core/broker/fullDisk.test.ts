import { describe, expect, test } from "vitest";
import { ErrorCode } from "../wire/index.ts";
import type { Broker } from "./index.ts";
import { fetchAnswer, produceAnswer, TestCluster } from "./testing/testCluster.ts";

function cluster(): TestCluster {
  const made = new TestCluster(3);
  made.boot();
  made.createTopic("orders", 3, 3, 2);
  return made;
}

/** So full that no record fits any more. */
function fill(made: TestCluster, id: number): void {
  const disk = made.disk(id);
  disk.roomBytes = disk.usedBytes;
}

function empty(made: TestCluster, id: number): void {
  made.disk(id).roomBytes = Number.POSITIVE_INFINITY;
}

function leaders(broker: Broker): number[] {
  return [...broker.metadata.partitions.values()].map(({ leader }) => leader);
}

function told(made: TestCluster, id: number): string[] {
  const kinds = made.events.filter(({ node }) => node === id).map(({ event }) => event.kind);
  return kinds.filter((kind) => kind === "diskFull" || kind === "diskSpaceReturned");
}

/** Tries to produce all the time, wherever the leader is. Returns what was acknowledged. */
function produceFor(made: TestCluster, us: number, prefix: string): string[] {
  const acknowledged: string[] = [];
  const end = made.nowUs + us;
  for (let at = 0; made.nowUs < end; at++) {
    const { leader } = made.alive[at % made.alive.length]!.metadata.partitions.get("orders-0")!;
    const value = `<${prefix}-${at}>`;
    const asked = made.produce(leader, "orders", 0, value, -1);
    made.run(150_000);
    if (asked.response !== null && produceAnswer(asked).errorCode === ErrorCode.NONE) {
      acknowledged.push(value);
    }
  }
  return acknowledged;
}

function expectKept(made: TestCluster, values: readonly string[]): void {
  made.run(6_000_000);
  const { leader, isr } = made.controller.metadata.partitions.get("orders-0")!;
  expect(isr).toEqual([1, 2, 3]);
  const records = String.fromCharCode(...fetchAnswer(made.consume(leader, "orders", 0)).records);
  for (const value of values) expect(records).toContain(value);
  for (const { stopped } of made.alive) expect(stopped).toBe(null);
}

describe.each([
  ["the controller", (made: TestCluster) => made.controller.id],
  [
    "another broker",
    (made: TestCluster) => made.alive.find(({ id }) => id !== made.controller.id)!.id,
  ],
])("the disk of %s is full", (_, choose) => {
  test("it refuses records, others lead, and it leads no more until there is room", () => {
    const made = cluster();
    const id = choose(made);
    const led = leaders(made.controller).indexOf(id);
    fill(made, id);
    const first = made.produce(id, "orders", led, "too much", 1);
    made.run(20_000);
    expect(first.response).toBe(null);
    expect(made.broker(id).isDiskFull).toBe(true);
    const second = made.produce(id, "orders", led, "refused", 1);
    expect(produceAnswer(second).errorCode).toBe(ErrorCode.KAFKA_STORAGE_ERROR);
    made.runUntil(() => made.alive.some((one) => one.id !== id && !leaders(one).includes(id)));
    expect(made.controller.id).not.toBe(id);
    made.run(3_000_000);
    expect(made.broker(id).stopped).toBe(null);
    expect(made.broker(id).isDiskFull).toBe(true);
    for (const { isr } of made.controller.metadata.partitions.values())
      expect(isr).not.toContain(id);
    expect(told(made, id)).toEqual(["diskFull"]);
    empty(made, id);
    made.run(6_000_000);
    expect(made.broker(id).isDiskFull).toBe(false);
    expect(told(made, id)).toEqual(["diskFull", "diskSpaceReturned"]);
    for (const { isr } of made.controller.metadata.partitions.values()) expect(isr).toContain(id);
  });

  test("nothing that was acknowledged is lost, then and after a power cut", () => {
    const made = cluster();
    const id = choose(made);
    const acknowledged = produceFor(made, 1_000_000, "before");
    fill(made, id);
    acknowledged.push(...produceFor(made, 6_000_000, "full"));
    made.kill(id);
    acknowledged.push(...produceFor(made, 1_000_000, "dead"));
    empty(made, id);
    made.restart(id);
    acknowledged.push(...produceFor(made, 3_000_000, "after"));
    expect(acknowledged.length).toBeGreaterThan(30);
    expectKept(made, acknowledged);
  });
});

test("with every disk full nothing is acknowledged, and all go on when there is room", () => {
  const made = cluster();
  for (const id of [1, 2, 3]) fill(made, id);
  expect(produceFor(made, 6_000_000, "full")).toEqual([]);
  for (const { stopped } of made.alive) expect(stopped).toBe(null);
  for (const id of [1, 2, 3]) empty(made, id);
  made.run(4_000_000);
  const acknowledged = produceFor(made, 2_000_000, "after");
  expect(acknowledged.length).toBeGreaterThan(5);
  expectKept(made, acknowledged);
});
