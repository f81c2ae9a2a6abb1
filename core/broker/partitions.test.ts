import { expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import type { PartitionMetadata } from "../metadata/clusterMetadata.ts";
import { Outbox } from "./outbox.ts";
import { Partitions } from "./partitions.ts";

const LED_BY_1: PartitionMetadata = {
  topic: "orders",
  partition: 0,
  replicas: [nodeId(1), nodeId(2)],
  leader: nodeId(1),
  leaderEpoch: leaderEpoch(3),
  isr: [nodeId(1), nodeId(2)],
  partitionEpoch: partitionEpoch(3),
};

test("a node takes no part in what its log says of the disk before its own", () => {
  let hasSay = false;
  const out = new Outbox(true, 0);
  const none = 0 as Index;
  const partitions = new Partitions(nodeId(1), new Map(), none, () => hasSay, { nowUs: 0 }, out);
  const config = { minInsyncReplicas: 1 };
  partitions.changed(LED_BY_1, config, 5 as Index);
  expect(partitions.led.size).toBe(0);
  expect(partitions.forfeited.size).toBe(0);
  expect(out.take()).toEqual([]);
  hasSay = true;
  partitions.changed({ ...LED_BY_1, leader: nodeId(2) }, config, 6 as Index);
  expect(partitions.followed.get(nodeId(2))).toHaveLength(1);
  partitions.changed({ ...LED_BY_1, leaderEpoch: leaderEpoch(4) }, config, 7 as Index);
  expect([...partitions.led.keys()]).toEqual(["orders-0"]);
});
