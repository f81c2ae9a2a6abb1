import { expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { EMPTY_METADATA } from "./clusterMetadata.ts";
import type { ClusterMetadata, PartitionMetadata } from "./clusterMetadata.ts";
import { decodeMetadata, encodeMetadata } from "./snapshot.ts";

const nodes = (...ids: number[]) => ids.map(nodeId);
/** Field order in memory is not that of the bytes, and no table is in the order of its keys. */
const FIRST: PartitionMetadata = {
  partitionEpoch: partitionEpoch(5),
  isr: nodes(3, 1),
  leaderEpoch: leaderEpoch(2),
  leader: nodeId(1),
  replicas: nodes(3, 1, 2),
  partition: 1,
  topic: "orders",
};
const SECOND: PartitionMetadata = {
  topic: "orders",
  partition: 0,
  replicas: nodes(1, 2, 3),
  leader: nodeId(3),
  leaderEpoch: leaderEpoch(0),
  isr: nodes(3),
  partitionEpoch: partitionEpoch(1),
};
const METADATA: ClusterMetadata = {
  partitions: new Map([
    ["orders-1", FIRST],
    ["orders-0", SECOND],
  ]),
  topics: new Map([
    [
      "orders",
      {
        config: { minInsyncReplicas: 2 },
        replicationFactor: 3,
        partitionCount: 2,
        topic: "orders",
      },
    ],
    [
      "a-1",
      {
        topic: "a-1",
        partitionCount: 4,
        replicationFactor: 1,
        config: { minInsyncReplicas: 1 },
      },
    ],
  ]),
  nodes: new Map([
    [nodeId(3), { state: "member", generation: 0, address: "é:9092", node: nodeId(3) }],
    [nodeId(1), { node: nodeId(1), address: "broker-1:9092", generation: 1, state: "member" }],
    [nodeId(2), { node: nodeId(2), address: "broker-2:9092", generation: 2, state: "removed" }],
    [nodeId(4), { node: nodeId(4), address: "", generation: 1, state: "joining" }],
  ]),
};
const GOLDEN =
  `{"nodes":[{"node":3,"address":"é:9092","generation":0,"state":"member"},` +
  `{"node":1,"address":"broker-1:9092","generation":1,"state":"member"},` +
  `{"node":2,"address":"broker-2:9092","generation":2,"state":"removed"},` +
  `{"node":4,"address":"","generation":1,"state":"joining"}],` +
  `"topics":[{"topic":"orders","partitionCount":2,"replicationFactor":3,` +
  `"config":{"minInsyncReplicas":2}},` +
  `{"topic":"a-1","partitionCount":4,"replicationFactor":1,"config":{"minInsyncReplicas":1}}],` +
  `"partitions":[{"topic":"orders","partition":1,"replicas":[3,1,2],"leader":1,"leaderEpoch":2,` +
  `"isr":[3,1],"partitionEpoch":5},` +
  `{"topic":"orders","partition":0,"replicas":[1,2,3],"leader":3,"leaderEpoch":0,` +
  `"isr":[3],"partitionEpoch":1}]}`;

test("has one encoding, whatever the order of fields in memory", () => {
  expect(utf8Decode(encodeMetadata(METADATA))).toBe(GOLDEN);
  expect(utf8Decode(encodeMetadata(EMPTY_METADATA))).toBe(
    `{"nodes":[],"topics":[],"partitions":[]}`,
  );
});

test("comes back, its tables in their order", () => {
  const decoded = decodeMetadata(utf8Encode(GOLDEN));
  expect(decoded).toStrictEqual({ ok: true, metadata: METADATA });
  if (!decoded.ok) return;
  expect([...decoded.metadata.nodes.keys()]).toEqual([3, 1, 2, 4]);
  expect([...decoded.metadata.topics.keys()]).toEqual(["orders", "a-1"]);
  expect([...decoded.metadata.partitions.keys()]).toEqual(["orders-1", "orders-0"]);
});

test("cut short anywhere, it is not JSON", () => {
  const bytes = utf8Encode(GOLDEN);
  for (let size = 0; size < bytes.length; size++) {
    expect(decodeMetadata(bytes.subarray(0, size)), `${size} bytes`).toEqual({
      ok: false,
      path: "",
      message: "is not JSON",
    });
  }
});

const COUNT = "is not an integer from 0 on";
const TEXT = "is not a text";
const LIST = "is not a list";
const IDS = "is not a list of node ids";
const STRANGE = "is not a field that belongs here";
const ORDER = "is not a part of the replicas in their order";

test.each([
  ["[]", "", "is not an object"],
  ["null", "", "is not an object"],
  [`"text"`, "", "is not an object"],
  ["{}", "nodes", LIST],
  [`{"nodes":[],"partitions":[]}`, "topics", LIST],
  [`{"nodes":[],"topics":{},"partitions":[]}`, "topics", LIST],
  [`{"nodes":[],"topics":[]}`, "partitions", LIST],
])("%s is refused at %j: %s", (text, path, message) => {
  expect(decodeMetadata(utf8Encode(text))).toEqual({ ok: false, path, message });
});

/** What stands in the golden text, what takes its place, and what is refused then. */
const REFUSED: readonly (readonly [string, string, path: string, message: string])[] = [
  [`{"nodes":`, `{"epoch":1,"nodes":`, "epoch", STRANGE],
  [`{"nodes":`, `{"__proto__":{},"nodes":`, "__proto__", STRANGE],

  [`{"nodes":[`, `{"nodes":[7,`, "nodes[0]", "is not an object"],
  [`{"nodes":[`, `{"nodes":[[],`, "nodes[0]", "is not an object"],
  [`"node":1,`, `"node":1,"rack":"b",`, "nodes[1].rack", STRANGE],
  [`"node":1,`, ``, "nodes[1].node", COUNT],
  [`"node":1,`, `"node":1.5,`, "nodes[1].node", COUNT],
  [`"node":1,`, `"node":-1,`, "nodes[1].node", COUNT],
  [`"node":1,`, `"node":9007199254740992,`, "nodes[1].node", COUNT],
  [`"node":1,`, `"node":0,`, "nodes[1].node", "is nobody's id"],
  [`"node":1,`, `"node":3,`, "nodes[1].node", "is there twice"],
  [`"address":"",`, `"address":null,`, "nodes[3].address", TEXT],
  [`"address":"",`, ``, "nodes[3].address", TEXT],
  [`"generation":2`, `"generation":"2"`, "nodes[2].generation", COUNT],
  [`"generation":2`, `"generation":-2`, "nodes[2].generation", COUNT],
  [`"generation":2,`, ``, "nodes[2].generation", COUNT],
  [`"joining"`, `"dead"`, "nodes[3].state", `"dead" is no state of a node`],
  [`"joining"`, `4`, "nodes[3].state", TEXT],
  [`,"state":"joining"`, ``, "nodes[3].state", TEXT],

  [`"topics":[`, `"topics":[null,`, "topics[0]", "is not an object"],
  [`"partitionCount":2`, `"partitionCount":2,"id":1`, "topics[0].id", STRANGE],
  [`{"topic":"a-1"`, `{"topic":1`, "topics[1].topic", TEXT],
  [`{"topic":"a-1"`, `{"topic":"../a"`, "topics[1].topic", `"../a" is not a topic name`],
  [`{"topic":"a-1"`, `{"topic":"orders"`, "topics[1].topic", "is there twice"],
  [`"partitionCount":2`, `"partitionCount":true`, "topics[0].partitionCount", COUNT],
  [`"partitionCount":4`, `"partitionCount":0`, "topics[1].partitionCount", "is not 1 or more"],
  [`,"replicationFactor":3`, ``, "topics[0].replicationFactor", COUNT],
  [
    `"replicationFactor":1`,
    `"replicationFactor":0`,
    "topics[1].replicationFactor",
    "is not 1 or more",
  ],
  [`"config":{"minInsyncReplicas":2}`, `"config":2`, "topics[0].config", "is not an object"],
  [`"minInsyncReplicas":2`, ``, "topics[0].config.minInsyncReplicas", COUNT],
  [
    `"minInsyncReplicas":2`,
    `"minInsyncReplicas":0`,
    "topics[0].config.minInsyncReplicas",
    "is not 1 or more",
  ],
  [
    `"minInsyncReplicas":2`,
    `"minInsyncReplicas":2,"retentionMs":1`,
    "topics[0].config.retentionMs",
    STRANGE,
  ],

  [`"partitions":[`, `"partitions":["",`, "partitions[0]", "is not an object"],
  [`"partition":0`, `"partition":0,"elr":[]`, "partitions[1].elr", STRANGE],
  [`{"topic":"orders","partition":0`, `{"topic":[],"partition":0`, "partitions[1].topic", TEXT],
  [
    `{"topic":"orders","partition":0`,
    `{"topic":"b","partition":0`,
    "partitions[1].topic",
    "is not in the list of topics",
  ],
  [`"partition":0,`, ``, "partitions[1].partition", COUNT],
  [`"partition":0,`, `"partition":1,`, "partitions[1].partition", "is there twice"],
  [`"partition":0,`, `"partition":2,`, "partitions[1].partition", "is none that the topic has"],
  [`[3,1,2]`, `3`, "partitions[0].replicas", IDS],
  [`[3,1,2]`, `[3,1,"2"]`, "partitions[0].replicas", IDS],
  [`[3,1,2]`, `[3,1]`, "partitions[0].replicas", "are not as many as the topic has"],
  [`[3,1,2]`, `[3,1,1]`, "partitions[0].replicas", "name a node twice"],
  [`[3,1,2]`, `[3,1,9]`, "partitions[0].replicas", "name a node that is not in the list of nodes"],
  [`"leader":3,`, ``, "partitions[1].leader", COUNT],
  [`"leader":3,`, `"leader":1,`, "partitions[1].isr", "does not hold the leader"],
  [`"leaderEpoch":2`, `"leaderEpoch":null`, "partitions[0].leaderEpoch", COUNT],
  [`"isr":[3,1]`, `"isr":[3,-1]`, "partitions[0].isr", IDS],
  [`,"isr":[3]`, ``, "partitions[1].isr", IDS],
  [`"isr":[3,1]`, `"isr":[1,3]`, "partitions[0].isr", ORDER],
  [`"isr":[3,1]`, `"isr":[3,1,1]`, "partitions[0].isr", ORDER],
  [`"isr":[3,1]`, `"isr":[3,1,4]`, "partitions[0].isr", ORDER],
  [`"isr":[3,1]`, `"isr":[3,1,2]`, "partitions[0].isr", "holds a node that is not a member"],
  [`"partitionEpoch":1`, `"partitionEpoch":0.1`, "partitions[1].partitionEpoch", COUNT],
];

test.each(REFUSED)("%s as %j is refused at %j: %s", (there, instead, path, message) => {
  const [before, after, ...more] = GOLDEN.split(there);
  expect(more, "it stands there once").toEqual([]);
  expect(decodeMetadata(utf8Encode(`${before}${instead}${after}`))).toEqual({
    ok: false,
    path,
    message,
  });
});
