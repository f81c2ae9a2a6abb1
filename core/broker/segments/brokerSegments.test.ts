import { expect, test } from "vitest";
import { splitBatches } from "../../wire/index.ts";
import { TestCluster, fetchAnswer, produceAnswer } from "../testing/testCluster.ts";

const SIZES = { segmentBytesMax: 2_000, partitionFlushBytes: 300, partitionMemoryBytes: 0 };

function segmentsOf(cluster: TestCluster, id: number): string[] {
  return [...cluster.disk(id).image().keys()].filter((name) => name.startsWith("orders-"));
}

/** Twenty records, acknowledged by all replicas. */
function filled(): TestCluster {
  const cluster = new TestCluster(3, SIZES);
  cluster.boot();
  cluster.createTopic("orders");
  for (let at = 0; at < 20; at++) {
    const asked = cluster.produce(1, "orders", 0, `value ${at}`, -1);
    cluster.run(20_000);
    expect(produceAnswer(asked).errorCode).toBe(0);
  }
  cluster.run(1_500_000);
  return cluster;
}

/** How many records a consumer gets that starts at the beginning. */
function readAll(cluster: TestCluster, id: number): number {
  let count = 0;
  for (let rounds = 0; rounds < 30; rounds++) {
    const asked = cluster.consume(id, "orders", 0, count, 100);
    cluster.run(300_000);
    const { errorCode, records } = fetchAnswer(asked);
    expect(errorCode).toBe(0);
    const split = splitBatches(records);
    if (!split.ok || split.batches.length === 0) return count;
    count += split.batches.length;
  }
  return count;
}

test("committed batches go to segments of their partition on every replica", () => {
  const cluster = filled();
  for (const id of [1, 2, 3]) {
    const log = cluster.broker(id).replicas.get("orders-0")!;
    expect(log.flushedEndOffset, `n${id}`).toBeGreaterThan(10);
    expect(log.batches[0]!.bytes, `n${id}`).toBeNull();
    expect(segmentsOf(cluster, id).length, `n${id}`).toBeGreaterThan(0);
  }
  expect(readAll(cluster, 1)).toBe(20);
});

test("with the power gone everywhere all of it is there again", () => {
  const cluster = filled();
  for (const id of [1, 2, 3]) cluster.kill(id);
  for (const id of [1, 2, 3]) {
    const log = cluster.restart(id).replicas.get("orders-0")!;
    expect([log.logEndOffset, log.highWatermark]).toEqual([20, log.flushedEndOffset]);
  }
  cluster.run(5_000_000);
  const { leader } = cluster.controller.metadata.partitions.get("orders-0")!;
  expect(readAll(cluster, leader)).toBe(20);
});

test("a topic that is deleted leaves nothing, and one of its name begins anew", () => {
  const cluster = filled();
  cluster.kill(3);
  const deleted = cluster.administer(cluster.controller.id, {
    kind: "deleteTopic",
    topic: "orders",
  });
  cluster.run(1_000_000);
  expect(deleted.response).toMatchObject({ api: "admin", errorCode: 0 });
  cluster.createTopic("orders", 1, 2);
  cluster.restart(3);
  cluster.run(3_000_000);
  for (const id of [1, 2, 3]) {
    expect(segmentsOf(cluster, id), `n${id}`).toEqual([]);
    expect(cluster.broker(id).replicas.get("orders-0")?.logEndOffset ?? 0, `n${id}`).toBe(0);
  }
});

test("a broker that finds its segment damaged while it reads stops and says where", () => {
  const cluster = filled();
  const [file] = segmentsOf(cluster, 1);
  cluster.disk(1).flipBit(file!, 150);
  cluster.consume(1, "orders", 0, 0, 100);
  cluster.run(300_000);
  expect(cluster.broker(1).stopped).toContain(`${file} is damaged from byte`);
});
