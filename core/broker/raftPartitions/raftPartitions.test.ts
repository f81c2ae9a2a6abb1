import { describe, expect, test } from "vitest";
import { encodeRecordBatch, ErrorCode } from "../../wire/index.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { findSnapshots, recoverWal, SnapshotStore } from "../../wal/index.ts";
import type { WalRecord } from "../../wal/index.ts";
import { index, nodeId, term } from "../../base/ids.ts";
import { confStateOf } from "../../raft/index.ts";
import { DEFAULT_BROKER_CONFIG } from "../config.ts";
import { Outbox } from "../outbox.ts";
import { recover } from "../recover.ts";
import { TestDisk } from "../testing/testDisk.ts";
import type { RaftProposal } from "./raftPartitions.ts";
import { memberId } from "./memberId.ts";
import { decodePartitionSnapshot } from "./partitionSnapshot.ts";
import { PartitionCluster } from "./testing/partitionCluster.ts";

interface Idempotent {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
}

function batchOf(values: readonly string[], idempotent?: Idempotent): Uint8Array {
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 1_000,
    ...idempotent,
    records: values.map((value) => ({ key: null, value: utf8Encode(value) })),
  });
}

/** Three nodes and a topic of one partition, which node 1 leads. */
function withTopic(config: ConstructorParameters<typeof PartitionCluster>[1] = {}) {
  const cluster = new PartitionCluster(3, config);
  cluster.createTopic("orders", [[1, 2, 3]]);
  cluster.runUntil(() => cluster.leaderOf("orders") !== null);
  return cluster;
}

function propose(cluster: PartitionCluster, node: number, batch: Uint8Array): RaftProposal {
  const proposal = cluster.act(node, (partitions) => partitions.propose("orders-0", batch));
  if (typeof proposal === "number") throw new Error(`refused: ${proposal}`);
  return proposal;
}

/** Proposes to the leader, and waits for the outcome. */
function produce(cluster: PartitionCluster, values: readonly string[], of?: Idempotent) {
  cluster.runUntil(() => cluster.leaderOf("orders") !== null);
  const proposal = propose(cluster, cluster.leaderOf("orders")!, batchOf(values, of));
  cluster.runUntil(() => proposal.errorCode !== null);
  return proposal;
}

/** Sizes with which batches go to segments a few at a time. */
const SMALL = { snapshotEntries: 5, partitionFlushBytes: 300 };

/** The files of a node. */
function namesOf(cluster: PartitionCluster, node: number): string[] {
  return [...cluster.disk(node).image().keys()];
}

function segmentsOf(cluster: PartitionCluster, node: number): string[] {
  return namesOf(cluster, node).filter((name) => name.startsWith("orders-"));
}

function bytesOf(cluster: PartitionCluster, node: number, topic = "orders"): string {
  return cluster
    .log(node, topic)
    .batches.map(({ bytes }) => bytes!.join())
    .join("|");
}

function expectSameLogs(cluster: PartitionCluster, topic = "orders"): void {
  const ends = (): number[] => cluster.alive.map((id) => cluster.log(id, topic).highWatermark);
  cluster.runUntil(() => new Set(ends()).size === 1);
  const logs = new Set(cluster.alive.map((id) => bytesOf(cluster, id, topic)));
  expect(logs.size).toBe(1);
}

