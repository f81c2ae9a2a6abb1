import { describe, expect, test } from "vitest";
import { leaderEpoch, NO_NODE, nodeId, offset } from "../base/ids.ts";
import { encodeRecordBatch, ErrorCode } from "../wire/index.ts";
import type { Request, Response } from "../wire/index.ts";
import { Client } from "./client.ts";
import type { ClientTimer } from "./client.ts";
import { HistoryLog } from "./historyLog.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import type { ConsumeAction, CreateTopicAction, ProduceAction, RepairAction } from "./run.ts";

interface Sent {
  readonly node: number;
  readonly correlationId: number;
  readonly request: Request;
}

/** A client whose cluster is the test: it sees every request and answers by hand. */
function setUp() {
  const sent: Sent[] = [];
  const timers: { atUs: number; timer: ClientTimer }[] = [];
  const history = new HistoryLog();
  const host = {
    nowUs: 0,
    send: (node: number, correlationId: number, request: Request) =>
      void sent.push({ node, correlationId, request }),
    startTimer: (afterUs: number, timer: ClientTimer) =>
      void timers.push({ atUs: host.nowUs + afterUs, timer }),
    requestSent: () => undefined,
    requestEnded: () => undefined,
    operationEnded: () => undefined,
    joined: [] as { node: number; generation: number; operation: string }[],
    isNodeUp: false,
    wipeAndJoin: (node: number, generation: number) => {
      host.joined.push({ node, generation, operation: history.operations.at(-1)!.state });
      return !host.isNodeUp;
    },
  };
  const client = new Client(1, DEFAULT_RUN_OPTIONS, host, history);
  /** Time passes until the next request is on its way. */
  const next = (): Sent => {
    while (sent.length === 0) {
      timers.sort((a, b) => a.atUs - b.atUs);
      const due = timers.shift();
      if (due === undefined) throw new Error("the client waits for nothing");
      host.nowUs = due.atUs;
      client.wake(due.timer);
    }
    return sent.shift()!;
  };
  /** Time passes until the client waits for nothing any more. */
  const idle = (): void => {
    while (timers.length > 0 && sent.length === 0) {
      timers.sort((a, b) => a.atUs - b.atUs);
      const due = timers.shift()!;
      host.nowUs = due.atUs;
      client.wake(due.timer);
    }
  };
  const answer = ({ correlationId }: Sent, response: Response): void =>
    client.receive(correlationId, response);
  const operation = (id = 1) => history.operations[id - 1]!.state;
  return { client, host, history, next, idle, answer, sent, operation };
}

const PRODUCE: ProduceAction = {
  kind: "produce",
  node: null,
  topic: "orders",
  partition: 1,
  key: "k",
  value: "v",
  acks: -1,
};
const CONSUME: ConsumeAction = { kind: "consume", topic: "orders", partition: 1, node: null };
const CREATE: CreateTopicAction = {
  kind: "createTopic",
  topic: "orders",
  partitionCount: 3,
  replicationFactor: 3,
  minInsyncReplicas: 2,
};

const REPAIR: RepairAction = { kind: "repair", node: 2 };

function produced(errorCode: ErrorCode, leader = 0): Response {
  const currentLeader =
    leader === 0 ? null : { leaderId: nodeId(leader), leaderEpoch: leaderEpoch(1) };
  const baseOffset = errorCode === ErrorCode.NONE ? 41 : -1;
  return {
    api: "produce",
    partitions: [{ topic: "orders", partition: 1, errorCode, baseOffset, currentLeader }],
  };
}

function metadata(leader: number): Response {
  return {
    api: "metadata",
    brokers: [],
    controllerId: nodeId(1),
    partitions: [
      {
        topic: "orders",
        partition: 1,
        leaderId: nodeId(leader),
        leaderEpoch: leaderEpoch(0),
        replicas: [],
        isr: [],
      },
    ],
    unknownTopics: [],
  };
}

function created(errorCode: ErrorCode, controller = 0): Response {
  return {
    api: "createTopics",
    topics: [{ topic: "orders", errorCode, errorMessage: null }],
    controllerId: nodeId(controller),
  };
}

function removed(errorCode: ErrorCode, controller = 0, generation = 0): Response {
  const controllerId = nodeId(controller);
  return { api: "removeNode", errorCode, errorMessage: null, controllerId, generation };
}

