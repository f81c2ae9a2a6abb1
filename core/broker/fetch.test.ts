import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, offset } from "../base/ids.ts";
import { ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import type { FetchPartition, FetchRequest } from "../wire/index.ts";
import { fetchAnswer, produceAnswer, TestCluster } from "./testing/testCluster.ts";
import type { Asked } from "./testing/testCluster.ts";

function cluster(): TestCluster {
  const made = new TestCluster(3);
  made.boot();
  made.createTopic("orders", 1, 3, 1);
  return made;
}

function fetch(made: TestCluster, id: number, of: Partial<FetchPartition>, replicaId = -1): Asked {
  const partition: FetchPartition = {
    topic: "orders",
    topicId: NO_TOPIC_ID,
    partition: 0,
    fetchOffset: offset(0),
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    maxBytes: 1_000,
    ...of,
  };
  const request: FetchRequest = {
    api: "fetch",
    replicaId: replicaId === -1 ? -1 : nodeId(replicaId),
    replicaEpoch: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 10_000_000,
    partitions: [partition],
  };
  // The last version that names topics.
  return replicaId === -1 ? made.ask(id, request, 12) : made.askAsPeer(replicaId, id, request);
}

describe("what a fetch is told", () => {
  test.each([
    ["an unknown topic", 1, { topic: "none" }, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION],
    ["a broker that does not lead", 2, {}, ErrorCode.NOT_LEADER_OR_FOLLOWER],
    ["an offset beyond the log", 1, { fetchOffset: offset(9) }, ErrorCode.OFFSET_OUT_OF_RANGE],
    ["a newer epoch", 1, { currentLeaderEpoch: leaderEpoch(3) }, ErrorCode.UNKNOWN_LEADER_EPOCH],
    ["the log's end", 1, { fetchOffset: offset(1) }, ErrorCode.NONE],
  ])("%s", (_name, id, of, errorCode) => {
    const made = cluster();
    made.produce(1, "orders", 0, "a", -1);
    made.run(200_000);
    const answer = fetchAnswer(fetch(made, id, of));
    expect(answer.errorCode).toBe(errorCode);
    expect(answer.records).toHaveLength(0);
    const isLeaderNamed = ![ErrorCode.NONE, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION].includes(
      errorCode as 0,
    );
    expect(answer.currentLeader?.leaderId).toBe(isLeaderNamed ? 1 : undefined);
  });

  test("an older epoch is fenced off (KIP-320)", () => {
    const made = cluster();
    made.kill(1);
    made.run(6_000_000);
    const answer = fetchAnswer(fetch(made, 2, { currentLeaderEpoch: leaderEpoch(0) }));
    expect(answer.errorCode).toBe(ErrorCode.FENCED_LEADER_EPOCH);
    expect(answer.currentLeader).toEqual({ leaderId: 2, leaderEpoch: 1 });
  });

  test("a log that has left the leader's is told where (KIP-595), and acknowledges nothing", () => {
    const made = cluster();
    made.produce(1, "orders", 0, "a", -1);
    made.run(200_000);
    const ahead = { fetchOffset: offset(5), lastFetchedEpoch: leaderEpoch(0) };
    const epoch = { currentLeaderEpoch: leaderEpoch(0) };
    const answer = fetchAnswer(fetch(made, 1, { ...ahead, ...epoch }, 3));
    expect(answer).toMatchObject({
      errorCode: ErrorCode.NONE,
      divergingEpoch: { epoch: 0, endOffset: 1 },
      records: { length: 0 },
    });
    expect(made.broker(1).led.get("orders-0")!.followers.get(nodeId(3))!.logEndOffset).toBe(1);
  });

  test("a stranger cannot fetch as a replica", () => {
    const made = cluster();
    const answer = fetchAnswer(fetch(made, 1, {}, 7));
    expect(answer.errorCode).toBe(ErrorCode.UNKNOWN_LEADER_EPOCH);
  });

  test("nor a client as any replica: it would acknowledge what it does not have", () => {
    const made = cluster();
    made.produce(1, "orders", 0, "a", 1);
    made.cut(1);
    const partitions = [
      {
        topic: "orders",
        topicId: NO_TOPIC_ID,
        partition: 0,
        fetchOffset: offset(1),
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        maxBytes: 1_000,
      } as const,
    ];
    const limits = { maxWaitMs: 0, minBytes: 0, maxBytes: 1_000 };
    const pose = { api: "fetch", replicaId: nodeId(2), replicaEpoch: 1 } as const;
    const answer = fetchAnswer(made.ask(1, { ...pose, ...limits, partitions }, 12));
    expect(answer.errorCode).toBe(ErrorCode.TOPIC_AUTHORIZATION_FAILED);
    expect(made.broker(1).led.get("orders-0")!.followers.get(nodeId(2))!.logEndOffset).toBe(0);
  });

  test("a new leader shows nothing before it knows what was committed", () => {
    const made = cluster();
    made.produce(1, "orders", 0, "a", -1);
    made.run(2_000_000);
    made.kill(2);
    made.kill(3);
    made.restart(1);
    made.restart(2);
    made.runUntil(() => made.broker(1).led.has("orders-0") || made.broker(2).led.has("orders-0"));
    const leader = made.broker(1).led.has("orders-0") ? 1 : 2;
    const early = fetchAnswer(fetch(made, leader, {}));
    expect(early.errorCode).toBe(ErrorCode.OFFSET_NOT_AVAILABLE);
    made.run(5_000_000);
    expect(fetchAnswer(fetch(made, leader, {}))).toMatchObject({
      errorCode: ErrorCode.NONE,
      highWatermark: 1,
    });
  });
});

describe("a fetch that finds nothing", () => {
  test("waits until there is something", () => {
    const made = cluster();
    const asked = made.consume(1, "orders", 0, 0, 5_000);
    made.run(300_000);
    expect(asked.response).toBe(null);
    expect(made.broker(1).pendingFetches.some(({ request }) => request.replicaId === -1)).toBe(
      true,
    );
    const produced = made.produce(1, "orders", 0, "a", -1);
    made.runUntil(() => asked.response !== null, 200_000);
    expect(asked.atUs).toBe(produced.atUs);
    expect(fetchAnswer(asked).records.length).toBeGreaterThan(0);
  });

  test("but not longer than it wants to", () => {
    const made = cluster();
    const asked = made.consume(1, "orders", 0, 0, 1_000);
    made.run(900_000);
    expect(asked.response).toBe(null);
    made.run(300_000);
    expect(fetchAnswer(asked)).toMatchObject({ errorCode: ErrorCode.NONE, records: { length: 0 } });
  });

  test("and is told at once when leadership moves away", () => {
    const made = cluster();
    made.cut(1);
    const asked = made.consume(1, "orders", 0, 0, 60_000);
    made.run(5_000_000);
    made.heal();
    made.runUntil(() => asked.response !== null, 2_000_000);
    expect(fetchAnswer(asked).errorCode).toBe(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  });
});

describe("a follower", () => {
  test("is not given what its leader's disk does not hold yet", () => {
    const made = cluster();
    made.diskUs.set(1, 200_000);
    made.produce(1, "orders", 0, "a", 1);
    made.run(180_000);
    expect(made.broker(1).replicas.get("orders-0")!.logEndOffset).toBe(1);
    expect(made.broker(2).replicas.get("orders-0")!.logEndOffset).toBe(0);
    made.run(40_000);
    expect(made.broker(2).replicas.get("orders-0")!.logEndOffset).toBe(1);
  });

  test("never acknowledges what is not on its disk", () => {
    const made = cluster();
    for (const id of [1, 2, 3]) made.diskUs.set(id, 30_000);
    const ends: number[] = [];
    made.onOutput = (node, output) => {
      if (output.kind !== "send" || output.message.kind !== "request") return;
      const { request } = output.message;
      if (request.api !== "fetch") return;
      const [asked] = request.partitions;
      const log = made.broker(node).replicas.get("orders-0")!;
      expect(asked!.fetchOffset).toBe(log.durableEndOffset);
      ends.push(asked!.fetchOffset);
    };
    for (const value of ["a", "b", "c"]) {
      made.produce(1, "orders", 0, value, 1);
      made.run(70_000);
    }
    made.run(1_000_000);
    expect(Math.max(...ends)).toBe(3);
  });

  test("cuts off what its leader does not have, and takes over the leader's log", () => {
    const made = cluster();
    made.produce(1, "orders", 0, "common", -1);
    made.run(200_000);
    made.cut(1);
    for (const value of ["lost 1", "lost 2"]) made.produce(1, "orders", 0, value, 1);
    made.run(6_000_000);
    expect(made.broker(1).replicas.get("orders-0")!.durableEndOffset).toBe(3);
    const kept = made.produce(2, "orders", 0, "kept", -1);
    made.run(1_000_000);
    expect(produceAnswer(kept)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
    // A restart makes it forget its high watermark, which is no measure for what to cut.
    made.restart(1);
    made.heal();
    made.run(3_000_000);
    expect(made.events.findLast(({ event }) => event.kind === "replicaTruncated")).toMatchObject({
      node: 1,
      event: { fromOffset: 3, toOffset: 1 },
    });
    // What was cut stays cut over a restart: it is written down.
    made.restart(1);
    const epochs = [1, 2, 3].map((id) => made.broker(id).replicas.get("orders-0")!.epochStarts());
    expect(epochs[0]).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 1, startOffset: 1 },
    ]);
    expect(epochs[1]).toEqual(epochs[0]);
    expect(epochs[2]).toEqual(epochs[0]);
  });

  test("asks again when its leader does not answer", () => {
    const made = cluster();
    let fetches = 0;
    made.onOutput = (node, output) => {
      if (node !== 3 || output.kind !== "send" || output.message.kind !== "request") return;
      if (output.message.request.api === "fetch" && output.to === 1) fetches++;
    };
    made.run(600_000);
    made.cut(3);
    fetches = 0;
    made.run(4_200_000);
    expect(fetches).toBeGreaterThanOrEqual(2);
    expect(fetches).toBeLessThanOrEqual(4);
    made.heal();
    made.produce(1, "orders", 0, "a", 1);
    made.run(3_000_000);
    expect(made.broker(3).replicas.get("orders-0")!.durableEndOffset).toBe(1);
  });
});
