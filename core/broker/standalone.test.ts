import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import type { DiskImage } from "../wal/disk.ts";
import { encodeRequest, ErrorCode } from "../wire/index.ts";
import { Broker, DEFAULT_BROKER_CONFIG, serve } from "./index.ts";
import {
  fetchAnswer,
  produceAnswer,
  TestCluster,
  topicAnswer,
  topicRequest,
} from "./testing/testCluster.ts";
import { TestDisk } from "./testing/testDisk.ts";

function standalone(): TestCluster {
  const made = new TestCluster(1, { peers: [] });
  made.run(10_000);
  return made;
}

function create(made: TestCluster, replicationFactor = 1): number {
  const asked = made.ask(1, topicRequest("orders", 2, replicationFactor));
  made.run(10_000);
  return topicAnswer(asked).errorCode;
}

test("a node alone leads everything, by its own metadata", () => {
  const made = standalone();
  expect(made.broker(1).raft).toBe(null);
  expect(create(made)).toBe(ErrorCode.NONE);
  const asked = made.produce(1, "orders", 1, "a", -1);
  expect(asked.response).toBe(null);
  made.run(1_000);
  expect(produceAnswer(asked)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
  const decided = made.events.find(({ event }) => event.kind === "produceDecided");
  expect(decided?.event).toMatchObject({
    errorCode: 0,
    steps: [
      { source: "raftGroup", leader: null },
      { source: "metadata", leader: null },
      { source: "standalone", leader: 1 },
    ],
  });
  expect(fetchAnswer(made.consume(1, "orders", 1)).highWatermark).toBe(1);
});

test("what is on no disk is below no high watermark", () => {
  const made = standalone();
  create(made);
  made.diskUs.set(1, 50_000);
  made.produce(1, "orders", 0, "a", 0);
  made.produce(1, "orders", 0, "b", 0);
  made.run(60_000);
  const log = made.broker(1).replicas.get("orders-0")!;
  expect([log.highWatermark, log.logEndOffset]).toEqual([1, 2]);
});

test("it cannot keep two copies", () => {
  expect(create(standalone(), 2)).toBe(ErrorCode.INVALID_REPLICATION_FACTOR);
});

test("topics and records are there again after a restart", () => {
  const made = standalone();
  create(made);
  made.produce(1, "orders", 1, "a", -1);
  made.run(1_000);
  made.restart(1);
  made.run(200_000);
  expect([...made.broker(1).metadata.topics.keys()]).toEqual(["orders"]);
  const { highWatermark, records } = fetchAnswer(made.consume(1, "orders", 1));
  expect(highWatermark).toBe(1);
  expect(String.fromCharCode(...records)).toContain("a");
});

test("a topic whose command did not reach the disk was never made", () => {
  const made = standalone();
  made.diskUs.set(1, 50_000);
  const asked = made.ask(1, topicRequest("orders", 1, 1));
  made.run(20_000);
  expect(asked.response).toBe(null);
  made.restart(1);
  made.run(100_000);
  expect(made.broker(1).metadata.topics.size).toBe(0);
});

test("a cluster of one is a cluster all the same", () => {
  const made = new TestCluster(1);
  made.boot();
  expect(made.broker(1).raft!.role).toBe("leader");
  expect(create(made)).toBe(ErrorCode.NONE);
});

test("the disk of a cluster's member is not taken over, nor the other way round", () => {
  const imageOf = (peers: number[]): DiskImage => {
    const disk = new TestDisk();
    const config = { ...DEFAULT_BROKER_CONFIG, serve, random: () => 0, id: nodeId(1) };
    const broker = new Broker({ ...config, peers: peers.map(nodeId) }, new Map(), 0);
    for (let at = 0; at < 60; at++) {
      broker.step({ kind: "tick" }, at);
      for (const output of broker.takeOutputs()) {
        if (output.kind !== "disk") continue;
        const completion = disk.complete(output.operation);
        broker.step({ kind: "diskCompletion", completion }, at);
      }
    }
    return disk.crash();
  };
  const start = (peers: number[], image: DiskImage): string | null => {
    const config = { ...DEFAULT_BROKER_CONFIG, serve, random: () => 0, id: nodeId(1) };
    return new Broker({ ...config, peers: peers.map(nodeId) }, image, 0).stopped;
  };
  expect(start([], imageOf([1]))).toContain("member of a cluster");
  expect(start([1], imageOf([]))).toContain("standalone");
  expect(start([], imageOf([]))).toBe(null);
  expect(start([1], imageOf([1]))).toBe(null);
});

test("a damaged disk is not served from", () => {
  const made = standalone();
  create(made);
  const disk = new TestDisk();
  const config = { ...DEFAULT_BROKER_CONFIG, serve, random: () => 0, id: nodeId(1), events: true };
  const broker = new Broker({ ...config, peers: [] }, new Map(), 0);
  for (let at = 0; at < 5; at++) {
    broker.step({ kind: "tick" }, at);
    for (const output of broker.takeOutputs()) {
      if (output.kind !== "disk") continue;
      broker.step({ kind: "diskCompletion", completion: disk.complete(output.operation) }, at);
    }
    const request = topicRequest(`topic-${at}`, 1, 1);
    const frame = encodeRequest(request, { apiVersion: 4, correlationId: 1, clientId: null });
    broker.step({ kind: "clientFrame", connection: at, frame }, at);
  }
  const image = new Map(disk.crash());
  for (const bytes of image.values()) bytes[60]! ^= 0x10;
  const restarted = new Broker({ ...config, peers: [] }, image, 0);
  const sentence = restarted.stopped;
  expect(sentence).toMatch(
    /^Segment 1, record 1 .* does not serve or vote until it is repaired\.$/,
  );
  expect(restarted.damage).toMatchObject({ sentence, wal: { outcome: "damaged", segment: 1 } });
  expect(restarted.wal).toBe(null);
  restarted.step({ kind: "tick" }, 1);
  expect(restarted.takeOutputs()).toEqual([
    { kind: "event", event: { kind: "damageFound", sentence } },
    { kind: "event", event: { kind: "stopped", reason: sentence } },
  ]);
});
