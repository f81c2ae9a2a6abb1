import { expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { Outbox } from "./outbox.ts";
import { Partitions } from "./partitions.ts";
import { partitionFixture, topicFixture } from "./testing/fixtures.ts";

const LED_BY_1 = partitionFixture({
  leaderEpoch: leaderEpoch(3),
  partitionEpoch: partitionEpoch(3),
});

test("a node takes no part in what its log says of the disk before its own", () => {
  let hasSay = false;
  const out = new Outbox(true, 0);
  const none = 0 as Index;
  const partitions = new Partitions(nodeId(1), new Map(), none, () => hasSay, { nowUs: 0 }, out);
  const topic = topicFixture();
  partitions.changed(LED_BY_1, topic, 5 as Index);
  expect(partitions.led.size).toBe(0);
  expect(partitions.forfeited.size).toBe(0);
  expect(out.take()).toEqual([]);
  hasSay = true;
  partitions.changed({ ...LED_BY_1, leader: nodeId(2) }, topic, 6 as Index);
  expect(partitions.followed.get(nodeId(2))).toHaveLength(1);
  partitions.changed({ ...LED_BY_1, leaderEpoch: leaderEpoch(4) }, topic, 7 as Index);
  expect([...partitions.led.keys()]).toEqual(["orders-0"]);
});
