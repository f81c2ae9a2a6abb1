import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, partitionEpoch } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import { EMPTY_METADATA } from "./clusterMetadata.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import type { AddNode, MetadataCommand, SetPartitionLeader, UpdateIsr } from "./command.ts";

const nodes = (...ids: number[]) => ids.map(nodeId);
const addNode = (id: number, changes: Partial<AddNode> = {}): MetadataCommand => ({
  kind: "addNode",
  node: nodeId(id),
  address: `broker-${id}:9092`,
  generation: 0,
  ...changes,
});
const removeNode = (id: number, generation = 1): MetadataCommand => ({
  kind: "removeNode",
  node: nodeId(id),
  generation,
});
const admitNode = (id: number, generation = 1): MetadataCommand => ({
  kind: "admitNode",
  node: nodeId(id),
  generation,
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

const SHRUNK = applyCommand(ASSIGNED, updateIsr()).state;
const SHRUNK_TO_1_2 = applyCommand(ASSIGNED, updateIsr({ isr: nodes(1, 2) })).state;
const REMOVED = applyCommand(ASSIGNED, removeNode(3)).state;
const JOINING = applyCommand(REMOVED, admitNode(3)).state;
const REMOVED_BEFORE_ASSIGNED = applyCommand(WITH_TOPIC, removeNode(3)).state;
const JOINING_BEFORE_ASSIGNED = applyCommand(REMOVED_BEFORE_ASSIGNED, admitNode(3)).state;
const REMOVED_BEFORE_TOPIC = applyCommand(THREE_NODES, removeNode(3)).state;

describe("what a command changes", () => {
  test("addNode: a member, or its address", () => {
    expect([...THREE_NODES.nodes.keys()]).toEqual([1, 2, 3]);
    const moved = applyCommand(THREE_NODES, addNode(2, { address: "elsewhere:1" }));
    expect(moved).toMatchObject({ noOpReason: null, changedPartitions: [] });
    expect([...moved.state.nodes.keys()]).toEqual([1, 2, 3]);
    expect(moved.state.nodes.get(nodeId(2))).toEqual({
      node: 2,
      address: "elsewhere:1",
      generation: 0,
      state: "member",
    });
  });

  test("addNode: a node that is new may be on a later disk", () => {
    const { state } = applyCommand(THREE_NODES, addNode(4, { generation: 2 }));
    expect(state.nodes.get(nodeId(4))).toMatchObject({ generation: 2, state: "member" });
  });

  test("removeNode: out of every ISR, with a partition epoch for each of its partitions", () => {
    const { state, noOpReason, changedPartitions } = applyCommand(ASSIGNED, removeNode(3));
    expect(noOpReason).toBeNull();
    expect(changedPartitions).toEqual(["orders-0", "orders-1"]);
    expect(state.nodes.get(nodeId(3))).toEqual({
      node: 3,
      address: "broker-3:9092",
      generation: 1,
      state: "removed",
    });
    expect(state.partitions.get("orders-0")).toEqual({
      topic: "orders",
      partition: 0,
      replicas: [1, 2, 3],
      leader: 1,
      leaderEpoch: 0,
      isr: [1, 2],
      partitionEpoch: 1,
    });
    expect(state.partitions.get("orders-1")).toMatchObject({ leader: 2, isr: [2, 1] });
    expect(ASSIGNED.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
  });

  test("removeNode: an epoch too where the node was not in the ISR", () => {
    const { state } = applyCommand(SHRUNK_TO_1_2, removeNode(3));
    expect(state.partitions.get("orders-0")).toMatchObject({ isr: [1, 2], partitionEpoch: 2 });
    const back = updateIsr({ isr: nodes(1, 2, 3), partitionEpoch: partitionEpoch(1) });
    expect(applyCommand(SHRUNK_TO_1_2, back).noOpReason).toBeNull();
    expect(applyCommand(state, back).noOpReason).toBe("partition epoch is 2, not 1");
  });

  test("removeNode: a partition without a replica there keeps its identity", () => {
    const state = stateAfter(
      ...[1, 2, 3].map((id) => addNode(id)),
      createTopic({ replicationFactor: 2 }),
      assignPartition({ replicas: nodes(1, 2) }),
      assignPartition({ partition: 1, replicas: nodes(2, 3) }),
    );
    const applied = applyCommand(state, removeNode(3));
    expect(applied.changedPartitions).toEqual(["orders-1"]);
    expect(applied.state.partitions.get("orders-0")).toBe(state.partitions.get("orders-0"));
    expect(applied.state.topics).toBe(state.topics);
  });

  test("admitNode: a removed node may learn, and is in no ISR yet", () => {
    const applied = applyCommand(REMOVED, admitNode(3));
    expect(applied).toMatchObject({ noOpReason: null, changedPartitions: [] });
    expect(applied.state.nodes.get(nodeId(3))).toEqual({
      node: 3,
      address: "broker-3:9092",
      generation: 1,
      state: "joining",
    });
    expect(applied.state.partitions).toBe(REMOVED.partitions);
  });

  test("addNode: ends the joining, and the ISR takes the node back", () => {
    const { state } = applyCommand(JOINING, addNode(3, { generation: 1 }));
    expect(state.nodes.get(nodeId(3))).toEqual({
      node: 3,
      address: "broker-3:9092",
      generation: 1,
      state: "member",
    });
    expect(state.partitions).toBe(JOINING.partitions);
    const back = updateIsr({ isr: nodes(1, 2, 3), partitionEpoch: partitionEpoch(1) });
    expect(applyCommand(state, back).state.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
  });

  test("removeNode: a node whose next disk fails while it joins", () => {
    const { state } = applyCommand(JOINING, removeNode(3, 2));
    expect(state.nodes.get(nodeId(3))).toMatchObject({ generation: 2, state: "removed" });
    expect(state.partitions.get("orders-0")).toMatchObject({ isr: [1, 2], partitionEpoch: 2 });
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
    expect(applied).toMatchObject({ noOpReason: null, changedPartitions: ["orders-0"] });
    expect(applied.state.partitions.get("orders-0")).toMatchObject({
      leader: 2,
      leaderEpoch: 1,
      isr: [1, 2, 3],
      partitionEpoch: 1,
    });
  });

  test("updateIsr: ISR in replica order and partition epoch", () => {
    const applied = applyCommand(ASSIGNED, updateIsr({ isr: nodes(3, 1, 3) }));
    expect(applied.changedPartitions).toEqual(["orders-0"]);
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

const NO_OPS: readonly (readonly [string, ClusterMetadata, MetadataCommand])[] = [
  ["node 1 is a member already", THREE_NODES, addNode(1)],
  ["0 is not a node id", THREE_NODES, addNode(0)],
  ["-1 is not a generation", THREE_NODES, addNode(4, { generation: -1 })],
  ["0.5 is not a generation", THREE_NODES, addNode(4, { generation: 0.5 })],
  ["the disk of node 1 is of generation 0", THREE_NODES, addNode(1, { generation: 1 })],
  ["the disk of node 3 is of generation 1", REMOVED, addNode(3)],
  ["node 3 is not admitted", REMOVED, addNode(3, { generation: 1 })],
  ["the disk of node 3 is of generation 1", JOINING, addNode(3)],
  ["node 9 is not a member", ASSIGNED, removeNode(9)],
  ["node 3 is removed already", REMOVED, removeNode(3)],
  ["node 3 is removed already", REMOVED, removeNode(3, 2)],
  ["the disk of node 3 is of generation 0", ASSIGNED, removeNode(3, 0)],
  ["the disk of node 3 is of generation 0", ASSIGNED, removeNode(3, 2)],
  ["the disk of node 3 is of generation 1", JOINING, removeNode(3)],
  ["node 1 leads orders-0", ASSIGNED, removeNode(1)],
  ["node 2 leads orders-1", ASSIGNED, removeNode(2)],
  ["node 9 is not removed", ASSIGNED, admitNode(9)],
  ["node 3 is not removed", ASSIGNED, admitNode(3, 0)],
  ["node 3 is not removed", JOINING, admitNode(3)],
  ["the disk of node 3 must be of generation 1", REMOVED, admitNode(3, 0)],
  ["the disk of node 3 must be of generation 1", REMOVED, admitNode(3, 2)],
  [`"a/b" is not a topic name`, THREE_NODES, createTopic({ topic: "a/b" })],
  [`"" is not a topic name`, THREE_NODES, createTopic({ topic: "" })],
  [`".." is not a topic name`, THREE_NODES, createTopic({ topic: ".." })],
  ["topic orders exists already", WITH_TOPIC, createTopic()],
  ["a topic needs a partition", THREE_NODES, createTopic({ partitionCount: 0 })],
  ["a partition needs a replica", THREE_NODES, createTopic({ replicationFactor: 0 })],
  ["4 replicas need more than 3 nodes", THREE_NODES, createTopic({ replicationFactor: 4 })],
  ["3 replicas need more than 2 nodes", REMOVED_BEFORE_TOPIC, createTopic()],
  ["3 replicas need more than 1 node", stateAfter(addNode(1)), createTopic()],
  ["1 replicas need more than 0 nodes", EMPTY_METADATA, createTopic({ replicationFactor: 1 })],
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
  ["node 3 is not a member", REMOVED_BEFORE_ASSIGNED, assignPartition()],
  ["node 3 is not a member", JOINING_BEFORE_ASSIGNED, assignPartition()],
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
  [
    "node 3 is not a member",
    REMOVED,
    updateIsr({ isr: nodes(1, 2, 3), partitionEpoch: partitionEpoch(1) }),
  ],
  [
    "node 3 is not a member",
    JOINING,
    updateIsr({ isr: nodes(1, 2, 3), partitionEpoch: partitionEpoch(1) }),
  ],
  [
    "node 3 is not in the ISR",
    REMOVED,
    setLeader({ leader: nodeId(3), partitionEpoch: partitionEpoch(1) }),
  ],
  ["the ISR of orders-0 is that already", ASSIGNED, updateIsr({ isr: nodes(3, 2, 1) })],
];

test.each(NO_OPS)("no-op: %s", (reason, state, command) => {
  const applied = applyCommand(state, command);
  expect(applied).toEqual({ state, noOpReason: reason, changedPartitions: [] });
  expect(applied.state).toBe(state);
});