describe("a partition with a group of its own", () => {
  test("is led by its preferred leader at once, and the metadata hears of it", () => {
    const cluster = new PartitionCluster(3);
    cluster.createTopic("orders", [
      [2, 3, 1],
      [3, 1, 2],
    ]);
    cluster.run(150_000);
    expect([cluster.leaderOf("orders", 0), cluster.leaderOf("orders", 1)]).toEqual([2, 3]);
    const { raft } = cluster.partitions(2).groups.get("orders-0")!;
    expect(cluster.metadata.partitions.get("orders-0")).toMatchObject({
      leader: 2,
      leaderEpoch: raft.term,
    });
    for (const id of [1, 2, 3]) {
      expect(cluster.partitions(id).leaders.get("orders-1")).toEqual({
        leaderId: 3,
        leaderEpoch: cluster.metadata.partitions.get("orders-1")!.leaderEpoch,
      });
    }
  });

  test("is led by its preferred leader although the others hear of it late", () => {
    const cluster = new PartitionCluster(3);
    cluster.arrives = () => cluster.clock.nowUs > 250_000;
    cluster.createTopic("orders", [[1, 2, 3]]);
    cluster.run(500_000);
    expect(cluster.leaderOf("orders")).toBe(1);
  });

  test("acknowledges what a quorum has on disk, with the same bytes everywhere", () => {
    const cluster = withTopic();
    expect(produce(cluster, ["a", "b"])).toMatchObject({
      errorCode: ErrorCode.NONE,
      baseOffset: 0,
    });
    expect(produce(cluster, ["c"])).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 2 });
    expectSameLogs(cluster);
    const log = cluster.log(3, "orders");
    expect([log.logEndOffset, log.durableEndOffset, log.highWatermark]).toEqual([3, 3, 3]);
    expect(log.lastEpoch).toBe(cluster.partitions(1).groups.get("orders-0")!.raft.term);
  });

  test("does not acknowledge before the disks of a quorum have answered", () => {
    const cluster = withTopic();
    cluster.diskUs = 50_000;
    const proposal = propose(cluster, 1, batchOf(["a"]));
    cluster.run(45_000);
    expect(proposal.errorCode).toBe(null);
    cluster.run(100_000);
    expect(proposal.errorCode).toBe(ErrorCode.NONE);
  });

  test("refuses on a follower, and where it is not known", () => {
    const cluster = withTopic();
    const ask = (key: string) => cluster.act(2, (one) => one.propose(key, batchOf(["a"])));
    expect(ask("orders-0")).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(ask("nothing-0")).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect([1, 2].map((id) => cluster.partitions(id).isReadable("orders-0"))).toEqual([
      true,
      false,
    ]);
    expect(cluster.partitions(1).isReadable("nothing-0")).toBe(false);
  });

  test("moves when its leader dies, and what was cut off with the old one is lost to its asker", () => {
    const cluster = withTopic();
    produce(cluster, ["a"]);
    cluster.arrives = (from, to) => from !== 1 && to !== 1;
    const lost = propose(cluster, 1, batchOf(["b"]));
    cluster.runUntil(() => cluster.leaderOf("orders") !== 1);
    cluster.runUntil(() => lost.errorCode !== null);
    expect(lost.errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    expect(cluster.partitions(1).leaders.get("orders-0")!.leaderId).toBe(0);
    produce(cluster, ["c"]);
    cluster.arrives = () => true;
    cluster.run(1_000_000);
    expectSameLogs(cluster);
    expect(cluster.log(1, "orders").logEndOffset).toBe(2);
    expect(cluster.log(1, "orders").epochStarts()).toHaveLength(2);
  });

  test("a new leader is not read from before it knows what earlier ones have committed", () => {
    const cluster = withTopic();
    produce(cluster, ["a"]);
    const seen: boolean[] = [];
    cluster.kill(1);
    // Nobody stores anything for the new leader: it cannot commit the first entry of its term.
    cluster.arrives = (_, __, { message }) => message.type !== "MsgAppResp";
    const roleOf = (id: number) => cluster.partitions(id).groups.get("orders-0")!.raft.role;
    cluster.runUntil(() => [2, 3].some((id) => roleOf(id) === "leader"));
    const leader = [2, 3].find((id) => roleOf(id) === "leader")!;
    seen.push(cluster.partitions(leader).isReadable("orders-0"));
    cluster.arrives = () => true;
    cluster.run(500_000);
    seen.push(cluster.partitions(leader).isReadable("orders-0"));
    expect(seen).toEqual([false, true]);
  });
});

