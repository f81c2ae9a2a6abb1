import { expect, test } from "vitest";
import { ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import { TestCluster, topicRequest } from "./testing/testCluster.ts";

test("a topic is answered once, however often it was asked for", () => {
  const made = new TestCluster(1, { peers: [] });
  made.run(10_000);
  made.ask(1, topicRequest("orders", 2, 1));
  made.run(10_000);
  const names = ["orders", "nothing", "orders", "orders", "nothing"];
  const asked = made.ask(1, {
    api: "metadata",
    topics: names.map((topic) => ({ topic, topicId: NO_TOPIC_ID })),
    allowAutoTopicCreation: false,
  });
  made.run(10_000);
  expect(asked.response).toMatchObject({
    topics: [
      { topic: "orders", errorCode: ErrorCode.NONE },
      { topic: "nothing", errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION },
    ],
  });
});
