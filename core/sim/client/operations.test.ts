import { describe, expect, test } from "vitest";
import { leaderEpoch, NO_NODE, nodeId, offset } from "../../base/ids.ts";
import { encodeRecordBatch, ErrorCode } from "../../wire/index.ts";
import type { AdminResponse, ClientResponse } from "../../wire/index.ts";
import { DEFAULT_RUN_OPTIONS } from "../run.ts";
import { Operations, wishOf } from "./operations.ts";
import { Requests } from "./requests.ts";
import { FakeCluster } from "./testing/fakeCluster.ts";

type Asked = Parameters<typeof wishOf>[0];

const TOPIC_ID = "0123456789abcdef0123456789abcdef";
const PRODUCE: Asked = {
  kind: "produce",
  node: null,
  topic: "orders",
  partition: 1,
  key: "k",
  value: "v",
  acks: -1,
};
const CONSUME: Asked = { kind: "consume", topic: "orders", partition: 1, node: null };
const CREATE: Asked = {
  kind: "createTopic",
  topic: "orders",
  partitionCount: 3,
  replicationFactor: 3,
  minInsyncReplicas: 2,
};
const REPAIR: Asked = { kind: "repair", node: 2 };

function setUp(options = DEFAULT_RUN_OPTIONS) {
  const cluster: FakeCluster = new FakeCluster(() => requests);
  const { history } = cluster;
  const requests: Requests = new Requests(1, options, cluster, history);
  const operations = new Operations(options, cluster, history, requests);
  const start = (action: Asked): void => operations.start(wishOf(action));
  const operation = (id = 1) => history.operations[id - 1]!.state;
  const next = () => cluster.next();
  const answer = (...args: Parameters<FakeCluster["answer"]>): void => cluster.answer(...args);
  return { cluster, history, operations, start, operation, next, answer };
}

function produced(errorCode: ErrorCode, leader = 0, epoch = 1): ClientResponse {
  const currentLeader =
    leader === 0 ? null : { leaderId: nodeId(leader), leaderEpoch: leaderEpoch(epoch) };
  const baseOffset = errorCode === ErrorCode.NONE ? 41 : -1;
  const place = { topic: "orders", partition: 1, logStartOffset: 0, errorMessage: null };
  const partitions = [{ ...place, errorCode, baseOffset, currentLeader }];
  return { api: "produce", partitions, nodeEndpoints: [] };
}

function metadata(leader: number, controller = 1): ClientResponse {
  const partition = {
    errorCode: ErrorCode.NONE,
    partition: 1,
    leaderId: leader === 0 ? (-1 as const) : nodeId(leader),
    leaderEpoch: leaderEpoch(0),
    replicas: [],
    isr: [],
    offlineReplicas: [],
  };
  return {
    api: "metadata",
    brokers: [1, 2, 3].map((id) => ({ nodeId: nodeId(id), host: `n${id}`, port: 9092 })),
    clusterId: null,
    controllerId: controller === 0 ? -1 : nodeId(controller),
    topics: [
      {
        errorCode: ErrorCode.NONE,
        topic: "orders",
        topicId: TOPIC_ID,
        isInternal: false,
        partitions: [partition],
      },
    ],
  };
}

function created(errorCode: ErrorCode): ClientResponse {
  const counts = { partitionCount: 3, replicationFactor: 3 };
  const topic = { topic: "orders", topicId: TOPIC_ID, errorCode, errorMessage: null, ...counts };
  return { api: "createTopics", topics: [topic] };
}

function removed(errorCode: ErrorCode, controller = 0, generation = 0): AdminResponse {
  const facts = [
    { name: "node", value: 2 },
    { name: "generation", value: generation },
  ];
  const result = errorCode === ErrorCode.NONE ? { columns: [], rows: [], facts } : null;
  return { api: "admin", errorCode, errorMessage: null, controllerId: nodeId(controller), result };
}