describe("an idempotent producer", () => {
  const first = { producerId: 7, producerEpoch: 0, baseSequence: 0 };

  test("has a retry answered with the first offset, and it is stored once", () => {
    const cluster = withTopic();
    const batch = batchOf(["a", "b"], first);
    // Both are on their way before either is applied: only applying them can tell.
    const sent = propose(cluster, 1, batch);
    const again = propose(cluster, 1, batch);
    cluster.runUntil(() => again.errorCode !== null);
    expect([sent, again]).toMatchObject([
      { errorCode: ErrorCode.NONE, baseOffset: 0 },
      { errorCode: ErrorCode.NONE, baseOffset: 0 },
    ]);
    expectSameLogs(cluster);
    expect(cluster.log(2, "orders").logEndOffset).toBe(2);
  });

  test("has a retry recognised by the next leader, and after a snapshot and a restart", () => {
    const cluster = withTopic({ snapshotEntries: 4 });
    produce(cluster, ["a"], first);
    for (const value of ["b", "c", "d", "e"]) produce(cluster, [value]);
    cluster.run(100_000);
    for (const id of [1, 2, 3]) cluster.kill(id);
    for (const id of [1, 2, 3]) cluster.start(id);
    cluster.kill(1);
    expect(produce(cluster, ["a"], first)).toMatchObject({
      errorCode: ErrorCode.NONE,
      baseOffset: 0,
    });
    expect(cluster.log(2, "orders").logEndOffset).toBe(5);
  });

  test("is refused with a gap in its sequence, and with an old epoch", () => {
    const cluster = withTopic();
    produce(cluster, ["a"], first);
    expect(produce(cluster, ["b"], { ...first, baseSequence: 5 })).toMatchObject({
      errorCode: ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      baseOffset: -1,
    });
    produce(cluster, ["c"], { ...first, producerEpoch: 1 });
    expect(produce(cluster, ["d"], { ...first, baseSequence: 1 }).errorCode).toBe(
      ErrorCode.INVALID_PRODUCER_EPOCH,
    );
    expectSameLogs(cluster);
    expect(cluster.log(1, "orders").logEndOffset).toBe(2);
  });
});

