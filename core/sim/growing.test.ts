import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { checkHistory, logsOf } from "./historyCheck.ts";
import type { ActionBody } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { replay } from "./seek.ts";
import { createWorld } from "./createWorld.ts";

const READY_US = 4_000_000;
const OTHERS = [1, 2, 4].map(nodeId);

function setUp() {
  const world = createWorld(threeBrokers(1));
  world.runUntil(READY_US);
  const act = (body: ActionBody): void => expect(world.act(body)).toEqual({ ok: true });
  const wait = (us: number): void => world.runUntil(world.nowUs + us);
  const metadata = () => world.processes[0]!.broker!.metadata;
  return { world, act, wait, metadata };
}

test("a cluster grows by a node, moves partitions there, and goes on without an old one", () => {
  const { world, act, wait, metadata } = setUp();
  const topic = "orders";
  const producer = { client: 2, topic, recordsPerSecond: 20, keyCount: 5, valueBytes: 10 };
  act({ kind: "startProducer", ...producer, acks: -1, idempotent: true });
  act({ kind: "startConsumer", client: 3, topic, group: null });
  wait(1_000_000);
  act({ kind: "addNode" });
  expect(world.processes).toHaveLength(4);
  wait(8_000_000);
  expect(metadata().nodes.get(world.processes[3]!.node)).toMatchObject({ state: "member" });
  expect(world.processes[3]!.broker!.raft!.status().confState.voters).toContain(4);

  act({ kind: "admin", command: { kind: "rebalance" } });
  wait(10_000_000);
  const replicas = [...metadata().partitions.values()].map((partition) => [...partition.replicas]);
  expect(replicas.flat()).toContain(4);
  expect(replicas.every((nodes) => nodes.length === 3)).toBe(true);
  // Before a node can go, all that it keeps is kept by others.
  for (const partition of [0, 1, 2]) {
    const command = { kind: "reassign", topic, partition, replicas: OTHERS } as const;
    act({ kind: "admin", command });
  }
  wait(10_000_000);
  act({ kind: "kill", node: 3 });
  wait(3_000_000);
  act({ kind: "removeNode", node: 3 });
  wait(5_000_000);
  expect(metadata().nodes.get(world.processes[2]!.node)).toMatchObject({ state: "removed" });
  expect(metadata().partitions.get(partitionKey(topic, 0))!.isr).toHaveLength(3);
  act({ kind: "stopClient", client: 2, crash: false });
  wait(3_000_000);
  expect(world.violation).toBeNull();
  expect(world.history.operations.every(({ state }) => state === "done")).toBe(true);
  const report = checkHistory(world.history, logsOf(world.processes));
  expect(report).toMatchObject({ lost: [], duplicates: [], reordered: [], gaps: [] });
  expect(replay(world.run, world.nowUs).traceHash()).toBe(world.traceHash());
}, 60_000);

test("a topic that was deleted is gone, and one of the same name begins empty", () => {
  const { world, act, wait, metadata } = setUp();
  const at = { topic: "orders", partition: 0, node: null };
  act({ kind: "produce", ...at, key: "k", value: "old", acks: -1 });
  wait(1_000_000);
  act({ kind: "deleteTopic", topic: "orders" });
  wait(2_000_000);
  expect(metadata().partitions.size).toBe(0);
  act(threeBrokers(1).actions[0]!);
  wait(3_000_000);
  act({ kind: "produce", ...at, key: "k", value: "new", acks: -1 });
  wait(2_000_000);
  act({ kind: "consume", ...at });
  wait(2_000_000);
  expect(world.history.requests.at(-1)!.outcome).toMatchObject({
    records: [{ offset: 0, value: "new" }],
  });
  expect(world.violation).toBeNull();
});

test("an admin command is answered, with what it came to", () => {
  const { world, act, wait } = setUp();
  act({ kind: "admin", command: { kind: "listNodes" } });
  wait(1_000_000);
  const { facts, outcome } = world.history.requests.at(-1)!;
  expect(facts).toEqual({ kind: "admin", command: { kind: "listNodes" } });
  expect(outcome).toMatchObject({ kind: "answered", errorCode: 0 });
  if (outcome.kind === "answered") expect(outcome.result!.rows).toHaveLength(3);
});
