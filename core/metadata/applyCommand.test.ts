import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import { EMPTY_METADATA } from "./clusterMetadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import type { MetadataCommand, SetPartitionLeader, UpdateIsr } from "./command.ts";

const nodes = (...ids: number[]) => ids.map(nodeId);
const addNode = (id: number): MetadataCommand => ({
  kind: "addNode",
  node: nodeId(id),
  address: `broker-${id}:9092`,
});
const createTopic = (changes = {}): MetadataCommand => ({
  kind: "createTopic",
  topic: "orders",
  partitionCount: 2,
  replicationFactor: 3,
  config: { minInsyncReplicas: 2 },
  ...changes,
});
const assignPartition = (changes = {}): MetadataCommand => ({
  kind: "assignPartition",
  topic: "orders",
  partition: 0,
  replicas: nodes(1, 2, 3),
  ...changes,
});
const setLeader = (changes: Partial<SetPartitionLeader> = {}): MetadataCommand => ({
  kind: "setPartitionLeader",
  topic: "orders",
  partition: 0,
  leader: nodeId(2),
  leaderEpoch: leaderEpoch(0),
  partitionEpoch: partitionEpoch(0),
  ...changes,
});
const updateIsr = (changes: Partial<UpdateIsr> = {}): MetadataCommand => ({
  kind: "updateIsr",
  topic: "orders",
  partition: 0,
  isr: nodes(1, 3),
  leaderEpoch: leaderEpoch(0),
  partitionEpoch: partitionEpoch(0),
  ...changes,
});

function stateAfter(...commands: MetadataCommand[]): ClusterMetadata {
  let state = EMPTY_METADATA;
  for (const command of commands) {
    const applied = applyCommand(state, command);
    expect(applied.noOpReason).toBeNull();
    state = applied.state;
  }
  return state;
}

const THREE_NODES = stateAfter(addNode(1), addNode(2), addNode(3));
const WITH_TOPIC = stateAfter(addNode(1), addNode(2), addNode(3), createTopic());
const ASSIGNED = stateAfter(
  addNode(1),
  addNode(2),
  addNode(3),
  createTopic(),
  assignPartition(),
  assignPartition({ partition: 1, replicas: nodes(2, 3, 1) }),
);

