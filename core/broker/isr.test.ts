import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, offset, partitionEpoch } from "../base/ids.ts";
import { EMPTY_METADATA } from "../metadata/index.ts";
import type { MetadataCommand, NodeMetadata } from "../metadata/index.ts";
import { ErrorCode, readBatchHeader, rewriteBatchOffsets } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import { DEFAULT_BROKER_CONFIG } from "./index.ts";
import { IsrKeeper } from "./isr.ts";
import { LedPartition } from "./ledPartition.ts";
import { Outbox } from "./outbox.ts";
import { ReplicaLog, storedBatch } from "./replicaLog.ts";
import { nodeFixture, partitionFixture } from "./testing/fixtures.ts";
import { batchOf, produceAnswer, TestCluster } from "./testing/testCluster.ts";

function cluster(config = {}): TestCluster {
  const made = new TestCluster(3, config);
  made.boot();
  made.createTopic("orders", 1, 3, 2);
  return made;
}

function led(made: TestCluster): LedPartition {
  return made.broker(1).led.get("orders-0")!;
}

function proposals(
  made: TestCluster,
): { readonly isr: readonly number[]; readonly reason: string }[] {
  return made.events.flatMap(({ event }) => (event.kind === "isrProposed" ? [event] : []));
}

/** Sessions that do not end, so that only the leader takes anybody out of the ISR. */
const LONG_SESSIONS = { brokerSessionTimeoutUs: 60_000_000 };

describe("a follower that falls behind", () => {
  test("leaves the ISR when it has lagged for too long, and returns when it has caught up", () => {
    const made = cluster(LONG_SESSIONS);
    made.run(1_000_000);
    made.kill(3);
    const asked = made.produce(1, "orders", 0, "a", -1);
    made.run(1_000_000);
    expect(led(made).metadata.isr).toEqual([1, 2, 3]);
    expect(asked.response).toBe(null);
    made.run(1_500_000);
    expect(led(made).metadata.isr).toEqual([1, 2]);
    expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);

    made.restart(3);
    made.runUntil(() => led(made).metadata.isr.length === 3);
    made.run(100_000);
    expect(made.broker(3).replicas.get("orders-0")!.durableEndOffset).toBe(1);
    expect(proposals(made)).toMatchObject([
      { isr: [1, 2], reason: "n3 fell behind for too long" },
      { isr: [1, 2, 3], reason: "n3 has caught up" },
    ]);
    for (const { metadata } of made.alive) {
      expect(metadata.partitions.get("orders-0")).toMatchObject({
        isr: [1, 2, 3],
        leaderEpoch: 0,
        partitionEpoch: 2,
      });
    }
  });

  test("stays while there is nothing that it lacks (Kafka: its end is the leader's)", () => {
    const made = cluster(LONG_SESSIONS);
    made.run(1_000_000);
    made.kill(3);
    made.run(5_000_000);
    expect(led(made).metadata.isr).toEqual([1, 2, 3]);
    expect(proposals(made)).toEqual([]);
  });

  test("a dead one is taken out by the controller when its session ends", () => {
    const made = cluster({ replicaLagTimeMaxUs: 60_000_000 });
    const dead = [2, 3].find((id) => id !== made.controller.id)!;
    made.kill(dead);
    made.run(4_000_000);
    expect(led(made).metadata.isr).toEqual([1, 2, 3].filter((id) => id !== dead));
    expect(proposals(made)).toMatchObject([{ reason: `the session of n${dead} ended` }]);
  });
});

