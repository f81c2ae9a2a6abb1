import { describe, expect, test } from "vitest";
import { crc32c } from "../base/crc32c.ts";
import { leaderEpoch, nodeId, offset, partitionEpoch } from "../base/ids.ts";
import { ErrorCode, readBatchHeader, rewriteBatchOffsets } from "../wire/index.ts";
import { LedPartition } from "./ledPartition.ts";
import { acknowledgement } from "./produce.ts";
import { ReplicaLog, storedBatch } from "./replicaLog.ts";
import { partitionFixture } from "./testing/fixtures.ts";
import { batchOf, fetchAnswer, produceAnswer, TestCluster } from "./testing/testCluster.ts";

function cluster(minInsyncReplicas = 2): TestCluster {
  const made = new TestCluster(3);
  made.boot();
  made.createTopic("orders", 1, 3, minInsyncReplicas);
  return made;
}

function durableEnds(made: TestCluster): number[] {
  return made.alive.map(({ replicas }) => replicas.get("orders-0")!.durableEndOffset);
}

describe("where records may be sent", () => {
  test("a follower refuses them and names the leader", () => {
    const made = cluster();
    expect(produceAnswer(made.produce(2, "orders", 0, "a", -1))).toEqual({
      topic: "orders",
      partition: 0,
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      baseOffset: -1,
      logStartOffset: 0,
      errorMessage: null,
      currentLeader: { leaderId: 1, leaderEpoch: 0 },
    });
    expect(durableEnds(made)).toEqual([0, 0, 0]);
  });

  test("nobody knows that topic, or that partition", () => {
    const made = cluster();
    for (const [id, topic, partition] of [
      [1, "nothing", 0],
      [2, "nothing", 0],
      [1, "orders", 7],
    ] as const) {
      const { errorCode } = produceAnswer(made.produce(id, topic, partition, "a", -1));
      expect(errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    }
  });

  test("a damaged batch is refused, and nothing is stored", () => {
    const made = cluster();
    const records = batchOf(["a"]);
    records[records.length - 1]! ^= 1;
    const asked = made.produceBatch(1, "orders", 0, records, 1);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.CORRUPT_MESSAGE);
    expect(made.broker(1).replicas.get("orders-0")!.logEndOffset).toBe(0);
  });

  test("a batch with fewer records than it says is refused, and so is a control batch", () => {
    const made = cluster();
    const lying = batchOf(["a", "b"]);
    const view = new DataView(lying.buffer);
    view.setInt32(23, 999);
    view.setInt32(57, 1_000);
    view.setUint32(17, crc32c(lying, 21));
    const control = batchOf(["a"]);
    new DataView(control.buffer).setInt16(21, 0x20);
    new DataView(control.buffer).setUint32(17, crc32c(control, 21));
    for (const records of [lying, control]) {
      const { errorCode } = produceAnswer(made.produceBatch(1, "orders", 0, records, 1));
      expect(errorCode).toBe(ErrorCode.INVALID_RECORD);
    }
    expect(durableEnds(made)).toEqual([0, 0, 0]);
  });

  test("the leader gives offsets, and stamps its epoch", () => {
    const made = cluster();
    const send = (values: string[]): void => {
      made.produceBatch(1, "orders", 0, batchOf(values), 1);
    };
    send(["a", "b"]);
    send(["c"]);
    const batches = made.broker(1).replicas.get("orders-0")!.batches;
    expect(batches.map((one) => [one.baseOffset, one.lastOffset, one.leaderEpoch])).toEqual([
      [0, 1, 0],
      [2, 2, 0],
    ]);
  });
});