function fetched(first: number, values: readonly string[], highWatermark: number): ClientResponse {
  const records =
    values.length === 0
      ? new Uint8Array(0)
      : encodeRecordBatch({
          baseOffset: first,
          leaderEpoch: 4,
          firstTimestampMs: 0,
          records: values.map((value) => ({ key: null, value: new TextEncoder().encode(value) })),
        });
  const answer = {
    topic: "",
    topicId: TOPIC_ID,
    partition: 1,
    errorCode: ErrorCode.NONE,
    highWatermark: offset(highWatermark),
    lastStableOffset: offset(highWatermark),
    logStartOffset: offset(0),
    divergingEpoch: null,
    records,
    currentLeader: null,
  };
  return { api: "fetch", errorCode: ErrorCode.NONE, partitions: [answer], nodeEndpoints: [] };
}

describe("a produce to a given node", () => {
  test("is one attempt, and the answer stays as it is", () => {
    const { cluster, start, history, next, answer, operation } = setUp();
    start({ ...PRODUCE, node: 3 });
    const request = next();
    expect(request.node).toBe(3);
    answer(request, produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 2));
    cluster.idle();
    expect(history.requests).toHaveLength(1);
    expect(history.requests[0]!.outcome).toMatchObject({ kind: "answered", errorCode: 6 });
    expect(history.requests[0]!.outcome).toMatchObject({ leaderHint: 2 });
    expect(operation()).toBe("gaveUp");
    expect(history.unacknowledged).toMatchObject([{ value: "v", reason: "failed" }]);
  });

  test("is unanswered when the node is down, or when time is up", () => {
    const { cluster, start, history, next, operation } = setUp();
    start({ ...PRODUCE, node: 3 });
    cluster.refuse(next());
    start({ ...PRODUCE, node: 3 });
    const { connection } = next();
    cluster.idle();
    expect(history.requests.map(({ outcome }) => outcome)).toEqual([
      { kind: "unanswered", reason: "refused" },
      { kind: "unanswered", reason: "timedOut" },
    ]);
    expect(cluster.nowUs).toBe(DEFAULT_RUN_OPTIONS.clientRequestTimeoutUs);
    expect(cluster.closed).toEqual([connection]);
    expect(operation(2)).toBe("gaveUp");
  });

  test("with acks=0 is done once it is sent", () => {
    const { start, history, next, operation } = setUp();
    start({ ...PRODUCE, node: 1, acks: 0 });
    next();
    expect(history.requests[0]!.outcome).toEqual({ kind: "sent" });
    expect(operation()).toBe("done");
    expect(history.unacknowledged).toMatchObject([{ value: "v", reason: "acks0" }]);
  });
});