describe("the disk", () => {
  const recordsOf = (cluster: PartitionCluster, node: number): WalRecord[] => {
    const records: WalRecord[] = [];
    const image = cluster.disk(node).durableImage();
    recoverWal(image, { node: nodeId(node) }, ({ record }) => records.push(record));
    return records;
  };
  const NODES = [1, 2, 3];
  const restartAll = (cluster: PartitionCluster): void => {
    for (const id of [1, 2, 3]) cluster.kill(id);
    for (const id of [1, 2, 3]) cluster.start(id);
    expect([...cluster.refused.values()]).toEqual([]);
  };

  test("groups share one log, and what they write at the same time goes out as one write", () => {
    const cluster = new PartitionCluster(3);
    cluster.createTopic("orders", [[1, 2, 3]]);
    cluster.createTopic("carts", [[1, 2, 3]]);
    cluster.runUntil(() => cluster.leaderOf("orders") === 1 && cluster.leaderOf("carts") === 1);
    cluster.run(200_000);
    const before = cluster.wal(1).lastSequence;
    cluster.act(1, (partitions) => {
      partitions.propose("orders-0", batchOf(["a"]));
      partitions.propose("carts-0", batchOf(["b"]));
    });
    const write = cluster.wal(1).inFlight!;
    expect([write.firstSequence, write.lastSequence]).toEqual([before + 1, before + 2]);
    const { openReady: one } = cluster.partitions(1).groups.get("orders-0")!;
    const { openReady: other } = cluster.partitions(1).groups.get("carts-0")!;
    expect([one!.write!.operation, other!.write!.operation]).toEqual([write.id, write.id]);
  });

  test("each group is recovered from its own records", () => {
    const cluster = new PartitionCluster(3);
    cluster.createTopic("orders", [[1, 2, 3]]);
    cluster.createTopic("carts", [[1, 2, 3]]);
    produce(cluster, ["a"]);
    cluster.run(300_000);
    const logs = ["orders", "carts"].map((topic) => bytesOf(cluster, 1, topic));
    restartAll(cluster);
    cluster.runUntil(() => cluster.leaderOf("orders") !== null);
    cluster.runUntil(() => cluster.leaderOf("carts") !== null);
    expectSameLogs(cluster);
    expect(["orders", "carts"].map((topic) => bytesOf(cluster, 1, topic))).toEqual(logs);
    produce(cluster, ["b"]);
  });

  test("is relieved by segments, and by snapshots that go on where these end", () => {
    const cluster = withTopic({ ...SMALL, segmentBytesMax: 1_000 });
    for (let at = 0; at < 60; at++) produce(cluster, [`value-${at}`]);
    cluster.run(300_000);
    for (const id of NODES) {
      const log = cluster.log(id, "orders");
      expect(log.flushedEndOffset).toBeGreaterThan(50);
      expect(segmentsOf(cluster, id)).toEqual(log.flushed.files.map(({ file }) => file));
      const [newest] = findSnapshots(cluster.disk(id).durableImage()).snapshots;
      const { segmentsEnd, batches } = decodePartitionSnapshot(newest!.data);
      expect(segmentsEnd).toBeGreaterThan(40);
      expect(batches.length).toBeLessThan(600);
      expect(cluster.wal(id).segments.length).toBeLessThan(6);
      expect(cluster.wal(id).segments[0]!.segment).toBeGreaterThan(1);
    }
    const before = bytesOf(cluster, 1);
    restartAll(cluster);
    for (const id of NODES) expect(cluster.log(id, "orders").flushedEndOffset).toBeGreaterThan(40);
    cluster.runUntil(() => cluster.leaderOf("orders") !== null);
    expectSameLogs(cluster);
    expect(bytesOf(cluster, 2)).toBe(before);
  });

  test("has snapshots of what is new alone, however long the log is", () => {
    const cluster = withTopic(SMALL);
    const largest = [0, 0];
    for (let at = 0; at < 160; at++) {
      produce(cluster, [`value-${at}`]);
      const half = at < 80 ? 0 : 1;
      const [newest] = findSnapshots(cluster.disk(1).image()).snapshots;
      largest[half] = Math.max(largest[half]!, newest?.data.length ?? 0);
    }
    expect(largest[0]).toBeGreaterThan(8);
    expect(largest[1]).toBeLessThan(1_000);
    expect(bytesOf(cluster, 1).length).toBeGreaterThan(10_000);
  });

  test("does not keep everything for the sake of a group that nobody writes to", () => {
    const cluster = new PartitionCluster(3, { snapshotEntries: 1_000, segmentBytesMax: 2_000 });
    cluster.createTopic("idle", [[1, 2, 3]]);
    cluster.createTopic("orders", [[1, 2, 3]]);
    cluster.runUntil(() => cluster.leaderOf("idle") !== null);
    for (let at = 0; at < 60; at++) produce(cluster, ["x".repeat(200)]);
    cluster.run(1_000_000);
    expect(cluster.wal(2).segments.length).toBeLessThan(9);
    // Its vote stands in no segment but for what each new one repeats.
    const promised = () =>
      NODES.map((id) => cluster.partitions(id).groups.get("idle-0")!.raft.basicStatus()).map(
        ({ term, vote }) => [term, vote],
      );
    const before = promised();
    restartAll(cluster);
    expect(promised()).toEqual(before);
    cluster.runUntil(() => cluster.leaderOf("idle") !== null);
    expectSameLogs(cluster);
    expect(cluster.log(1, "orders").logEndOffset).toBe(60);
  });

  test("a follower far behind gets a snapshot, and what it had stays as it is", () => {
    const cluster = withTopic({ ...SMALL, snapshotTrailingEntries: 0 });
    produce(cluster, ["a"]);
    cluster.run(200_000);
    const [before] = cluster.log(3, "orders").batches;
    cluster.arrives = (_, to) => to !== 3;
    for (let at = 0; at < 20; at++) produce(cluster, [`value-${at}`]);
    cluster.arrives = () => true;
    const types: string[] = [];
    cluster.arrives = (_, to, { message }) => {
      if (to === 3) types.push(message.type);
      return true;
    };
    expectSameLogs(cluster);
    expect(types).toContain("MsgSnap");
    expect(cluster.log(1, "orders").flushedEndOffset).toBeGreaterThan(5);
    expect(cluster.log(3, "orders").batches[0]).toBe(before);
    expect(cluster.log(3, "orders").highWatermark).toBe(21);
  });

  test("many followers' snapshots take turns", () => {
    const cluster = new PartitionCluster(3, { snapshotEntries: 5, snapshotTrailingEntries: 0 });
    const topics = ["a", "b", "c", "d"];
    for (const topic of topics) cluster.createTopic(topic, [[1, 2, 3]]);
    cluster.runUntil(() => topics.every((topic) => cluster.leaderOf(topic) === 1));
    cluster.kill(3);
    for (let at = 0; at < 20; at++) {
      cluster.act(1, (one) => topics.map((topic) => one.propose(`${topic}-0`, batchOf([topic]))));
      cluster.run(100_000);
    }
    cluster.start(3);
    const end = (topic: string): number => cluster.log(3, topic).highWatermark;
    // Less than a tick for each: whoever waits goes on as soon as the one before is done.
    cluster.run(350_000);
    expect(topics.map(end)).toEqual([20, 20, 20, 20]);
  });

  test("a group that has gone leaves nothing behind, not even in a log that is cut", () => {
    const cluster = withTopic({ ...SMALL, segmentBytesMax: 1_000 });
    for (let at = 0; at < 20; at++) produce(cluster, [`value-${at}`]);
    const { topicId } = cluster.metadata.topics.get("orders")!;
    cluster.apply({ kind: "deleteTopic", topic: "orders", topicId });
    cluster.run(10_000);
    expect(namesOf(cluster, 1).filter((name) => !name.startsWith("wal"))).toEqual([]);
    cluster.createTopic("orders", [[1, 2, 3]]);
    restartAll(cluster);
    produce(cluster, ["of another topic"]);
    expect(cluster.log(1, "orders").logEndOffset).toBe(1);
    for (let at = 0; at < 20; at++) produce(cluster, [`value-${at}`]);
    cluster.run(300_000);
    restartAll(cluster);
    cluster.runUntil(() => cluster.leaderOf("orders") !== null);
    expect(
      new Set(recordsOf(cluster, 1).map((record) => ("group" in record ? record.group : 0))),
    ).toEqual(new Set([0, 2]));
  });

  test.each([
    ["at once, with its segments", 200, [0]],
    ["once the metadata has told, without segments", 1_000_000, [0, 1]],
  ])("a group whose topic was deleted while the node was down goes %s", (_, flushBytes, groups) => {
    const sizes = { partitionFlushBytes: flushBytes, segmentBytesMax: 5 * flushBytes };
    const cluster = withTopic({ snapshotEntries: 5, ...sizes });
    for (let at = 0; at < 20; at++) produce(cluster, [`value-${at}`]);
    cluster.run(200_000);
    cluster.kill(3);
    const { topicId } = cluster.metadata.topics.get("orders")!;
    cluster.apply({ kind: "deleteTopic", topic: "orders", topicId });
    cluster.start(3);
    expect([...cluster.store(3).groups]).toEqual(groups);
    cluster.run(300_000);
    expect([...cluster.store(3).groups]).toEqual([0]);
    expect(namesOf(cluster, 3).filter((name) => !name.startsWith("wal"))).toEqual([]);
    cluster.kill(3);
    cluster.start(3);
    expect([...cluster.store(3).groups]).toEqual([0]);
  });
});

