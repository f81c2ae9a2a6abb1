import { expect, test } from "vitest";
import { ErrorCode, splitBatches } from "../../wire/index.ts";
import type { ProduceResponse } from "../../wire/index.ts";
import { fetchAnswer, produceAnswer, TestCluster } from "../testing/testCluster.ts";
import type { Asked } from "../testing/testCluster.ts";

const RAFT = { "replication.mode": "raft" };

function withTopic(partitionCount = 1, config: ConstructorParameters<typeof TestCluster>[1] = {}) {
  const cluster = new TestCluster(3, config);
  cluster.boot();
  cluster.createTopic("orders", partitionCount, 3, 2, RAFT);
  cluster.runUntil(() => leaderOf(cluster) !== null);
  return cluster;
}

/** Who leads orders-0, in the latest term. */
function leaderOf(cluster: TestCluster): number | null {
  const leading = cluster.alive.filter(({ raftPartitions }) =>
    raftPartitions!.isReadable("orders-0"),
  );
  const term = (id: number): number =>
    cluster.broker(id).raftPartitions!.groups.get("orders-0")!.raft.term;
  const [leader] = leading.sort((a, b) => term(b.id) - term(a.id));
  return leader?.id ?? null;
}

function produced(cluster: TestCluster, asked: Asked): ProduceResponse["partitions"][number] {
  cluster.runUntil(() => asked.response !== null);
  return produceAnswer(asked);
}

function batchesAt(cluster: TestCluster, asked: Asked): number {
  cluster.runUntil(() => asked.response !== null);
  const { errorCode, records } = fetchAnswer(asked);
  expect(errorCode).toBe(ErrorCode.NONE);
  const split = splitBatches(records);
  return split.ok ? split.batches.length : -1;
}

test.each([1, -1] as const)(
  "a client writes to a topic in mode raft and reads it, with acks %i",
  (acks) => {
    const cluster = withTopic(2);
    const leader = leaderOf(cluster)!;
    expect(cluster.controller.metadata.partitions.get("orders-0")).toMatchObject({ leader });
    const answer = produced(cluster, cluster.produce(leader, "orders", 0, "a", acks));
    expect(answer).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    expect(batchesAt(cluster, cluster.consume(leader, "orders", 0))).toBe(1);
    const follower = cluster.alive.find(({ id }) => id !== leader)!.id;
    const refused = produced(cluster, cluster.produce(follower, "orders", 0, "b", acks));
    expect(refused).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: leader },
    });
  },
);

test("what was acknowledged survives its leader, and the whole cluster", () => {
  const cluster = withTopic();
  const first = leaderOf(cluster)!;
  produced(cluster, cluster.produce(first, "orders", 0, "a", 1));
  cluster.kill(first);
  cluster.runUntil(() => (leaderOf(cluster) ?? first) !== first);
  const second = leaderOf(cluster)!;
  produced(cluster, cluster.produce(second, "orders", 0, "b", -1));
  cluster.runUntil(
    () => cluster.broker(second).metadata.partitions.get("orders-0")!.leader === second,
  );
  for (const id of [1, 2, 3]) cluster.kill(id);
  for (const id of [1, 2, 3]) cluster.restart(id);
  cluster.runUntil(() => leaderOf(cluster) !== null);
  expect(batchesAt(cluster, cluster.consume(leaderOf(cluster)!, "orders", 0))).toBe(2);
  cluster.runUntil(() =>
    cluster.alive.every(({ replicas }) => replicas.get("orders-0")!.highWatermark === 2),
  );
});

test("what is in segments is read from there after a restart, and goes with its topic", () => {
  const sizes = { snapshotEntries: 5, segmentBytesMax: 3_000, partitionFlushBytes: 300 };
  const cluster = withTopic(1, sizes);
  for (let at = 0; at < 30; at++) {
    const asked = cluster.produce(leaderOf(cluster)!, "orders", 0, `value ${at}`, -1);
    expect(produced(cluster, asked).errorCode).toBe(ErrorCode.NONE);
  }
  cluster.run(500_000);
  const segmentsOf = (id: number): string[] =>
    [...cluster.disk(id).image().keys()].filter((name) => name.startsWith("orders-0.g1."));
  for (const id of [1, 2, 3]) cluster.kill(id);
  for (const id of [1, 2, 3]) {
    const log = cluster.restart(id).replicas.get("orders-0")!;
    expect(segmentsOf(id).length).toBeGreaterThan(0);
    expect(log.flushedEndOffset).toBeGreaterThan(10);
  }
  cluster.runUntil(() => leaderOf(cluster) !== null);
  expect(batchesAt(cluster, cluster.consume(leaderOf(cluster)!, "orders", 0))).toBe(30);
  const asked = cluster.administer(cluster.controller.id, { kind: "deleteTopic", topic: "orders" });
  cluster.runUntil(() => asked.response !== null);
  cluster.run(1_000_000);
  expect([1, 2, 3].flatMap(segmentsOf)).toEqual([]);
});

test.each([80, 160, 240])(
  "a group begins although all lose power while it is written down, %i bytes of it",
  (survivingBytes) => {
    const cluster = new TestCluster(3);
    cluster.boot();
    const torn = new Set<number>();
    cluster.onOutput = (node, output) => {
      const isAssigned = cluster.broker(node).metadata.partitions.has("orders-0");
      if (output.kind !== "disk" || output.operation.kind !== "append") return;
      if (!isAssigned || torn.has(node)) return;
      torn.add(node);
      cluster.loseOperation(node, output.operation, survivingBytes, true);
    };
    cluster.createTopic("orders", 1, 3, 2, RAFT);
    expect(torn.size).toBe(3);
    cluster.onOutput = () => {};
    cluster.runUntil(() => leaderOf(cluster) !== null);
    const leader = leaderOf(cluster)!;
    const answer = produced(cluster, cluster.produce(leader, "orders", 0, "a", -1));
    expect(answer.errorCode).toBe(ErrorCode.NONE);
  },
);

test("a topic in mode raft that is deleted is gone, and one of its name begins anew", () => {
  const cluster = withTopic();
  produced(cluster, cluster.produce(leaderOf(cluster)!, "orders", 0, "a", -1));
  const asked = cluster.administer(cluster.controller.id, { kind: "deleteTopic", topic: "orders" });
  cluster.runUntil(() => asked.response !== null);
  cluster.runUntil(() =>
    cluster.alive.every(({ raftPartitions }) => raftPartitions!.groups.size === 0),
  );
  cluster.createTopic("orders", 1, 3, 2, RAFT);
  cluster.runUntil(() => leaderOf(cluster) !== null);
  const again = cluster.produce(leaderOf(cluster)!, "orders", 0, "b", -1);
  expect(produced(cluster, again)).toMatchObject({ baseOffset: 0 });
  for (const id of [1, 2, 3]) cluster.restart(id);
  cluster.runUntil(
    () => cluster.alive.every(({ stopped }) => stopped === null) && leaderOf(cluster) !== null,
  );
  expect(batchesAt(cluster, cluster.consume(leaderOf(cluster)!, "orders", 0))).toBe(1);
});
