import { describe, expect, test } from "vitest";
import { NO_NODE } from "../base/ids.ts";
import { metadataHash } from "../metadata/index.ts";
import { ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import type { MetadataRequest } from "../wire/index.ts";
import {
  fetchAnswer,
  metadataAnswer,
  produceAnswer,
  TestCluster,
  topicAnswer,
  topicRequest,
} from "./testing/testCluster.ts";
import type { Asked } from "./testing/testCluster.ts";

function cluster(config = {}): TestCluster {
  const made = new TestCluster(3, config);
  made.boot();
  made.createTopic("orders", 3);
  return made;
}

function topicError(asked: Asked): number {
  return topicAnswer(asked).errorCode;
}

describe("topics", () => {
  test("all brokers know all members and the same topic, replicas round-robin", () => {
    const { alive } = cluster();
    const [first, ...rest] = alive;
    expect([...first!.metadata.nodes.keys()]).toEqual([1, 2, 3]);
    const partitions = [...first!.metadata.partitions.values()];
    expect(partitions.map(({ replicas }) => replicas)).toEqual([
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ]);
    expect(partitions.map(({ leader }) => leader)).toEqual([1, 2, 3]);
    for (const broker of rest) {
      expect(metadataHash(broker.metadata)).toBe(metadataHash(first!.metadata));
    }
  });

  test("a broker that is not the controller says who is", () => {
    const made = cluster();
    const other = made.alive.find(({ id }) => id !== made.controller.id)!;
    const request = topicRequest("more", 1, 3);
    const asked = made.ask(other.id, request);
    expect(topicError(asked)).toBe(ErrorCode.NOT_CONTROLLER);
    const told = metadataAnswer(made.ask(other.id, allTopics()));
    expect(told.controllerId).toBe(made.controller.id);
  });

  test("what cannot be made is refused", () => {
    const made = cluster();
    expect(topicError(made.createTopic("orders", 1))).toBe(ErrorCode.TOPIC_ALREADY_EXISTS);
    const refused = (partitionCount: number, replicationFactor: number): number => {
      return topicError(
        made.ask(made.controller.id, topicRequest("x", partitionCount, replicationFactor)),
      );
    };
    expect(refused(1, 4)).toBe(ErrorCode.INVALID_REPLICATION_FACTOR);
    expect(refused(0, 1)).toBe(ErrorCode.INVALID_PARTITIONS);
  });

  test("two requests for one topic at once: one is told that it exists", () => {
    const made = cluster();
    const request = topicRequest("new", 1, 3);
    const first = made.ask(made.controller.id, request);
    const second = made.ask(made.controller.id, request);
    made.run(200_000);
    expect([topicError(first), topicError(second)]).toEqual([
      ErrorCode.NONE,
      ErrorCode.TOPIC_ALREADY_EXISTS,
    ]);
  });

  test("a controller without a quorum gives up on a topic when the time is over", () => {
    const made = cluster({ checkQuorum: false });
    const { controller } = made;
    for (const { id } of made.alive) if (id !== controller.id) made.kill(id);
    const request = topicRequest("new", 1, 3);
    const asked = made.ask(controller.id, request);
    made.run(900_000);
    expect(asked.response).toBe(null);
    made.run(300_000);
    expect(topicError(asked)).toBe(ErrorCode.REQUEST_TIMED_OUT);
  });

  test("partitions that the old controller did not get to assign are assigned by the next", () => {
    const made = cluster();
    const old = made.controller;
    const request = topicRequest("half", 3, 3);
    made.ask(old.id, request);
    const hasTopic = (id: number): boolean => made.broker(id).metadata.topics.has("half");
    made.runUntil(() => made.alive.some(({ id }) => id !== old.id && hasTopic(id)));
    made.kill(old.id);
    made.runUntil(() => made.alive.every(({ metadata }) => metadata.partitions.has("half-2")));
  });

  test("metadata answers: all topics, some, and those that do not exist", () => {
    const made = cluster();
    const topics = ["orders", "none"].map((topic) => ({ topic, topicId: NO_TOPIC_ID }));
    const some = metadataAnswer(made.ask(2, { ...allTopics(), topics }));
    expect(some.brokers).toEqual(
      [1, 2, 3].map((nodeId) => ({ nodeId, host: `n${nodeId}`, port: 9092 })),
    );
    expect(some.controllerId).toBe(made.controller.id);
    const [orders, none] = some.topics;
    expect(orders!.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 2, 3]);
    expect(none).toMatchObject({ topic: "none", errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION });
    const all = metadataAnswer(made.ask(2, allTopics()));
    expect(all.topics).toEqual([orders]);
    const byId = [{ topic: null, topicId: orders!.topicId }];
    expect(metadataAnswer(made.ask(2, { ...allTopics(), topics: byId })).topics).toEqual([orders]);
  });
});

function allTopics(): MetadataRequest {
  return { api: "metadata", topics: null, allowAutoTopicCreation: false };
}