function fetched(first: number, values: readonly string[], highWatermark: number): Response {
  const records =
    values.length === 0
      ? new Uint8Array(0)
      : encodeRecordBatch({
          baseOffset: first,
          leaderEpoch: 4,
          firstTimestampMs: 0,
          records: values.map((value) => ({
            key: null,
            value: Uint8Array.from(value, (c) => c.charCodeAt(0)),
          })),
        });
  return {
    api: "fetch",
    partitions: [
      {
        topic: "orders",
        partition: 1,
        errorCode: ErrorCode.NONE,
        highWatermark: offset(highWatermark),
        logStartOffset: offset(0),
        divergingEpoch: null,
        records,
        currentLeader: null,
      },
    ],
  };
}

describe("a produce to a given node", () => {
  test("is one attempt, and the answer stays as it is", () => {
    const { client, history, next, idle, answer, operation } = setUp();
    client.start({ ...PRODUCE, node: 3 });
    const request = next();
    expect(request.node).toBe(3);
    answer(request, produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 2));
    idle();
    expect(history.requests).toHaveLength(1);
    expect(history.requests[0]!.outcome).toMatchObject({ kind: "answered", errorCode: 6 });
    expect(history.requests[0]!.outcome).toMatchObject({ leaderHint: 2 });
    expect(operation()).toBe("gaveUp");
  });

  test("is unanswered when the node is down, or when time is up", () => {
    const { client, host, history, next, idle, operation } = setUp();
    client.start({ ...PRODUCE, node: 3 });
    client.refused(next().correlationId);
    client.start({ ...PRODUCE, node: 3 });
    next();
    idle();
    expect(history.requests.map(({ outcome }) => outcome)).toEqual([
      { kind: "unanswered", reason: "refused" },
      { kind: "unanswered", reason: "timedOut" },
    ]);
    expect(host.nowUs).toBe(DEFAULT_RUN_OPTIONS.clientRequestTimeoutUs);
    expect(operation(2)).toBe("gaveUp");
  });

  test("with acks=0 is done once it is sent", () => {
    const { client, history, next, operation } = setUp();
    client.start({ ...PRODUCE, node: 1, acks: 0 });
    next();
    expect(history.requests[0]!.outcome).toEqual({ kind: "sent" });
    expect(operation()).toBe("done");
  });
});

describe("a produce that follows the leader", () => {
  test("asks who leads, and remembers it", () => {
    const { client, next, answer, operation } = setUp();
    client.start(PRODUCE);
    const first = next();
    expect(first.request.api).toBe("metadata");
    answer(first, metadata(2));
    const second = next();
    expect(second).toMatchObject({ node: 2, request: { api: "produce" } });
    answer(second, produced(ErrorCode.NONE));
    expect(operation()).toBe("done");
    client.start(PRODUCE);
    expect(next()).toMatchObject({ node: 2, request: { api: "produce" } });
  });

  test("goes where a refusal points to, after a pause", () => {
    const { client, host, next, answer } = setUp();
    client.start(PRODUCE);
    answer(next(), metadata(2));
    answer(next(), produced(ErrorCode.NOT_LEADER_OR_FOLLOWER, 3));
    expect(next()).toMatchObject({ node: 3, request: { api: "produce" } });
    expect(host.nowUs).toBe(DEFAULT_RUN_OPTIONS.clientRetryBackoffUs);
  });

  test("asks another node who leads when its leader is down", () => {
    const { client, next, answer } = setUp();
    client.start(PRODUCE);
    const first = next();
    answer(first, metadata(2));
    client.refused(next().correlationId);
    const second = next();
    expect(second.request.api).toBe("metadata");
    expect(second.node).not.toBe(first.node);
  });

  test("gives up in time, and at once on an error that no retry mends", () => {
    const slow = setUp();
    slow.client.start(PRODUCE);
    while (slow.operation() === "running") {
      slow.answer(slow.next(), metadata(NO_NODE));
      slow.idle();
    }
    const { endedAtUs } = slow.history.operations[0]!;
    expect(endedAtUs).toBeGreaterThan(DEFAULT_RUN_OPTIONS.clientDeliveryTimeoutUs);
    expect(endedAtUs).toBeLessThan(DEFAULT_RUN_OPTIONS.clientDeliveryTimeoutUs + 300_000);

    const fast = setUp();
    fast.client.start(PRODUCE);
    fast.answer(fast.next(), metadata(1));
    fast.answer(fast.next(), produced(ErrorCode.INVALID_REQUIRED_ACKS));
    expect(fast.operation()).toBe("gaveUp");
    expect(fast.host.nowUs).toBe(0);
  });

  test("an answer that comes after the request was given up changes nothing", () => {
    const { client, history, next, answer } = setUp();
    client.start(PRODUCE);
    answer(next(), metadata(2));
    const late = next();
    next();
    answer(late, produced(ErrorCode.NONE));
    expect(history.requests[1]!.outcome).toEqual({ kind: "unanswered", reason: "timedOut" });
  });
});

