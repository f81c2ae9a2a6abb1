import { expect, test } from "vitest";
import { COMMAND_HELP, parseAdminCommand } from "./commandLine.ts";

const UNDERSTOOD: readonly [string, unknown][] = [
  ["status", { kind: "clusterStatus" }],
  ["cluster status", { kind: "clusterStatus" }],
  ["health", { kind: "health" }],
  ["list-nodes", { kind: "listNodes" }],
  ["list-partitions", { kind: "listPartitions", topic: null }],
  ["list-partitions orders", { kind: "listPartitions", topic: "orders" }],
  ["describe orders", { kind: "listPartitions", topic: "orders" }],
  ["partition-info my-orders-10", { kind: "partitionInfo", topic: "my-orders", partition: 10 }],
  ["isr-status", { kind: "isrStatus", topic: null }],
  ["  add-node  4 n4:9092 ", { kind: "addNode", node: 4, address: "n4:9092" }],
  ["remove-node n3", { kind: "removeNode", node: 3 }],
  ["rebalance", { kind: "rebalance" }],
  [
    "reassign orders-1 2,n3,1",
    { kind: "reassign", topic: "orders", partition: 1, replicas: [2, 3, 1] },
  ],
  ["elect-preferred-leaders", { kind: "electPreferredLeaders", topic: null }],
  ["create-partitions orders 6", { kind: "createPartitions", topic: "orders", partitionCount: 6 }],
  [
    "alter-topic orders 1 unclean",
    { kind: "alterTopic", topic: "orders", minInsyncReplicas: 1, uncleanLeaderElection: true },
  ],
  ["delete-topic orders", { kind: "deleteTopic", topic: "orders" }],
];

test.each(UNDERSTOOD)("%j is understood", (line, command) => {
  expect(parseAdminCommand(line)).toEqual({ ok: true, command });
});

const REFUSED: readonly [string, number, string][] = [
  [
    "alter-topic orders 1 dirty",
    21,
    '"dirty" is not "clean" or "unclean": alter-topic TOPIC MIN-ISR clean|unclean',
  ],
  ["", 0, "Here a command is missing"],
  ["cluster", 7, "Here a command is missing"],
  ["remove-node", 11, "Here a node is missing: remove-node NODE"],
  ["remove-node 0", 12, '"0" is not a node: remove-node NODE'],
  ["remove-node 3 4", 14, '"4" is too much: remove-node NODE'],
  ["status now", 7, '"now" is too much: status'],
  ["add-node 4", 10, "Here an address like n4:9092 is missing: add-node NODE HOST:PORT"],
  ["add-node 4 n4", 11, '"n4" is not an address like n4:9092: add-node NODE HOST:PORT'],
  ["add-node 4 n4:65536", 11, '"n4:65536" is not an address like n4:9092: add-node NODE HOST:PORT'],
  [
    "partition-info orders",
    15,
    '"orders" is not a partition like orders-1: partition-info TOPIC-PARTITION',
  ],
  [
    "reassign orders-1 2,,1",
    18,
    '"2,,1" is not a list of nodes like 2,3,1: reassign TOPIC-PARTITION NODE,NODE,...',
  ],
  ["describe a/b", 9, '"a/b" is not a topic name: describe TOPIC'],
  ["create-partitions t 0", 20, '"0" is not a partition count: create-partitions TOPIC COUNT'],
];

test.each(REFUSED)("%j is refused, with the place and the reason", (line, column, message) => {
  expect(parseAdminCommand(line)).toEqual({ ok: false, column, message });
});

test("an unknown command is answered with those that there are", () => {
  const parsed = parseAdminCommand(" shutdown");
  expect(parsed).toMatchObject({ ok: false, column: 1 });
  const names = COMMAND_HELP.map(({ form }) => form.split(" ")[0]).join(", ");
  expect(parsed.ok ? "" : parsed.message).toBe(`"shutdown" is no command. There are: ${names}.`);
});