describe("what a crash leaves of a group", () => {
  test("its first members, who nobody has stood before yet", () => {
    const cluster = new PartitionCluster(3);
    cluster.arrives = () => false;
    cluster.createTopic("orders", [[1, 2, 3]]);
    cluster.run(20_000);
    for (const id of [1, 2, 3]) cluster.kill(id);
    for (const id of [1, 2, 3]) cluster.start(id);
    cluster.arrives = () => true;
    cluster.runUntil(() => cluster.leaderOf("orders") !== null);
  });

  test("nothing, if it went while its snapshot was being written", () => {
    const cluster = withTopic();
    produce(cluster, ["a"]);
    cluster.diskUs = 5_000;
    cluster.partitions(1).groups.get("orders-0")!.snapshots.take();
    cluster.act(1, () => {});
    cluster.run(12_000);
    expect(cluster.store(1).saving).not.toBe(null);
    const { topicId } = cluster.metadata.topics.get("orders")!;
    cluster.apply({ kind: "deleteTopic", topic: "orders", topicId });
    cluster.run(100_000);
    expect([...cluster.disk(1).image().keys()].filter((file) => !file.startsWith("wal"))).toEqual(
      [],
    );
  });

  test("not the snapshot of a group that the log does not speak of", () => {
    const disk = new TestDisk();
    let lastId = 0;
    const files = new SnapshotStore(findSnapshots(disk.image()), () => ++lastId);
    const members = confStateOf([1, 2, 3].map(nodeId));
    files.save({ group: 4, index: index(9), term: term(2), members, data: new Uint8Array(0) });
    for (let next = files.nextOperation(); next !== null; next = files.nextOperation()) {
      files.complete(disk.complete(next));
    }
    const own = { id: nodeId(1), peers: [1, 2, 3].map(nodeId), random: () => 0 };
    const recovery = recover(
      { ...DEFAULT_BROKER_CONFIG, ...own },
      disk.crash(),
      new Outbox(false, 0),
    );
    if (!recovery.ok) throw new Error(recovery.reason);
    const { groups, snapshots } = recovery.recovered;
    expect([...groups.keys()]).toEqual([0]);
    expect(snapshots).toMatchObject({ snapshots: [], leftovers: [...disk.image().keys()] });
  });
});