describe("when a partition's leader dies", () => {
  function killLeaderOfPartition0(): { made: TestCluster; acked: Asked } {
    const made = cluster();
    const acked = made.produce(1, "orders", 0, "kept", -1);
    made.run(100_000);
    made.kill(1);
    made.run(6_000_000);
    return { made, acked };
  }

  test("the first live in-sync replica takes over, with all that was acknowledged", () => {
    const { made, acked } = killLeaderOfPartition0();
    expect(produceAnswer(acked)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    for (const { metadata } of made.alive) {
      const partition = metadata.partitions.get("orders-0")!;
      expect([partition.leader, partition.leaderEpoch, partition.isr]).toEqual([2, 1, [2, 3]]);
    }
    const { records, highWatermark } = fetchAnswer(made.consume(2, "orders", 0));
    expect(highWatermark).toBe(1);
    expect(String.fromCharCode(...records)).toContain("kept");
    const more = made.produce(2, "orders", 0, "more", -1);
    made.run(200_000);
    expect(produceAnswer(more)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
  });

  test("it comes back as a follower and into the ISR, with the same log", () => {
    const { made } = killLeaderOfPartition0();
    made.produce(2, "orders", 0, "missed", -1);
    made.run(200_000);
    made.restart(1);
    made.run(4_000_000);
    const partition = made.broker(1).metadata.partitions.get("orders-0")!;
    expect([partition.leader, partition.isr]).toEqual([2, [1, 2, 3]]);
    const bytes = made.alive.map(({ replicas }) => {
      return replicas.get("orders-0")!.batches.map((batch) => [...batch.bytes!]);
    });
    expect(bytes[0]).toHaveLength(2);
    expect(bytes[1]).toEqual(bytes[0]);
    expect(bytes[2]).toEqual(bytes[0]);
  });

  test("with nobody of the ISR alive the partition is offline, and comes back with one of it", () => {
    const made = new TestCluster(5);
    made.boot();
    const created = made.createTopic("orders", 1, 2, 1);
    expect(topicError(created)).toBe(ErrorCode.NONE);
    const [leader, follower] = made.controller.metadata.partitions.get("orders-0")!.replicas;
    made.kill(follower!);
    made.run(4_000_000);
    made.kill(leader!);
    made.run(6_000_000);
    const offline = made.controller.metadata.partitions.get("orders-0")!;
    expect([offline.leader, offline.isr]).toEqual([NO_NODE, [leader]]);
    made.restart(follower!);
    made.run(6_000_000);
    expect(made.controller.metadata.partitions.get("orders-0")!.leader).toBe(NO_NODE);
    const refused = made.events.filter(({ event }) => {
      return event.kind === "commandApplied" && event.noOpReason !== null;
    });
    expect(refused).toEqual([]);
    made.restart(leader!);
    made.run(6_000_000);
    expect(made.controller.metadata.partitions.get("orders-0")!.isr).toHaveLength(2);
  });

  test("a fresh controller grants every broker a full session", () => {
    const made = cluster();
    const old = made.controller.id;
    made.events.length = 0;
    made.kill(old);
    made.run(6_000_000);
    const elected = made.events.find(({ event }) => {
      return event.kind === "roleChanged" && event.to === "leader";
    })!;
    const ended = made.events.filter(({ event }) => event.kind === "brokerSessionEnded");
    expect(ended.map(({ event }) => event)).toEqual([{ kind: "brokerSessionEnded", broker: old }]);
    expect(ended[0]!.atUs - elected.atUs).toBeGreaterThanOrEqual(1_500_000);
  });
});

describe("a restart", () => {
  test("everybody loses power: logs, terms and votes are as they were, nothing acked is lost", () => {
    const made = cluster();
    const acked = ["a", "b", "c"].map((value) => made.produce(1, "orders", 0, value, -1));
    made.run(200_000);
    for (const asked of acked) expect(produceAnswer(asked).errorCode).toBe(ErrorCode.NONE);
    const facts = (id: number): unknown => {
      const { storage, replicas } = made.broker(id);
      const { term, vote } = storage!.initialState().hardState!;
      const batches = replicas.get("orders-0")!.batches.map(({ bytes }) => [...bytes!]);
      return { term, vote, lastIndex: storage!.lastIndex(), batches };
    };
    const before = [1, 2, 3].map(facts);
    for (const id of [1, 2, 3]) made.kill(id);
    for (const id of [1, 2, 3]) made.restart(id);
    expect([1, 2, 3].map(facts)).toEqual(before);

    made.run(5_000_000);
    const { leader } = made.controller.metadata.partitions.get("orders-0")!;
    expect(fetchAnswer(made.consume(leader, "orders", 0)).highWatermark).toBe(3);
  });

  test("a torn tail is cut off before anything else is written", () => {
    const made = cluster();
    made.diskUs.set(2, 50_000);
    made.produce(1, "orders", 0, "never acknowledged here", 1);
    made.run(30_000);
    made.kill(2, 20);
    const broker = made.restart(2);
    expect(broker.wal!.inFlight).toMatchObject({ kind: "truncate" });
    expect(made.events.findLast(({ event }) => event.kind === "recovered")).toMatchObject({
      node: 2,
      event: { cutBytes: 20 },
    });
    made.run(3_000_000);
    expect(broker.stopped).toBe(null);
    expect(broker.replicas.get("orders-0")!.durableEndOffset).toBe(1);
  });

  test("a leader that comes back at once leads on in a new epoch, and only then", () => {
    const made = cluster();
    made.produce(1, "orders", 0, "before", -1);
    made.run(100_000);
    made.restart(1);
    // It knows from its disk that it led, but no longer what it had proposed as leader.
    expect(made.broker(1).metadata.partitions.get("orders-0")!.leader).toBe(1);
    const early = made.produce(1, "orders", 0, "too early", -1);
    expect(produceAnswer(early).errorCode).toBe(ErrorCode.LEADER_NOT_AVAILABLE);
    made.runUntil(() => made.broker(1).led.has("orders-0"));
    expect(made.broker(1).led.get("orders-0")!.leaderEpoch).toBe(1);
    const again = made.produce(1, "orders", 0, "after", -1);
    made.run(3_000_000);
    expect(produceAnswer(again)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 1 });
  });
});