describe("when records are acknowledged", () => {
  test("acks=all: when every in-sync replica has them on disk", () => {
    const made = cluster();
    made.diskUs.set(3, 40_000);
    const asked = made.produce(1, "orders", 0, "a", -1);
    made.runUntil(() => made.broker(2).replicas.get("orders-0")!.durableEndOffset === 1);
    expect(made.broker(3).replicas.get("orders-0")!.logEndOffset).toBe(1);
    expect(asked.response).toBe(null);
    expect(made.broker(1).pendingProduces).toHaveLength(1);
    made.runUntil(() => asked.response !== null);
    expect(durableEnds(made)).toEqual([1, 1, 1]);
    expect(made.broker(1).pendingProduces).toHaveLength(0);
    expect(produceAnswer(asked)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
  });

  test("acks=1: when the leader's own disk has them", () => {
    const made = cluster();
    made.cut(1);
    const asked = made.produce(1, "orders", 0, "a", 1);
    expect(asked.response).toBe(null);
    made.runUntil(() => asked.response !== null, 10_000);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
    expect(durableEnds(made)).toEqual([1, 0, 0]);
  });

  test("acks=0: never, but they are stored and copied all the same", () => {
    const made = cluster();
    const asked = made.produce(1, "orders", 0, "a", 0);
    made.run(200_000);
    expect(asked.response).toBe(null);
    expect(durableEnds(made)).toEqual([1, 1, 1]);
  });

  test("consumers see them below the high watermark only", () => {
    const made = cluster();
    made.cut(1);
    made.produce(1, "orders", 0, "a", 1);
    made.run(100_000);
    expect(fetchAnswer(made.consume(1, "orders", 0))).toMatchObject({
      highWatermark: 0,
      records: { length: 0 },
    });
    made.heal();
    made.run(2_000_000);
    expect(fetchAnswer(made.consume(1, "orders", 0)).highWatermark).toBe(1);
  });
});

describe("too few replicas", () => {
  test("with a quorum left, the ISR shrinks below the minimum and acks=all gets a 19", () => {
    const made = new TestCluster(5);
    made.boot();
    made.createTopic("orders", 1, 3, 2);
    const waiting = made.produce(1, "orders", 0, "first", -1);
    made.kill(2);
    made.kill(3);
    made.run(8_000_000);
    expect(made.broker(1).led.get("orders-0")!.metadata.isr).toEqual([1]);
    // It was stored, but the high watermark rests while too few are in sync.
    expect(produceAnswer(waiting).errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT);
    const refused = made.produce(1, "orders", 0, "second", -1);
    expect(produceAnswer(refused).errorCode).toBe(ErrorCode.NOT_ENOUGH_REPLICAS);
    const lone = made.produce(1, "orders", 0, "third", 1);
    made.run(100_000);
    expect(produceAnswer(lone)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
  });

  test("a minimum that is lowered lets the high watermark go on, and acks=all with it", () => {
    const made = new TestCluster(5);
    made.boot();
    made.createTopic("orders", 1, 3, 2);
    made.kill(2);
    made.kill(3);
    made.run(8_000_000);
    const stored = made.produce(1, "orders", 0, "stored", 1);
    made.run(100_000);
    expect(produceAnswer(stored).errorCode).toBe(ErrorCode.NONE);
    expect(made.broker(1).replicas.get("orders-0")!.highWatermark).toBe(0);
    made.administer(made.controller.id, {
      kind: "alterTopic",
      topic: "orders",
      minInsyncReplicas: 1,
      uncleanLeaderElection: false,
    });
    made.run(500_000);
    expect(made.broker(1).replicas.get("orders-0")!.highWatermark).toBe(1);
    const second = made.produce(1, "orders", 0, "second", -1);
    made.run(100_000);
    expect(produceAnswer(second)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
  });

  test("reached by the high watermark, but too few left: stored, and said so (20)", () => {
    const led = ledPartition();
    const first = { leaderEpoch: leaderEpoch(0), lastOffset: offset(0) };
    expect(acknowledgement(led, -1, first)).toBe(null);
    led.log.raiseHighWatermark(offset(1));
    expect(acknowledgement(led, -1, first)).toBe(ErrorCode.NONE);
    led.committed({ ...led.metadata, isr: [nodeId(1)], partitionEpoch: partitionEpoch(1) }, 0);
    expect(acknowledgement(led, -1, first)).toBe(ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
    expect(acknowledgement(led, 1, first)).toBe(ErrorCode.NONE);
  });

  test("what waits when the same broker goes on to lead in the next epoch waits on", () => {
    const first = ledPartition();
    const next = { ...first.metadata, leaderEpoch: leaderEpoch(1) };
    const waits = { leaderEpoch: leaderEpoch(0), lastOffset: offset(0) };
    const same = new LedPartition(next, 2, first.log, 0, first);
    expect(acknowledgement(same, -1, waits)).toBe(null);
    first.log.raiseHighWatermark(offset(1));
    expect(acknowledgement(same, -1, waits)).toBe(ErrorCode.NONE);
    // With another leader in between the records may have been dropped and others put there.
    const again = new LedPartition(next, 2, first.log, 0);
    expect(acknowledgement(again, -1, waits)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });

  test("what was appended in another epoch is not acknowledged, even by who leads again", () => {
    const led = ledPartition();
    const older = { leaderEpoch: leaderEpoch(-1), lastOffset: offset(0) };
    expect(acknowledgement(led, 1, older)).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const refused = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    expect(acknowledgement(undefined, 1, { ...older, leaderEpoch: leaderEpoch(0) })).toBe(refused);
  });

  test("waiting producers are told when leadership moves away", () => {
    const made = cluster();
    made.cut(1);
    const asked = made.produceBatch(1, "orders", 0, batchOf(["a"]), -1, 30_000);
    made.run(5_000_000);
    expect(asked.response).toBe(null);
    made.heal();
    made.runUntil(() => asked.response !== null, 2_000_000);
    expect(produceAnswer(asked)).toMatchObject({
      errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
      currentLeader: { leaderId: 2, leaderEpoch: 1 },
    });
  });
});

/** Led by n1, with one durable record and n2 in sync; at least two shall be. */
function ledPartition(): LedPartition {
  const log = new ReplicaLog("orders", 0);
  const bytes = rewriteBatchOffsets(batchOf(["a"]), offset(0), leaderEpoch(0));
  log.append(storedBatch(readBatchHeader(bytes)!, bytes, 1));
  log.makeDurable(1);
  return new LedPartition(partitionFixture(), 2, log, 0);
}
