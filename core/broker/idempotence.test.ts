import { describe, expect, test } from "vitest";
import { offset } from "../base/ids.ts";
import { utf8Encode } from "../base/utf8.ts";
import { encodeRecordBatch, ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import type { ListOffsetsResponse } from "../wire/index.ts";
import { fetchAnswer, produceAnswer, TestCluster } from "./testing/testCluster.ts";
import type { Asked } from "./testing/testCluster.ts";

function cluster(config = {}): TestCluster {
  const made = new TestCluster(3, config);
  made.boot();
  made.createTopic("orders", 1, 3, 2);
  return made;
}

function leader(made: TestCluster): number {
  return made.controller.metadata.partitions.get("orders-0")!.leader;
}

function batch(producerId: number, baseSequence: number, count = 1, producerEpoch = 0): Uint8Array {
  return encodeRecordBatch({
    baseOffset: 0,
    leaderEpoch: -1,
    firstTimestampMs: 1_000 + baseSequence,
    producerId,
    producerEpoch,
    baseSequence,
    records: Array.from({ length: count }, (_, at) => ({
      key: null,
      value: utf8Encode(`v${baseSequence + at}`),
    })),
  });
}

function send(made: TestCluster, records: Uint8Array, to = leader(made)): Asked {
  return made.produceBatch(to, "orders", 0, records, -1);
}

function initProducerId(
  made: TestCluster,
  id: number,
  transactionalId: string | null = null,
): Asked {
  return made.ask(id, {
    api: "initProducerId",
    transactionalId,
    transactionTimeoutMs: 60_000,
    producerId: -1,
    producerEpoch: -1,
  });
}

describe("producer ids", () => {
  function idsOf(asked: readonly Asked[]): number[] {
    return asked.map(({ response }) => {
      if (response?.api !== "initProducerId") throw new Error("not answered");
      expect(response).toMatchObject({ errorCode: ErrorCode.NONE, producerEpoch: 0 });
      return response.producerId;
    });
  }

  test("are given out once, by all brokers and over their restarts", () => {
    const made = cluster();
    const first = [1, 2, 3, 1].map((id) => initProducerId(made, id));
    made.run(3_000_000);
    made.restart(2);
    made.run(3_000_000);
    const second = [1, 2, 3].map((id) => initProducerId(made, id));
    made.run(3_000_000);
    const ids = idsOf([...first, ...second]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("of transactions are refused: there are none", () => {
    const made = cluster();
    const { response } = initProducerId(made, 1, "tx");
    expect(response).toMatchObject({
      errorCode: ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
      producerId: -1,
    });
  });

  test("without a controller the producer is told to try again", () => {
    const made = cluster();
    for (const id of [2, 3]) made.kill(id);
    const asked = initProducerId(made, 1);
    made.run(3_000_000);
    expect(asked.response).toMatchObject({ errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS });
  });
});

describe("an idempotent producer", () => {
  test("sends a batch again: the answer is the first one's, the log has it once", () => {
    const made = cluster();
    const first = send(made, batch(7, 0, 3));
    const again = send(made, batch(7, 0, 3));
    made.run(500_000);
    expect(produceAnswer(first)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    expect(produceAnswer(again)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    expect(made.broker(leader(made)).replicas.get("orders-0")!.logEndOffset).toBe(3);
    const next = send(made, batch(7, 3));
    made.run(500_000);
    expect(produceAnswer(next).baseOffset).toBe(3);
  });

  test("a repeat waits for the replicas like the first", () => {
    const made = cluster();
    const id = leader(made);
    made.cut(id);
    const first = send(made, batch(7, 0), id);
    const again = send(made, batch(7, 0), id);
    made.run(500_000);
    expect([first.response, again.response]).toEqual([null, null]);
  });

  test("a gap is refused with 45, an old epoch with 47, and nothing is stored", () => {
    const made = cluster();
    send(made, batch(7, 0, 1, 1));
    made.run(500_000);
    const answers = [send(made, batch(7, 2, 1, 1)), send(made, batch(7, 1, 1, 0))];
    expect(answers.map((asked) => produceAnswer(asked).errorCode)).toEqual([
      ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
      ErrorCode.INVALID_PRODUCER_EPOCH,
    ]);
    expect(made.broker(leader(made)).replicas.get("orders-0")!.logEndOffset).toBe(1);
  });

  test("is known to the next leader, and to the one that restarts", () => {
    const made = cluster();
    const old = leader(made);
    send(made, batch(7, 0, 2));
    made.run(500_000);
    made.kill(old);
    made.run(6_000_000);
    const again = send(made, batch(7, 0, 2));
    const gap = send(made, batch(7, 3));
    made.run(1_000_000);
    expect(produceAnswer(again)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    expect(produceAnswer(gap).errorCode).toBe(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    made.restart(old);
    const log = made.broker(old).replicas.get("orders-0")!;
    const asked = { producerId: 7, producerEpoch: 0, baseSequence: 0, recordCount: 2 };
    expect(log.producers.check(asked)).toMatchObject({ kind: "duplicate", baseOffset: 0 });
  });
});

describe("who is not the leader", () => {
  test("may pass records on, if it was told to, and answers what the leader does", () => {
    const made = cluster({ forwardProduce: true });
    const id = leader(made);
    const other = id === 1 ? 2 : 1;
    const asked = send(made, batch(-1, -1), other);
    expect(asked.response).toBe(null);
    made.run(500_000);
    expect(produceAnswer(asked)).toMatchObject({ errorCode: ErrorCode.NONE, baseOffset: 0 });
    made.cut(other);
    const lost = send(made, batch(-1, -1), other);
    made.run(3_200_000);
    expect(produceAnswer(lost).errorCode).toBe(ErrorCode.REQUEST_TIMED_OUT);
  });

  test("says who is, and where (KIP-951), in the versions that have it", () => {
    const made = cluster();
    const id = leader(made);
    const other = id === 1 ? 2 : 1;
    const { response } = send(made, batch(-1, -1), other);
    expect(response).toMatchObject({
      partitions: [{ currentLeader: { leaderId: id } }],
      nodeEndpoints: [{ nodeId: id, host: `n${id}`, port: 9092 }],
    });
  });
});

describe("list offsets", () => {
  test("earliest, latest, by time, and the last in time; below the high watermark only", () => {
    const made = cluster();
    const id = leader(made);
    for (const sequence of [0, 10, 5]) send(made, batch(-1, sequence));
    made.run(1_000_000);
    made.cut(id);
    made.produceBatch(id, "orders", 0, batch(-1, 99), 1);
    made.run(100_000);
    const ask = (timestampMs: number): ListOffsetsResponse["partitions"][number] => {
      const partitions = [
        { topic: "orders", partition: 0, currentLeaderEpoch: -1, timestampMs } as const,
      ];
      const { response } = made.ask(id, {
        api: "listOffsets",
        replicaId: -1,
        partitions,
      });
      if (response?.api !== "listOffsets") throw new Error("not answered");
      return response.partitions[0]!;
    };
    expect([-2, -1, -3, 1_001, 1_010, 1_011].map((ms) => ask(ms).offset)).toEqual([
      0, 3, 1, 1, 1, -1,
    ]);
    expect(ask(1_001)).toMatchObject({ errorCode: ErrorCode.NONE, timestampMs: 1_010 });
  });
});

test("topics are fetched by id from version 13 on (KIP-516)", () => {
  const made = cluster();
  const id = leader(made);
  send(made, batch(-1, 0));
  made.run(500_000);
  const { topicId } = made.controller.metadata.topics.get("orders")!;
  const ask = (of: string): Asked =>
    made.ask(
      id,
      {
        api: "fetch",
        replicaId: -1,
        replicaEpoch: -1,
        maxWaitMs: 0,
        minBytes: 0,
        maxBytes: 1_000,
        partitions: [
          {
            topic: "",
            topicId: of,
            partition: 0,
            fetchOffset: offset(0),
            currentLeaderEpoch: -1,
            lastFetchedEpoch: -1,
            maxBytes: 1_000,
          },
        ],
      },
      15,
    );
  expect(topicId).not.toBe(NO_TOPIC_ID);
  expect(fetchAnswer(ask(topicId))).toMatchObject({ errorCode: 0, highWatermark: 1, topicId });
  expect(fetchAnswer(ask("f".repeat(32))).errorCode).toBe(ErrorCode.UNKNOWN_TOPIC_ID);
});
