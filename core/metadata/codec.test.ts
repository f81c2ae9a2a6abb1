import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { NO_TOPIC_ID } from "./clusterMetadata.ts";
import { decodeCommand, encodeCommand } from "./codec.ts";
import type { MetadataCommand } from "./command.ts";
import { nodes, OTHER_TOPIC_ID, TOPIC_ID } from "./testing/commands.ts";

const PLACE = { partition: 1, topic: "orders" };
const SEEN = { partitionEpoch: partitionEpoch(4), leaderEpoch: leaderEpoch(2) };
const AT = `"topic":"orders","partition":1`;
const SEEN_TEXT = `"leaderEpoch":2,"partitionEpoch":4`;
const CONFIG_TEXT = `{"minInsyncReplicas":2,"replicationMode":"raft","uncleanLeaderElection":true}`;

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
    { generation: 3, address: "é", kind: "admitNode", node: nodeId(1) },
    `{"kind":"admitNode","node":1,"address":"é","generation":3}`,
  ],
  [
    { incarnation: 1_500_000, node: nodeId(1), kind: "registerBroker" },
    `{"kind":"registerBroker","node":1,"incarnation":1500000}`,
  ],
  [
    { brokerEpoch: 3, node: nodeId(1), kind: "fenceBroker" },
    `{"kind":"fenceBroker","node":1,"brokerEpoch":3}`,
  ],
  [
    { brokerEpoch: 3, node: nodeId(1), kind: "unfenceBroker" },
    `{"kind":"unfenceBroker","node":1,"brokerEpoch":3}`,
  ],
  [
    {
      kind: "createTopic",
      config: { uncleanLeaderElection: true, replicationMode: "raft", minInsyncReplicas: 2 },
      assignment: [nodes(3, 1), nodes(1, 2)],
      replicationFactor: 2,
      partitionCount: 2,
      topicId: TOPIC_ID,
      topic: "orders",
    },
    `{"kind":"createTopic","topic":"orders","topicId":"${TOPIC_ID}","partitionCount":2,` +
      `"replicationFactor":2,"assignment":[[3,1],[1,2]],"config":${CONFIG_TEXT}}`,
  ],
  [
    {
      kind: "createTopic",
      topic: "orders",
      topicId: TOPIC_ID,
      partitionCount: 6,
      replicationFactor: 3,
      assignment: null,
      config: { minInsyncReplicas: 1, replicationMode: "isr", uncleanLeaderElection: false },
    },
    `{"kind":"createTopic","topic":"orders","topicId":"${TOPIC_ID}","partitionCount":6,` +
      `"replicationFactor":3,"assignment":null,` +
      `"config":{"minInsyncReplicas":1,"replicationMode":"isr","uncleanLeaderElection":false}}`,
  ],
  [
    { kind: "deleteTopic", topicId: OTHER_TOPIC_ID, topic: "orders" },
    `{"kind":"deleteTopic","topic":"orders","topicId":"${OTHER_TOPIC_ID}"}`,
  ],
  [
    { kind: "createPartitions", partitionCount: 8, topicId: OTHER_TOPIC_ID, topic: "orders" },
    `{"kind":"createPartitions","topic":"orders","topicId":"${OTHER_TOPIC_ID}","partitionCount":8}`,
  ],
  [
    {
      kind: "alterTopic",
      uncleanLeaderElection: true,
      minInsyncReplicas: 2,
      topicId: OTHER_TOPIC_ID,
      topic: "orders",
    },
    `{"kind":"alterTopic","topic":"orders","topicId":"${OTHER_TOPIC_ID}","minInsyncReplicas":2,"uncleanLeaderElection":true}`,
  ],
  [
    { kind: "assignPartition", replicas: nodes(2, 3, 1), ...PLACE },
    `{"kind":"assignPartition",${AT},"replicas":[2,3,1]}`,
  ],
  [
    { kind: "setPartitionLeader", ...SEEN, unclean: true, leader: nodeId(3), ...PLACE },
    `{"kind":"setPartitionLeader",${AT},"leader":3,"unclean":true,${SEEN_TEXT}}`,
  ],
  [
    { kind: "updateIsr", ...SEEN, brokerEpochs: [7, 0], isr: nodes(3, 1), ...PLACE },
    `{"kind":"updateIsr",${AT},"isr":[3,1],"brokerEpochs":[7,0],${SEEN_TEXT}}`,
  ],
  [
    { kind: "reassignPartition", ...SEEN, replicas: nodes(4, 2), ...PLACE },
    `{"kind":"reassignPartition",${AT},"replicas":[4,2],${SEEN_TEXT}}`,
  ],
  [
    { kind: "completeReassignment", ...SEEN, ...PLACE },
    `{"kind":"completeReassignment",${AT},${SEEN_TEXT}}`,
  ],
  [
    { kind: "reportPartitionLeader", leaderEpoch: leaderEpoch(9), leader: nodeId(3), ...PLACE },
    `{"kind":"reportPartitionLeader",${AT},"leader":3,"leaderEpoch":9}`,
  ],
  [
    { kind: "allocateProducerIds", count: 1000, firstProducerId: 2000, node: nodeId(2) },
    `{"kind":"allocateProducerIds","node":2,"firstProducerId":2000,"count":1000}`,
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

/** What stands in logs of the first version, and what it means. */
const FIRST_VERSION: readonly (readonly [text: string, MetadataCommand])[] = [
  [
    `{"kind":"addNode","node":1,"address":"broker-1:9092","generation":2}`,
    { kind: "addNode", node: nodeId(1), address: "broker-1:9092", generation: 2 },
  ],
  [
    `{"kind":"removeNode","node":1,"generation":3}`,
    { kind: "removeNode", node: nodeId(1), generation: 3 },
  ],
  [
    `{"kind":"admitNode","node":1,"generation":3}`,
    { kind: "admitNode", node: nodeId(1), address: "", generation: 3 },
  ],
  [
    `{"kind":"createTopic","topic":"orders","partitionCount":6,"replicationFactor":3,` +
      `"config":{"minInsyncReplicas":2}}`,
    {
      kind: "createTopic",
      topic: "orders",
      topicId: NO_TOPIC_ID,
      partitionCount: 6,
      replicationFactor: 3,
      assignment: null,
      config: { minInsyncReplicas: 2, replicationMode: "isr", uncleanLeaderElection: false },
    },
  ],
  [
    `{"kind":"assignPartition","topic":"orders","partition":1,"replicas":[2,3,1]}`,
    { kind: "assignPartition", ...PLACE, replicas: nodes(2, 3, 1) },
  ],
  [
    `{"kind":"setPartitionLeader","topic":"orders","partition":1,"leader":3,` +
      `"leaderEpoch":2,"partitionEpoch":4}`,
    { kind: "setPartitionLeader", ...PLACE, leader: nodeId(3), unclean: false, ...SEEN },
  ],
  [
    `{"kind":"updateIsr","topic":"orders","partition":1,"isr":[3,1],` +
      `"leaderEpoch":2,"partitionEpoch":4}`,
    { kind: "updateIsr", ...PLACE, isr: nodes(3, 1), brokerEpochs: [0, 0], ...SEEN },
  ],
];

test.each(FIRST_VERSION)("%s of the first version is understood", (text, command) => {
  expect(decodeCommand(utf8Encode(text))).toStrictEqual({ ok: true, command });
});

test("what a command does not have is left out, and what nobody could read is not written", () => {
  const removal = { kind: "removeNode", node: nodeId(1), generation: 3 } as const;
  const more = { ...removal, address: "broker-1:9092", isr: nodes(1) };
  expect(encodeCommand(more)).toEqual(encodeCommand(removal));
  expect(() => encodeCommand({ ...removal, generation: -1 })).toThrow(InvariantError);
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
  [`{"kind":"addNode","node":-0,"address":"a"}`, "node", "is not an integer from 0 on"],
  [`{"kind":"addNode","node":1,"address":7}`, "address", "is not a text"],
  [
    `{"kind":"addNode","node":1,"address":"a","generation":0,"rack":"b"}`,
    "rack",
    "is not a field that belongs here",
  ],
  [`{"kind":"addNode","node":1,"address":"a"}`, "generation", "is not an integer from 0 on"],
  [`{"kind":"removeNode","node":1}`, "generation", "is not an integer from 0 on"],
  [`{"kind":"removeNode","generation":1}`, "node", "is not an integer from 0 on"],
  [`{"kind":"admitNode","node":1,"generation":-1}`, "generation", "is not an integer from 0 on"],
  [`{"kind":"admitNode","node":1,"generation":1,"address":null}`, "address", "is not a text"],
  [
    `{"kind":"removeNode","node":1,"generation":1,"address":"a"}`,
    "address",
    "is not a field that belongs here",
  ],
  [`{"kind":"toString"}`, "kind", `"toString" is not a command`],
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
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,` +
      `"config":{"minInsyncReplicas":1,"retentionMs":1}}`,
    "config.retentionMs",
    "is not a field that belongs here",
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,` +
      `"config":{"minInsyncReplicas":1,"replicationMode":"paxos"}}`,
    "config.replicationMode",
    `"paxos" is not one of isr, raft`,
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,` +
      `"config":{"minInsyncReplicas":1,"uncleanLeaderElection":1}}`,
    "config.uncleanLeaderElection",
    "is neither true nor false",
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,` +
      `"config":{"minInsyncReplicas":1},"assignment":[1]}`,
    "assignment",
    "is neither null nor a list of lists of node ids",
  ],
  [
    `{"kind":"createTopic","topic":"t","partitionCount":1,"replicationFactor":1,` +
      `"config":{"minInsyncReplicas":1},"topicId":7}`,
    "topicId",
    "is not a text",
  ],
  [`{"kind":"deleteTopic","topic":"t"}`, "topicId", "is not a text"],
  [
    `{"kind":"setPartitionLeader","topic":"t","partition":0,"leader":1,"unclean":"yes",` +
      `"leaderEpoch":0,"partitionEpoch":0}`,
    "unclean",
    "is neither true nor false",
  ],
  [
    `{"kind":"updateIsr","topic":"t","partition":0,"isr":[1],"brokerEpochs":[-1],` +
      `"leaderEpoch":0,"partitionEpoch":0}`,
    "brokerEpochs",
    "is not a list of integers from 0 on",
  ],
  [
    `{"kind":"registerBroker","node":1,"incarnation":-1}`,
    "incarnation",
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