describe("what a command changes", () => {
  test("addNode: a member, or its address", () => {
    expect([...THREE_NODES.nodes.keys()]).toEqual([1, 2, 3]);
    const moved = applyCommand(THREE_NODES, {
      kind: "addNode",
      node: nodeId(2),
      address: "elsewhere:1",
    });
    expect(moved.state.nodes.get(nodeId(2))?.address).toBe("elsewhere:1");
    expect([...moved.state.nodes.keys()]).toEqual([1, 2, 3]);
  });

  test("assignPartition: the first replica leads and all are in sync, both epochs 0", () => {
    expect(ASSIGNED.partitions.get("orders-1")).toEqual({
      topic: "orders",
      partition: 1,
      replicas: [2, 3, 1],
      leader: 2,
      leaderEpoch: 0,
      isr: [2, 3, 1],
      partitionEpoch: 0,
    });
  });

  test("setPartitionLeader: leader and both epochs, never the ISR", () => {
    const applied = applyCommand(ASSIGNED, setLeader());
    expect(applied).toMatchObject({ noOpReason: null, changedPartition: "orders-0" });
    expect(applied.state.partitions.get("orders-0")).toMatchObject({
      leader: 2,
      leaderEpoch: 1,
      isr: [1, 2, 3],
      partitionEpoch: 1,
    });
  });

  test("updateIsr: ISR in replica order and partition epoch", () => {
    const applied = applyCommand(ASSIGNED, updateIsr({ isr: nodes(3, 1, 3) }));
    expect(applied.changedPartition).toBe("orders-0");
    expect(applied.state.partitions.get("orders-0")).toMatchObject({
      leader: 1,
      leaderEpoch: 0,
      isr: [1, 3],
      partitionEpoch: 1,
    });
  });

  test("what is not touched keeps its identity", () => {
    const { state } = applyCommand(ASSIGNED, updateIsr());
    expect(state.nodes).toBe(ASSIGNED.nodes);
    expect(state.topics).toBe(ASSIGNED.topics);
    expect(state.partitions.get("orders-1")).toBe(ASSIGNED.partitions.get("orders-1"));
    expect(state.partitions.get("orders-0")).not.toBe(ASSIGNED.partitions.get("orders-0"));
    expect(ASSIGNED.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
  });
});

const SHRUNK = applyCommand(ASSIGNED, updateIsr()).state;
const NO_OPS: readonly (readonly [string, ClusterMetadata, MetadataCommand])[] = [
  ["node 1 is a member already", THREE_NODES, addNode(1)],
  ["0 is not a node id", THREE_NODES, addNode(0)],
  [`"a/b" is not a topic name`, THREE_NODES, createTopic({ topic: "a/b" })],
  [`"" is not a topic name`, THREE_NODES, createTopic({ topic: "" })],
  [`".." is not a topic name`, THREE_NODES, createTopic({ topic: ".." })],
  ["topic orders exists already", WITH_TOPIC, createTopic()],
  ["a topic needs a partition", THREE_NODES, createTopic({ partitionCount: 0 })],
  ["a partition needs a replica", THREE_NODES, createTopic({ replicationFactor: 0 })],
  ["4 replicas need more than 3 nodes", THREE_NODES, createTopic({ replicationFactor: 4 })],
  [
    "at least one replica must be in sync",
    THREE_NODES,
    createTopic({ config: { minInsyncReplicas: 0 } }),
  ],
  ["topic orders does not exist", THREE_NODES, assignPartition()],
  ["topic orders has no partition 2", WITH_TOPIC, assignPartition({ partition: 2 })],
  ["topic orders has no partition -1", WITH_TOPIC, assignPartition({ partition: -1 })],
  ["orders-0 is assigned already", ASSIGNED, assignPartition()],
  ["orders-0 needs 3 replicas, not 0", WITH_TOPIC, assignPartition({ replicas: [] })],
  ["orders-0 needs 3 replicas, not 2", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2) })],
  ["a replica is named twice", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2, 1) })],
  ["node 9 is not a member", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2, 9) })],
  ["orders-0 is not assigned", WITH_TOPIC, setLeader()],
  ["leader epoch is 0, not 1", ASSIGNED, setLeader({ leaderEpoch: leaderEpoch(1) })],
  ["partition epoch is 0, not 1", ASSIGNED, setLeader({ partitionEpoch: partitionEpoch(1) })],
  ["node 9 holds no replica of orders-0", ASSIGNED, setLeader({ leader: nodeId(9) })],
  ["node 2 is not in the ISR", SHRUNK, setLeader({ partitionEpoch: partitionEpoch(1) })],
  ["orders-0 is not assigned", WITH_TOPIC, updateIsr()],
  ["leader epoch is 0, not 1", ASSIGNED, updateIsr({ leaderEpoch: leaderEpoch(1) })],
  ["partition epoch is 1, not 0", SHRUNK, updateIsr()],
  ["an ISR of orders-0 must hold its leader, node 1", ASSIGNED, updateIsr({ isr: nodes(2, 3) })],
  ["an ISR of orders-0 must hold its leader, node 1", ASSIGNED, updateIsr({ isr: [] })],
  ["node 9 holds no replica of orders-0", ASSIGNED, updateIsr({ isr: nodes(1, 9) })],
  ["the ISR of orders-0 is that already", ASSIGNED, updateIsr({ isr: nodes(3, 2, 1) })],
];

test.each(NO_OPS)("no-op: %s", (reason, state, command) => {
  const applied = applyCommand(state, command);
  expect(applied).toEqual({ state, noOpReason: reason, changedPartition: null });
  expect(applied.state).toBe(state);
});
