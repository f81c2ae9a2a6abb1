import { expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { EMPTY_METADATA, NO_TOPIC_ID } from "./clusterMetadata.ts";
import type { ClusterMetadata, NodeMetadata, PartitionMetadata } from "./clusterMetadata.ts";
import { decodeMetadata, encodeMetadata } from "./snapshot.ts";
import { nodes, OTHER_TOPIC_ID, TOPIC_ID } from "./testing/commands.ts";

/** A member whose broker has never registered. */
const NEW = { state: "member", brokerEpoch: 0, incarnation: -1, isFenced: false } as const;
const NEW_TEXT = `"brokerEpoch":0,"incarnation":-1,"isFenced":false`;
const REMOVED: Pick<NodeMetadata, "state"> = { state: "removed" };

/** Field order in memory is not that of the bytes, and no table is in the order of its keys. */
const FIRST: PartitionMetadata = {
  partitionEpoch: partitionEpoch(5),
  isr: nodes(3, 1),
  leaderEpoch: leaderEpoch(2),
  leader: nodeId(1),
  group: 0,
  removingReplicas: nodes(5),
  addingReplicas: nodes(2),
  replicas: nodes(3, 1, 2, 5),
  partition: 1,
  topic: "orders",
};
const SECOND: PartitionMetadata = {
  topic: "orders",
  partition: 0,
  replicas: nodes(1, 2, 3),
  addingReplicas: [],
  removingReplicas: [],
  group: 0,
  leader: nodeId(0),
  leaderEpoch: leaderEpoch(0),
  isr: nodes(3),
  partitionEpoch: partitionEpoch(1),
};
const RAFT = (partition: number, group: number): PartitionMetadata => ({
  topic: "a-1",
  partition,
  replicas: nodes(1),
  addingReplicas: [],
  removingReplicas: [],
  group,
  leader: nodeId(1),
  leaderEpoch: leaderEpoch(4),
  isr: nodes(1),
  partitionEpoch: partitionEpoch(2),
});
const METADATA: ClusterMetadata = {
  nextGroup: 12,
  nextProducerId: 3000,
  partitions: new Map([
    ["orders-1", FIRST],
    ["orders-0", SECOND],
    ["a-1-2", RAFT(2, 11)],
    ["a-1-3", RAFT(3, 7)],
  ]),
  topics: new Map([
    [
      "orders",
      {
        config: { uncleanLeaderElection: true, replicationMode: "isr", minInsyncReplicas: 2 },
        assignment: null,
        replicationFactor: 3,
        partitionCount: 2,
        topicId: TOPIC_ID,
        topic: "orders",
      },
    ],
    [
      "a-1",
      {
        topic: "a-1",
        topicId: OTHER_TOPIC_ID,
        partitionCount: 4,
        replicationFactor: 1,
        assignment: [nodes(3), nodes(1)],
        config: { minInsyncReplicas: 1, replicationMode: "raft", uncleanLeaderElection: false },
      },
    ],
  ]),
  nodes: new Map([
    [
      nodeId(3),
      {
        isFenced: true,
        incarnation: 2_000_000,
        brokerEpoch: 8,
        state: "member",
        generation: 0,
        address: "é:9092",
        node: nodeId(3),
      },
    ],
    [nodeId(1), { node: nodeId(1), address: "broker-1:9092", generation: 1, ...NEW }],
    [nodeId(2), { node: nodeId(2), address: "broker-2:9092", generation: 2, ...NEW, ...REMOVED }],
    [nodeId(4), { node: nodeId(4), address: "", generation: 1, ...NEW, state: "joining" }],
    [nodeId(5), { node: nodeId(5), address: "broker-5:9092", generation: 0, ...NEW }],
  ]),
};
const GOLDEN =
  `{"nodes":[{"node":3,"address":"é:9092","generation":0,"state":"member",` +
  `"brokerEpoch":8,"incarnation":2000000,"isFenced":true},` +
  `{"node":1,"address":"broker-1:9092","generation":1,"state":"member",${NEW_TEXT}},` +
  `{"node":2,"address":"broker-2:9092","generation":2,"state":"removed",${NEW_TEXT}},` +
  `{"node":4,"address":"","generation":1,"state":"joining",${NEW_TEXT}},` +
  `{"node":5,"address":"broker-5:9092","generation":0,"state":"member",${NEW_TEXT}}],` +
  `"topics":[{"topic":"orders","topicId":"${TOPIC_ID}","partitionCount":2,"replicationFactor":3,` +
  `"assignment":null,"config":{"minInsyncReplicas":2,"replicationMode":"isr",` +
  `"uncleanLeaderElection":true}},` +
  `{"topic":"a-1","topicId":"${OTHER_TOPIC_ID}","partitionCount":4,"replicationFactor":1,` +
  `"assignment":[[3],[1]],"config":{"minInsyncReplicas":1,"replicationMode":"raft",` +
  `"uncleanLeaderElection":false}}],` +
  `"partitions":[{"topic":"orders","partition":1,"replicas":[3,1,2,5],"addingReplicas":[2],` +
  `"removingReplicas":[5],"group":0,"leader":1,"leaderEpoch":2,"isr":[3,1],"partitionEpoch":5},` +
  `{"topic":"orders","partition":0,"replicas":[1,2,3],"addingReplicas":[],` +
  `"removingReplicas":[],"group":0,"leader":0,"leaderEpoch":0,"isr":[3],"partitionEpoch":1},` +
  `{"topic":"a-1","partition":2,"replicas":[1],"addingReplicas":[],"removingReplicas":[],` +
  `"group":11,"leader":1,"leaderEpoch":4,"isr":[1],"partitionEpoch":2},` +
  `{"topic":"a-1","partition":3,"replicas":[1],"addingReplicas":[],"removingReplicas":[],` +
  `"group":7,"leader":1,"leaderEpoch":4,"isr":[1],"partitionEpoch":2}],` +
  `"nextProducerId":3000,"nextGroup":12}`;

test("has one encoding, whatever the order of fields in memory", () => {
  expect(utf8Decode(encodeMetadata(METADATA))).toBe(GOLDEN);
  expect(utf8Decode(encodeMetadata(EMPTY_METADATA))).toBe(
    `{"nodes":[],"topics":[],"partitions":[],"nextProducerId":0,"nextGroup":1}`,
  );
});

test("comes back, its tables in their order", () => {
  const decoded = decodeMetadata(utf8Encode(GOLDEN));
  expect(decoded).toStrictEqual({ ok: true, metadata: METADATA });
  if (!decoded.ok) return;
  expect([...decoded.metadata.nodes.keys()]).toEqual([3, 1, 2, 4, 5]);
  expect([...decoded.metadata.topics.keys()]).toEqual(["orders", "a-1"]);
  expect([...decoded.metadata.partitions.keys()]).toEqual([
    "orders-1",
    "orders-0",
    "a-1-2",
    "a-1-3",
  ]);
});

/** Written before brokers had epochs, topics ids and modes, and partitions reassignments. */
const FIRST_VERSION =
  `{"nodes":[{"node":3,"address":"é:9092","generation":0,"state":"member"},` +
  `{"node":1,"address":"broker-1:9092","generation":1,"state":"removed"}],` +
  `"topics":[{"topic":"orders","partitionCount":2,"replicationFactor":2,` +
  `"config":{"minInsyncReplicas":2}},` +
  `{"topic":"a-1","partitionCount":4,"replicationFactor":1,"config":{"minInsyncReplicas":1}}],` +
  `"partitions":[{"topic":"orders","partition":1,"replicas":[3,1],"leader":3,"leaderEpoch":2,` +
  `"isr":[3],"partitionEpoch":5}]}`;

test("a snapshot of the first version comes back with what it stood for then", () => {
  const isr = { replicationMode: "isr" as const, uncleanLeaderElection: false };
  const topic = { topicId: NO_TOPIC_ID, assignment: null };
  const metadata: ClusterMetadata = {
    ...EMPTY_METADATA,
    nodes: new Map([
      [nodeId(3), { node: nodeId(3), address: "é:9092", generation: 0, ...NEW }],
      [nodeId(1), { node: nodeId(1), address: "broker-1:9092", generation: 1, ...NEW, ...REMOVED }],
    ]),
    topics: new Map([
      [
        "orders",
        {
          topic: "orders",
          ...topic,
          partitionCount: 2,
          replicationFactor: 2,
          config: { minInsyncReplicas: 2, ...isr },
        },
      ],
      [
        "a-1",
        {
          topic: "a-1",
          ...topic,
          partitionCount: 4,
          replicationFactor: 1,
          config: { minInsyncReplicas: 1, ...isr },
        },
      ],
    ]),
    partitions: new Map([
      [
        "orders-1",
        {
          topic: "orders",
          partition: 1,
          replicas: nodes(3, 1),
          addingReplicas: [],
          removingReplicas: [],
          group: 0,
          leader: nodeId(3),
          leaderEpoch: leaderEpoch(2),
          isr: nodes(3),
          partitionEpoch: partitionEpoch(5),
        },
      ],
    ]),
  };
  expect(decodeMetadata(utf8Encode(FIRST_VERSION))).toStrictEqual({ ok: true, metadata });
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
const FROM_ONE = "is not 1 or more";
const ORDER = "is not a part of the replicas in their order";
const TARGET = "do not take the place of those that go";

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
  [`"nextProducerId":3000`, `"nextProducerId":-1`, "nextProducerId", COUNT],
  [`"nextGroup":12`, `"nextGroup":0`, "nextGroup", FROM_ONE],
  [`"nextGroup":12`, `"nextGroup":null`, "nextGroup", COUNT],

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
  [`"joining"`, `"dead"`, "nodes[3].state", `"dead" is not one of member, removed, joining`],
  [`"joining"`, `4`, "nodes[3].state", TEXT],
  [`,"state":"joining"`, ``, "nodes[3].state", TEXT],
  [`"brokerEpoch":8`, `"brokerEpoch":-1`, "nodes[0].brokerEpoch", COUNT],
  [`"incarnation":2000000`, `"incarnation":-2`, "nodes[0].incarnation", COUNT],
  [`"incarnation":2000000`, `"incarnation":"now"`, "nodes[0].incarnation", COUNT],
  [`"isFenced":true`, `"isFenced":null`, "nodes[0].isFenced", "is neither true nor false"],

  [`"topics":[`, `"topics":[null,`, "topics[0]", "is not an object"],
  [`"partitionCount":2`, `"partitionCount":2,"id":1`, "topics[0].id", STRANGE],
  [`{"topic":"a-1","topicId"`, `{"topic":1,"topicId"`, "topics[1].topic", TEXT],
  [
    `{"topic":"a-1","topicId"`,
    `{"topic":"../a","topicId"`,
    "topics[1].topic",
    `"../a" is not a topic name`,
  ],
  [`{"topic":"a-1","topicId"`, `{"topic":"orders","topicId"`, "topics[1].topic", "is there twice"],
  [`"${TOPIC_ID}"`, `null`, "topics[0].topicId", TEXT],
  [`"${TOPIC_ID}"`, `"0x1"`, "topics[0].topicId", `"0x1" is not a topic id`],
  [OTHER_TOPIC_ID, TOPIC_ID, "topics[1].topicId", "is that of another topic"],
  [`"partitionCount":2`, `"partitionCount":true`, "topics[0].partitionCount", COUNT],
  [`"partitionCount":4`, `"partitionCount":0`, "topics[1].partitionCount", FROM_ONE],
  [`,"replicationFactor":3`, ``, "topics[0].replicationFactor", COUNT],
  [`"replicationFactor":1`, `"replicationFactor":0`, "topics[1].replicationFactor", FROM_ONE],
  [`[[3],[1]]`, `7`, "topics[1].assignment", "is neither null nor a list of lists of node ids"],
  [
    `[[3],[1]]`,
    `[[3],["1"]]`,
    "topics[1].assignment",
    "is neither null nor a list of lists of node ids",
  ],
  [
    `[[3],[1]]`,
    `[[3],[1],[1],[1],[1]]`,
    "topics[1].assignment",
    "is for more partitions than there are",
  ],
  [`[[3],[1]]`, `[[3],[1,2]]`, "topics[1].assignment", "has not as many replicas as the topic"],
  [`"config":{"minInsyncReplicas":2,`, `"config":2,"x":{`, "topics[0].config", "is not an object"],
  [`"minInsyncReplicas":2,`, ``, "topics[0].config.minInsyncReplicas", COUNT],
  [
    `"minInsyncReplicas":2`,
    `"minInsyncReplicas":0`,
    "topics[0].config.minInsyncReplicas",
    FROM_ONE,
  ],
  [
    `"minInsyncReplicas":2`,
    `"minInsyncReplicas":2,"retentionMs":1`,
    "topics[0].config.retentionMs",
    STRANGE,
  ],
  [
    `"replicationMode":"raft"`,
    `"replicationMode":"both"`,
    "topics[1].config.replicationMode",
    `"both" is not one of isr, raft`,
  ],
  [
    `"uncleanLeaderElection":true`,
    `"uncleanLeaderElection":"true"`,
    "topics[0].config.uncleanLeaderElection",
    "is neither true nor false",
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
  [`[3,1,2,5]`, `3`, "partitions[0].replicas", IDS],
  [`[3,1,2,5]`, `[3,1,2,"5"]`, "partitions[0].replicas", IDS],
  [`[3,1,2,5]`, `[3,1,2]`, "partitions[0].replicas", "are not as many as the topic has"],
  [`[3,1,2,5]`, `[3,1,2,2]`, "partitions[0].replicas", "name a node twice"],
  [
    `[3,1,2,5]`,
    `[3,1,2,9]`,
    "partitions[0].replicas",
    "name a node that is not in the list of nodes",
  ],
  [
    `"removingReplicas":[5]`,
    `"removingReplicas":[2]`,
    "partitions[0].removingReplicas",
    "are not the last of the replicas",
  ],
  [`"removingReplicas":[5]`, `"removingReplicas":5`, "partitions[0].removingReplicas", IDS],
  [`"addingReplicas":[2]`, `"addingReplicas":[5]`, "partitions[0].addingReplicas", TARGET],
  [`"addingReplicas":[2]`, `"addingReplicas":[1,2]`, "partitions[0].addingReplicas", TARGET],
  [`"addingReplicas":[2]`, `"addingReplicas":[]`, "partitions[0].addingReplicas", TARGET],
  [`"addingReplicas":[2]`, `"addingReplicas":null`, "partitions[0].addingReplicas", IDS],
  [
    `"group":0,"leader":0`,
    `"group":1,"leader":0`,
    "partitions[1].group",
    "is not what the topic's mode asks for",
  ],
  [`"group":7`, `"group":0`, "partitions[3].group", "is not what the topic's mode asks for"],
  [`"group":7`, `"group":11`, "partitions[3].group", "is that of another partition"],
  [`"group":7`, `"group":12`, "partitions[3].group", "is not given out yet"],
  [`"group":7`, `"group":-7`, "partitions[3].group", COUNT],
  [`"leader":0,`, ``, "partitions[1].leader", COUNT],
  [`"leader":0,`, `"leader":1,`, "partitions[1].isr", "does not hold the leader"],
  [`"leaderEpoch":2`, `"leaderEpoch":null`, "partitions[0].leaderEpoch", COUNT],
  [`"isr":[3,1]`, `"isr":[3,-1]`, "partitions[0].isr", IDS],
  [`,"isr":[3]`, ``, "partitions[1].isr", IDS],
  [`"isr":[3],`, `"isr":[],`, "partitions[1].isr", "is empty"],
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
