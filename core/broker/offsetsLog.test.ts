import { expect, test } from "vitest";
import { ErrorCode } from "../wire/index.ts";
import { TestCluster, topicAnswer, topicRequest } from "./testing/testCluster.ts";

test("offsets are kept of partitions that the cluster has", () => {
  const made = new TestCluster(1, { peers: [] });
  made.run(10_000);
  const created = made.ask(1, topicRequest("orders", 2, 1));
  made.ask(1, { api: "findCoordinator", keyType: 0, keys: ["g"] });
  made.run(2_000_000);
  expect(topicAnswer(created).errorCode).toBe(ErrorCode.NONE);
  const places = [
    { topic: "orders", partition: 1 },
    { topic: "orders", partition: 2 },
    { topic: "orders", partition: -1 },
    { topic: "nothing", partition: 0 },
  ];
  const asked = made.ask(1, {
    api: "offsetCommit",
    groupId: "g",
    generationId: -1,
    memberId: "",
    groupInstanceId: null,
    partitions: places.map((place) => {
      return { ...place, committedOffset: 1, committedLeaderEpoch: -1, metadata: null };
    }),
  });
  made.run(10_000);
  const { NONE, UNKNOWN_TOPIC_OR_PARTITION: unknown } = ErrorCode;
  expect(asked.response).toMatchObject({
    partitions: [NONE, unknown, unknown, unknown].map((errorCode, at) => ({
      ...places[at],
      errorCode,
    })),
  });
});
