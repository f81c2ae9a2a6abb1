import { expect, test } from "vitest";
import { TestCluster } from "./testing/testCluster.ts";

/**
 * A restarted broker asks its leaders as its life before did. An answer to that life which arrives
 * late must not pass for one to this life: it belongs to another offset.
 */
test("an answer to a question of the life before is not taken for one of this life", () => {
  const cluster = new TestCluster(3);
  cluster.boot();
  cluster.createTopic("orders", 1);
  const { leader } = cluster.controller.metadata.partitions.get("orders-0")!;
  const follower = leader === 3 ? 2 : 3;
  // Long enough that the correlation ids of both lives, if they were counted from 1, would meet.
  for (let i = 0; i < 20; i++) {
    cluster.produce(leader, "orders", 0, `value ${i}`, -1);
    cluster.run(300_000);
  }
  let held = 0;
  cluster.fateOf = (from, to, message) => {
    const isAnswer = from === leader && to === follower && message.kind === "response";
    if (isAnswer && message.response.api === "fetch") held++;
    return isAnswer ? "held" : "arrives";
  };
  cluster.produce(leader, "orders", 0, "held", 1);
  cluster.run(300_000);
  expect(held).toBeGreaterThan(0);
  cluster.fateOf = () => "arrives";

  const ids = new Set<number>();
  cluster.onOutput = (node, output) => {
    if (node !== follower || output.kind !== "send" || output.message.kind !== "request") return;
    ids.add(output.message.correlationId);
  };
  const broker = cluster.restart(follower);
  cluster.run(100_000);
  cluster.letGo();
  cluster.run(500_000);
  expect(Math.min(...ids)).toBeGreaterThan(1_000);
  expect(broker.stopped).toBe(null);
  cluster.runUntil(() => broker.replicas.get("orders-0")!.logEndOffset === 21);
});