describe("a follower returns when it has", () => {
  function returning(of: Partial<NodeMetadata> = {}): {
    fetchedAt: (at: number) => void;
    proposed: MetadataCommand[];
  } {
    const proposed: MetadataCommand[] = [];
    const log = new ReplicaLog("orders", 0);
    for (const at of [0, 1, 2, 3]) {
      const bytes = rewriteBatchOffsets(batchOf(["a"]), offset(at), leaderEpoch(0));
      log.append(storedBatch(readBatchHeader(bytes)!, bytes, at + 1));
    }
    log.makeDurable(9);
    log.raiseHighWatermark(offset(2));
    const metadata = partitionFixture({
      leaderEpoch: leaderEpoch(1),
      isr: [nodeId(1)],
      partitionEpoch: partitionEpoch(5),
    });
    const led = new LedPartition(metadata, 2, log, 0);
    const follower = nodeFixture(2, { brokerEpoch: 7, ...of });
    const isr = new IsrKeeper({
      config: { ...DEFAULT_BROKER_CONFIG, id: nodeId(1), peers: [], random: () => 0 },
      clock: { nowUs: 0 },
      out: new Outbox(false, 0),
      metadataLog: { propose: (command: MetadataCommand) => proposed.push(command) > 0 },
      state: { metadata: { ...EMPTY_METADATA, nodes: new Map([[nodeId(2), follower]]) } },
    } as unknown as BrokerContext);
    return { fetchedAt: (at) => isr.followerFetched(led, nodeId(2), offset(at), 7), proposed };
  }

  test("all that is committed, and all from before the leader's epoch", () => {
    const { fetchedAt, proposed } = returning();
    // 2 is the high watermark, 4 is where the epoch starts.
    for (const at of [0, 1, 2, 3]) fetchedAt(at);
    expect(proposed).toEqual([]);
    fetchedAt(4);
    const brokerEpochs = [0, 7];
    expect(proposed).toMatchObject([
      { kind: "updateIsr", isr: [1, 2], brokerEpochs, partitionEpoch: 5 },
    ]);
    fetchedAt(4);
    expect(proposed).toHaveLength(1);
  });

  test.each([
    ["a disk that counts: not while removed", { state: "removed" }],
    ["a disk that counts: not while joining", { state: "joining" }],
    ["a session: not while fenced (KIP-841)", { isFenced: true }],
    ["fetched in its present life (KIP-903)", { brokerEpoch: 8 }],
  ] as const)("%s", (_name, of) => {
    const { fetchedAt, proposed } = returning(of);
    fetchedAt(4);
    expect(proposed).toEqual([]);
  });
});

test("under steady load an ISR of one fills up again", () => {
  const made = new TestCluster(5);
  made.latencyUs = 20_000;
  made.boot();
  made.createTopic("orders", 1, 3, 1);
  for (const id of [2, 3]) made.kill(id);
  const produceFor = (isOver: () => boolean): void => {
    for (let at = 0; at < 1_000 && !isOver(); at++) {
      made.produce(1, "orders", 0, `${at}`, 1);
      made.run(10_000);
    }
  };
  produceFor(() => led(made).metadata.isr.length === 1);
  for (const id of [2, 3]) made.restart(id);
  produceFor(() => led(made).metadata.isr.length === 3);
  expect(led(made).metadata.isr).toEqual([1, 2, 3]);
});

describe("the maximal ISR (KIP-497)", () => {
  test("the high watermark waits for who was proposed, until that is settled", () => {
    const made = cluster(LONG_SESSIONS);
    made.kill(3);
    made.produce(1, "orders", 0, "a", -1);
    made.run(3_000_000);
    expect(led(made).metadata.isr).toEqual([1, 2]);
    led(made).proposed([1, 2, 3].map(nodeId), made.nowUs);
    const asked = made.produce(1, "orders", 0, "b", -1);
    made.run(500_000);
    expect(led(made).log.highWatermark).toBe(1);
    expect(asked.response).toBe(null);
    led(made).committed(led(made).metadata, made.nowUs);
    made.step(1, { kind: "tick" });
    made.produce(1, "orders", 0, "c", 1);
    made.run(500_000);
    expect(led(made).log.highWatermark).toBe(3);
  });

  test("one proposal at a time; it is made again when it seems lost", () => {
    const made = cluster({ ...LONG_SESSIONS, checkQuorum: false });
    const controller = made.controller.id;
    made.kill(3);
    made.produce(1, "orders", 0, "a", -1);
    // Cut off, the leader's proposals come to nothing.
    made.cut(controller === 1 ? 2 : 1);
    made.cut(1);
    made.run(4_600_000);
    const count = proposals(made).length;
    expect(count).toBeGreaterThanOrEqual(2);
    expect(count).toBeLessThanOrEqual(4);
    expect(led(made).proposals).toHaveLength(count);
    expect(led(made).log.highWatermark).toBe(0);
  });
});