describe("a produce that follows the leader", () => {
  test("asks who leads, and remembers it", () => {
    const { start, history, next, answer, operation } = setUp();
    start(PRODUCE);
    const first = next();
    expect(first.request.api).toBe("metadata");
    answer(first, metadata(2));
    const second = next();
    expect(second).toMatchObject({ node: 2, request: { api: "produce" } });
    answer(second, produced(ErrorCode.NONE));
    expect(operation()).toBe("done");
    expect(history.acknowledged).toMatchObject([{ client: 1, offset: 41, value: "v", acks: -1 }]);
    start(PRODUCE);
    expect(next()).toMatchObject({ node: 2, request: { api: "produce" } });
  });

  test("goes where a refusal points to, after a pause", () => {
    const { cluster, start, next, answer } = setUp();
    start(PRODUCE);
    answer(next(), metadata(2));
    answer(next(), produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 3));
    expect(next()).toMatchObject({ node: 3, request: { api: "produce" } });
    expect(cluster.nowUs).toBe(DEFAULT_RUN_OPTIONS.clientRetryBackoffUs);
  });

  test("asks again who leads when the refusal points to an older leader", () => {
    const { start, next, answer } = setUp();
    start(PRODUCE);
    answer(next(), metadata(2));
    answer(next(), produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 3, 0));
    expect(next().request.api).toBe("metadata");
  });

  test("without hints in the versions that it speaks asks who leads", () => {
    const { start, next, answer } = setUp({ ...DEFAULT_RUN_OPTIONS, classicClients: true });
    start(PRODUCE);
    answer(next(), metadata(2));
    const asked = next();
    expect(asked.frame?.apiVersion).toBe(8);
    answer(asked, produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 3));
    expect(next().request.api).toBe("metadata");
  });

  test("asks another node who leads when its leader is down", () => {
    const { cluster, start, next, answer } = setUp();
    start(PRODUCE);
    const first = next();
    answer(first, metadata(2));
    cluster.refuse(next());
    const second = next();
    expect(second.request.api).toBe("metadata");
    expect(second.node).not.toBe(first.node);
  });

  test("gives up in time, and at once on an error that no retry mends", () => {
    const slow = setUp();
    slow.start(PRODUCE);
    while (slow.operation() === "running") {
      slow.answer(slow.next(), metadata(NO_NODE));
      slow.cluster.idle();
    }
    const { endedAtUs } = slow.history.operations[0]!;
    expect(endedAtUs).toBeGreaterThan(DEFAULT_RUN_OPTIONS.clientDeliveryTimeoutUs);
    expect(endedAtUs).toBeLessThan(DEFAULT_RUN_OPTIONS.clientDeliveryTimeoutUs + 300_000);

    const fast = setUp();
    fast.start(PRODUCE);
    fast.answer(fast.next(), metadata(1));
    fast.answer(fast.next(), produced(ErrorCode.INVALID_REQUIRED_ACKS));
    expect(fast.operation()).toBe("gaveUp");
    expect(fast.cluster.nowUs).toBe(0);
  });

  test("a request that takes too long ends the connection, and what else waits on it", () => {
    const { cluster, start, history, next, answer } = setUp();
    start(PRODUCE);
    answer(next(), metadata(2));
    next();
    cluster.runUntil(1_000);
    start({ ...PRODUCE, node: 2 });
    next();
    cluster.runUntil(DEFAULT_RUN_OPTIONS.clientRequestTimeoutUs);
    const reasons = history.requests.slice(1, 3).map(({ outcome }) => outcome);
    expect(reasons).toEqual([
      { kind: "unanswered", reason: "timedOut" },
      { kind: "unanswered", reason: "closed" },
    ]);
    expect(cluster.closed).toHaveLength(1);
  });
});

describe("a connection", () => {
  test("begins with ApiVersions once, and speaks the highest version that both know", () => {
    const { cluster, start, next, answer } = setUp();
    cluster.maxVersions = { produce: 7 };
    start({ ...PRODUCE, node: 2 });
    start({ ...PRODUCE, node: 2 });
    const [first, second] = [next(), next()];
    expect(cluster.handshakes).toBe(1);
    expect(first.connection).toBe(second.connection);
    expect(first.frame?.apiVersion).toBe(7);
    answer(first, produced(ErrorCode.NONE));
    expect(second.frame?.correlationId).toBeGreaterThan(first.frame!.correlationId);
  });
});