describe("a node whose disk was replaced", () => {
  test("is waited for: no member before it is back, no voter before it has caught up", () => {
    const cluster = withTopic();
    cluster.kill(3);
    cluster.apply({ kind: "removeNode", node: nodeId(3), generation: 1 });
    cluster.run(3_000_000);
    const { loop } = cluster.partitions(1).groups.get("orders-0")!;
    expect(loop.confState).toMatchObject({ voters: [1, 2], learners: [] });
    const address = "n3:9092";
    cluster.apply({ kind: "admitNode", node: nodeId(3), address, generation: 1 });
    cluster.run(5_000_000);
    expect(loop.confState).toMatchObject({ voters: [1, 2], learners: [memberId(nodeId(3), 1)] });
  });

  test("keeps its groups while its log has yet to tell of it", () => {
    const cluster = withTopic();
    const early = cluster.metadata;
    expect(cluster.replaceDisk(3)).toBe(true);
    cluster.runUntil(() => cluster.log(3, "orders").key === "orders-0");
    cluster.run(3_000_000);
    for (const id of [1, 2, 3]) cluster.kill(id);
    cluster.metadata = early;
    cluster.start(3);
    cluster.run(300_000);
    expect([cluster.partitions(3).groups.size, [...cluster.store(3).groups]]).toEqual([0, [0, 1]]);
  });

  test("is another member: it learns first, votes once it has caught up, and keeps what was there", () => {
    const cluster = withTopic({ snapshotEntries: 5, snapshotTrailingEntries: 0 });
    for (let at = 0; at < 12; at++) produce(cluster, [`value-${at}`]);
    expect(cluster.replaceDisk(3)).toBe(true);
    const { loop } = cluster.partitions(1).groups.get("orders-0")!;
    const renewed = memberId(nodeId(3), 1);
    const seen: string[] = [];
    cluster.runUntil(() => {
      const { voters, learners } = loop.confState;
      const text = `${voters.join()}/${learners.join()}`;
      if (seen.at(-1) !== text) seen.push(text);
      return voters.includes(renewed);
    });
    expect(seen).toEqual(["1,2,3/", "1,2/", `1,2/${renewed}`, `1,2,${renewed}/`]);
    cluster.kill(1);
    produce(cluster, ["after"]);
    expectSameLogs(cluster);
    expect(cluster.log(3, "orders").logEndOffset).toBe(13);
  });

  test("does not count for what its old disk had acknowledged", () => {
    const cluster = withTopic();
    // Nodes 1 and 3 have it, node 2 does not.
    cluster.arrives = (from, to) => from !== 2 && to !== 2;
    const { errorCode } = produce(cluster, ["only on 1 and 3"]);
    expect(errorCode).toBe(ErrorCode.NONE);
    cluster.arrives = (from, to) => from !== 1 && to !== 1;
    expect(cluster.replaceDisk(3)).toBe(true);
    cluster.run(10_000_000);
    // Together they are no quorum: they would decide without it.
    expect(cluster.leaderOf("orders")).not.toBe(2);
    expect(cluster.leaderOf("orders")).not.toBe(3);
    cluster.arrives = () => true;
    cluster.runUntil(() => cluster.log(3, "orders").highWatermark === 1);
    expectSameLogs(cluster);
  });

  test("is among the first members of topics that are made later", () => {
    const cluster = withTopic();
    expect(cluster.replaceDisk(3)).toBe(true);
    cluster.createTopic("carts", [[3, 1, 2]]);
    cluster.runUntil(() => cluster.leaderOf("carts") === 3);
    const { loop } = cluster.partitions(3).groups.get("carts-0")!;
    expect(loop.confState.voters).toEqual([1, 2, memberId(nodeId(3), 1)]);
    cluster.kill(3);
    cluster.start(3);
    cluster.runUntil(() => cluster.leaderOf("carts") !== null);
  });

  test("learns of a group that it slept through from the others", () => {
    const cluster = withTopic();
    expect(cluster.replaceDisk(2)).toBe(true);
    cluster.run(2_000_000);
    cluster.kill(1);
    cluster.createTopic("carts", [[1, 2, 3]]);
    cluster.runUntil(() => cluster.leaderOf("carts") !== null);
    // Another disk is lost meanwhile, so that node 1 cannot know who began.
    expect(cluster.replaceDisk(2)).toBe(true);
    cluster.start(1);
    expect(cluster.partitions(1).groups.get("carts-0")!.loop.confState.voters).toEqual([]);
    cluster.runUntil(
      () => cluster.log(1, "carts").key === "carts-0" && cluster.leaderOf("carts") !== null,
    );
    const { loop } = cluster.partitions(1).groups.get("carts-0")!;
    cluster.runUntil(() => loop.confState.voters.includes(memberId(nodeId(2), 2)));
  });
});
