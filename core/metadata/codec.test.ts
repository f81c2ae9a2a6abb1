import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { decodeCommand, encodeCommand } from "./codec.ts";
import type { MetadataCommand } from "./command.ts";

const GOLDEN: readonly (readonly [MetadataCommand, string])[] = [
  [
    { generation: 2, address: "broker-1:9092", node: nodeId(1), kind: "addNode" },
    `{"kind":"addNode","node":1,"address":"broker-1:9092","generation":2}`,
  ],
  [
    { generation: 3, node: nodeId(1), kind: "removeNode" },
    `{"kind":"removeNode","node":1,"generation":3}`,
  ],
  [
    { generation: 3, kind: "admitNode", node: nodeId(1) },
    `{"kind":"admitNode","node":1,"generation":3}`,
  ],
  [
    {
      kind: "createTopic",
      config: { minInsyncReplicas: 2 },
      replicationFactor: 3,
      partitionCount: 6,
      topic: "orders",
    },
    `{"kind":"createTopic","topic":"orders","partitionCount":6,"replicationFactor":3,` +
      `"config":{"minInsyncReplicas":2}}`,
  ],
  [
    {
      kind: "assignPartition",
      topic: "orders",
      partition: 1,
      replicas: [nodeId(2), nodeId(3), nodeId(1)],
    },
    `{"kind":"assignPartition","topic":"orders","partition":1,"replicas":[2,3,1]}`,
  ],
  [
    {
      kind: "setPartitionLeader",
      topic: "orders",
      partition: 1,
      leader: nodeId(3),
      partitionEpoch: partitionEpoch(4),
      leaderEpoch: leaderEpoch(2),
    },
    `{"kind":"setPartitionLeader","topic":"orders","partition":1,"leader":3,` +
      `"leaderEpoch":2,"partitionEpoch":4}`,
  ],
  [
    {
      kind: "updateIsr",
      topic: "orders",
      partition: 1,
      isr: [nodeId(3), nodeId(1)],
      leaderEpoch: leaderEpoch(3),
      partitionEpoch: partitionEpoch(5),
    },
    `{"kind":"updateIsr","topic":"orders","partition":1,"isr":[3,1],` +
      `"leaderEpoch":3,"partitionEpoch":5}`,
  ],
];

describe.each(GOLDEN)("$kind", (command, text) => {
  test("has one encoding, whatever the order of its fields in memory", () => {
    expect(utf8Decode(encodeCommand(command))).toBe(text);
  });

  test("comes back", () => {
    expect(decodeCommand(utf8Encode(text))).toEqual({ ok: true, command });
  });
});

test.each([
  ["", "", "is not JSON"],
  ["[1]", "", "is not an object"],
  ["null", "", "is not an object"],
  ["{}", "kind", "is not a text"],
  [`{"kind":"dropTable"}`, "kind", `"dropTable" is not a command`],
  [`{"kind":"addNode","address":"a"}`, "node", "is not an integer from 0 on"],
  [`{"kind":"addNode","node":1.5,"address":"a"}`, "node", "is not an integer from 0 on"],
  [`{"kind":"addNode","node":-1,"address":"a"}`, "node", "is not an integer from 0 on"],
  [`{"kind":"addNode","node":1,"address":7}`, "address", "is not a text"],
  [
    `{"kind":"addNode","node":1,"address":"a","rack":"b"}`,
    "rack",
    "is not a field that belongs here",
  ],
  [`{"kind":"addNode","node":1,"address":"a"}`, "generation", "is not an integer from 0 on"],
  [`{"kind":"removeNode","node":1}`, "generation", "is not an integer from 0 on"],
  [`{"kind":"removeNode","generation":1}`, "node", "is not an integer from 0 on"],
  [`{"kind":"admitNode","node":1,"generation":-1}`, "generation", "is not an integer from 0 on"],
  [
    `{"kind":"admitNode","node":1,"generation":1,"address":"a"}`,
    "address",
    "is not a field that belongs here",
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1}`,
    "config",
    "is not an object",
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,"config":{}}`,
    "config.minInsyncReplicas",
    "is not an integer from 0 on",
  ],
  [
    `{"kind":"assignPartition","topic":"t","partition":0,"replicas":[1,"2"]}`,
    "replicas",
    "is not a list of node ids",
  ],
  [
    `{"kind":"updateIsr","topic":"t","partition":0,"isr":[1],"leaderEpoch":0}`,
    "partitionEpoch",
    "is not an integer from 0 on",
  ],
])("%s is refused at %j", (text, path, message) => {
  expect(decodeCommand(utf8Encode(text))).toEqual({ ok: false, path, message });
});