describe("createTopic", () => {
  test("asks who the controller is, there for the topic, and anew when it is another by now", () => {
    const { start, next, answer, operation } = setUp();
    start({ ...CREATE, replicationMode: "raft", uncleanLeaderElection: true });
    answer(next(), metadata(0, 0));
    answer(next(), metadata(0, 2));
    const asked = next();
    expect(asked).toMatchObject({ node: 2, request: { api: "createTopics" } });
    expect(asked.request).toMatchObject({
      topics: [
        {
          configs: [
            { name: "min.insync.replicas", value: "2" },
            { name: "replication.mode", value: "raft" },
            { name: "unclean.leader.election.enable", value: "true" },
          ],
        },
      ],
    });
    answer(asked, created(ErrorCode.NOT_CONTROLLER));
    answer(next(), metadata(0, 3));
    const again = next();
    expect(again.node).toBe(3);
    answer(again, created(ErrorCode.NONE));
    expect(operation()).toBe("done");
  });

  test("a topic that exists already is its own after a lost answer, and an error before", () => {
    const own = setUp();
    own.start(CREATE);
    own.answer(own.next(), metadata(0));
    own.cluster.refuse(own.next());
    own.answer(own.next(), metadata(0, 3));
    own.answer(own.next(), created(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(own.operation()).toBe("done");

    const other = setUp();
    other.start(CREATE);
    other.answer(other.next(), metadata(0));
    other.answer(other.next(), created(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(other.operation()).toBe("gaveUp");
  });

  test("gives up after its time", () => {
    const { cluster, start, next, answer, operation } = setUp();
    start(CREATE);
    while (operation() === "running") {
      answer(next(), metadata(0, 0));
      cluster.idle();
    }
    expect(operation()).toBe("gaveUp");
    expect(cluster.nowUs).toBeGreaterThan(DEFAULT_RUN_OPTIONS.clientCreateTimeoutUs);
  });
});

describe("repair", () => {
  test("asks the controller to do without the node, and only then has it begin anew", () => {
    const { cluster, operations, start, history, next, answer, operation } = setUp();
    start(REPAIR);
    answer(next(), metadata(0));
    const first = next();
    expect(first.request).toMatchObject({ api: "admin", command: { kind: "removeNode", node: 2 } });
    answer(first, removed(ErrorCode.NOT_CONTROLLER, 3));
    const second = next();
    expect(second.node).toBe(3);
    expect(cluster.joined).toEqual([]);
    expect([...operations.repairing]).toEqual([2]);
    answer(second, removed(ErrorCode.NONE, 3, 7));
    expect(cluster.joined).toEqual([{ node: 2, generation: 7 }]);
    expect(operation()).toBe("done");
    expect([...operations.repairing]).toEqual([]);
    expect(history.requests.map(({ facts }) => facts.kind)).toEqual(["metadata", "admin", "admin"]);
    expect(history.operations[0]!.kind).toBe("repair");
  });

  test("asks one node after the other while there is no controller, until its time is up", () => {
    const { cluster, operations, start, next, answer, operation } = setUp();
    start(REPAIR);
    const asked = new Set<number>();
    while (operation() === "running") {
      const request = next();
      asked.add(request.node);
      if (request.node === 2) cluster.refuse(request);
      else answer(request, metadata(0, 0));
      cluster.idle();
    }
    expect(asked).toEqual(new Set([1, 2, 3]));
    expect(operation()).toBe("gaveUp");
    expect(cluster.joined).toEqual([]);
    expect([...operations.repairing]).toEqual([]);
  });

  test("gives up on an error that no retry mends, and when the node runs meanwhile", () => {
    const refused = setUp();
    refused.start(REPAIR);
    refused.answer(refused.next(), metadata(0));
    refused.answer(refused.next(), removed(ErrorCode.INVALID_REQUEST, 1));
    expect(refused.operation()).toBe("gaveUp");
    expect(refused.cluster.joined).toEqual([]);

    const late = setUp();
    late.cluster.isNodeUp = true;
    late.start(REPAIR);
    late.answer(late.next(), metadata(0));
    late.answer(late.next(), removed(ErrorCode.NONE, 1, 2));
    expect(late.operation()).toBe("gaveUp");
  });
});

describe("consume", () => {
  test("reads from the beginning to the high watermark, batch after batch", () => {
    const { start, history, next, answer, operation } = setUp();
    start(CONSUME);
    answer(next(), metadata(3));
    const first = next();
    const partitions = [{ topicId: TOPIC_ID, fetchOffset: 0 }];
    expect(first).toMatchObject({ node: 3, request: { partitions } });
    answer(first, fetched(0, ["a", "b"], 3));
    const second = next();
    expect(second).toMatchObject({ request: { partitions: [{ fetchOffset: 2 }] } });
    // Brokers send whole batches: offset 1 was read before.
    answer(second, fetched(1, ["b", "c"], 3));
    expect(operation()).toBe("done");
    const values = history.requests.map(({ outcome }) =>
      outcome.kind === "answered" ? outcome.records.map((r) => `${r.offset}${r.value}`) : [],
    );
    expect(values).toEqual([[], ["0a", "1b"], ["2c"]]);
  });

  test("at a given node learns the topic's id first, and then reads there, whoever leads", () => {
    const { start, next, answer, operation } = setUp();
    start({ ...CONSUME, node: 1 });
    answer(next(), metadata(3));
    const asked = next();
    expect(asked).toMatchObject({ node: 1, request: { partitions: [{ topicId: TOPIC_ID }] } });
    answer(asked, fetched(0, [], 0));
    expect(operation()).toBe("done");
  });
});