describe("createTopic", () => {
  test("follows the hint to the controller, and asks one node after the other without one", () => {
    const { client, next, answer, operation } = setUp();
    client.start(CREATE);
    const first = next();
    answer(first, created(ErrorCode.NOT_CONTROLLER, NO_NODE));
    const second = next();
    expect(second.node).not.toBe(first.node);
    answer(second, created(ErrorCode.NOT_CONTROLLER, first.node));
    const third = next();
    expect(third.node).toBe(first.node);
    answer(third, created(ErrorCode.NONE, first.node));
    expect(operation()).toBe("done");
  });

  test("a topic that exists already is its own after a lost answer, and an error before", () => {
    const own = setUp();
    own.client.start(CREATE);
    own.client.refused(own.next().correlationId);
    own.answer(own.next(), created(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(own.operation()).toBe("done");

    const other = setUp();
    other.client.start(CREATE);
    other.answer(other.next(), created(ErrorCode.TOPIC_ALREADY_EXISTS));
    expect(other.operation()).toBe("gaveUp");
  });

  test("gives up after its time", () => {
    const { client, host, next, idle, answer, operation } = setUp();
    client.start(CREATE);
    while (operation() === "running") {
      answer(next(), created(ErrorCode.NOT_CONTROLLER, NO_NODE));
      idle();
    }
    expect(operation()).toBe("gaveUp");
    expect(host.nowUs).toBeGreaterThan(DEFAULT_RUN_OPTIONS.clientCreateTimeoutUs);
  });
});

describe("repair", () => {
  test("asks the controller to do without the node, and only then has it begin anew", () => {
    const { client, host, history, next, answer, operation } = setUp();
    client.start(REPAIR);
    const first = next();
    expect(first.request).toMatchObject({ api: "removeNode", node: 2 });
    answer(first, removed(ErrorCode.NOT_CONTROLLER, 3));
    const second = next();
    expect(second.node).toBe(3);
    expect(host.joined).toEqual([]);
    expect([...client.repairing]).toEqual([2]);
    answer(second, removed(ErrorCode.NONE, 3, 7));
    expect(host.joined).toEqual([{ node: 2, generation: 7, operation: "running" }]);
    expect(operation()).toBe("done");
    expect([...client.repairing]).toEqual([]);
    expect(history.requests.map(({ facts }) => facts)).toEqual([
      { kind: "removeNode", node: 2 },
      { kind: "removeNode", node: 2 },
    ]);
    expect(history.operations[0]!.kind).toBe("repair");
  });

  test("asks one node after the other while there is no controller, until its time is up", () => {
    const { client, host, next, idle, answer, operation } = setUp();
    client.start(REPAIR);
    const asked = new Set<number>();
    while (operation() === "running") {
      const request = next();
      asked.add(request.node);
      if (request.node === 2) client.refused(request.correlationId);
      else answer(request, removed(ErrorCode.NOT_CONTROLLER, NO_NODE));
      idle();
    }
    expect(asked).toEqual(new Set([1, 2, 3]));
    expect(operation()).toBe("gaveUp");
    expect(host.joined).toEqual([]);
    expect([...client.repairing]).toEqual([]);
    expect(host.nowUs).toBeGreaterThan(DEFAULT_RUN_OPTIONS.clientCreateTimeoutUs);
  });

  test("gives up on an error that no retry mends, and when the node runs meanwhile", () => {
    const refused = setUp();
    refused.client.start(REPAIR);
    refused.answer(refused.next(), removed(ErrorCode.INVALID_REQUEST, 1));
    expect(refused.operation()).toBe("gaveUp");
    expect(refused.host.joined).toEqual([]);

    const late = setUp();
    late.host.isNodeUp = true;
    late.client.start(REPAIR);
    late.answer(late.next(), removed(ErrorCode.NONE, 1, 2));
    expect(late.operation()).toBe("gaveUp");
  });
});

describe("consume", () => {
  test("reads from the beginning to the high watermark, batch after batch", () => {
    const { client, history, next, answer, operation } = setUp();
    client.start(CONSUME);
    answer(next(), metadata(3));
    const first = next();
    expect(first).toMatchObject({ node: 3, request: { partitions: [{ fetchOffset: 0 }] } });
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

  test("an empty partition is read at once", () => {
    const { client, next, answer, operation } = setUp();
    client.start({ ...CONSUME, node: 1 });
    answer(next(), fetched(0, [], 0));
    expect(operation()).toBe("done");
  });
});
