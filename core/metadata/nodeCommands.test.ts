import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import {
  addNode,
  admitNode,
  after,
  assignPartition,
  ASSIGNED,
  createTopic,
  epochs,
  fenceBroker,
  nodes,
  reassign,
  registerBroker,
  removeNode,
  setLeader,
  THREE_NODES,
  unfenceBroker,
  updateIsr,
} from "./testing/commands.ts";
import { testNoOps } from "./testing/noOp.ts";

const NODE_3 = {
  node: 3,
  address: "broker-3:9092",
  generation: 1,
  state: "removed",
  brokerEpoch: 0,
  incarnation: -1,
  isFenced: false,
};
const SHRUNK_TO_1_2 = after(ASSIGNED, updateIsr(nodes(1, 2)));
const REMOVED = after(ASSIGNED, removeNode(3));
const JOINING = after(REMOVED, admitNode(3));
const REGISTERED = after(ASSIGNED, registerBroker(3, 500));
const FENCED = after(ASSIGNED, fenceBroker(3));
const FOUR_NODES = after(ASSIGNED, addNode(4));
const MOVING = after(FOUR_NODES, reassign(nodes(1, 2, 4)));
/** Nobody of the ISR of orders-0, which is broker 3 alone, is alive. */
const OFFLINE = after(
  ASSIGNED,
  setLeader(3),
  updateIsr(nodes(3), epochs(1, 1)),
  fenceBroker(3),
  setLeader(0, epochs(1, 2)),
);

describe("addNode", () => {
  test("a member, or its address", () => {
    expect([...THREE_NODES.nodes.keys()]).toEqual([1, 2, 3]);
    const moved = applyCommand(THREE_NODES, addNode(2, { address: "elsewhere:1" }));
    expect(moved).toMatchObject({ noOpReason: null, changedPartitions: [] });
    expect([...moved.state.nodes.keys()]).toEqual([1, 2, 3]);
    expect(moved.state.nodes.get(nodeId(2))).toEqual({
      ...NODE_3,
      node: 2,
      address: "elsewhere:1",
      generation: 0,
      state: "member",
    });
  });

  test("a node that is new may be on a later disk", () => {
    const { state } = applyCommand(THREE_NODES, addNode(4, { generation: 2 }));
    expect(state.nodes.get(nodeId(4))).toMatchObject({ generation: 2, state: "member" });
  });

  test("ends the joining, and the ISR takes the node back", () => {
    const { state } = applyCommand(JOINING, addNode(3, { generation: 1 }));
    expect(state.nodes.get(nodeId(3))).toEqual({ ...NODE_3, state: "member" });
    expect(state.partitions).toBe(JOINING.partitions);
    const back = updateIsr(nodes(1, 2, 3), epochs(0, 1));
    expect(applyCommand(state, back).state.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
  });

  test("keeps what is known of the broker", () => {
    const state = after(REGISTERED, fenceBroker(3, 1), addNode(3, { address: "elsewhere:1" }));
    expect(state.nodes.get(nodeId(3))).toMatchObject({
      address: "elsewhere:1",
      brokerEpoch: 1,
      incarnation: 500,
      isFenced: true,
    });
  });

  testNoOps([
    ["node 1 is a member already", THREE_NODES, addNode(1)],
    ["0 is not a node id", THREE_NODES, addNode(0)],
    ["-1 is not a generation", THREE_NODES, addNode(4, { generation: -1 })],
    ["0.5 is not a generation", THREE_NODES, addNode(4, { generation: 0.5 })],
    ["the disk of node 1 is of generation 0", THREE_NODES, addNode(1, { generation: 1 })],
    ["the disk of node 3 is of generation 1", REMOVED, addNode(3)],
    ["node 3 is not admitted", REMOVED, addNode(3, { generation: 1 })],
    ["the disk of node 3 is of generation 1", JOINING, addNode(3)],
  ]);
});

describe("removeNode", () => {
  test("out of every ISR, with a partition epoch for each of its partitions", () => {
    const { state, noOpReason, changedPartitions } = applyCommand(ASSIGNED, removeNode(3));
    expect(noOpReason).toBeNull();
    expect(changedPartitions).toEqual(["orders-0", "orders-1"]);
    expect(state.nodes.get(nodeId(3))).toEqual(NODE_3);
    expect(state.partitions.get("orders-0")).toEqual({
      ...ASSIGNED.partitions.get("orders-0"),
      isr: [1, 2],
      partitionEpoch: 1,
    });
    expect(state.partitions.get("orders-1")).toMatchObject({ leader: 2, isr: [2, 1] });
    expect(ASSIGNED.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
  });

  test("an epoch too where the node was not in the ISR", () => {
    const { state } = applyCommand(SHRUNK_TO_1_2, removeNode(3));
    expect(state.partitions.get("orders-0")).toMatchObject({ isr: [1, 2], partitionEpoch: 2 });
    const back = updateIsr(nodes(1, 2, 3), epochs(0, 1));
    expect(applyCommand(SHRUNK_TO_1_2, back).noOpReason).toBeNull();
    expect(applyCommand(state, back).noOpReason).toBe("partition epoch is 2, not 1");
  });

  test("a partition without a replica there keeps its identity", () => {
    const state = after(
      THREE_NODES,
      createTopic({ replicationFactor: 2 }),
      assignPartition({ replicas: nodes(1, 2) }),
      assignPartition({ partition: 1, replicas: nodes(2, 3) }),
    );
    const applied = applyCommand(state, removeNode(3));
    expect(applied.changedPartitions).toEqual(["orders-1"]);
    expect(applied.state.partitions.get("orders-0")).toBe(state.partitions.get("orders-0"));
    expect(applied.state.topics).toBe(state.topics);
  });

  test("a node whose next disk fails while it joins", () => {
    const { state } = applyCommand(JOINING, removeNode(3, 2));
    expect(state.nodes.get(nodeId(3))).toMatchObject({ generation: 2, state: "removed" });
    expect(state.partitions.get("orders-0")).toMatchObject({ isr: [1, 2], partitionEpoch: 2 });
  });

  testNoOps([
    ["node 9 is not a member", ASSIGNED, removeNode(9)],
    ["node 3 is removed already", REMOVED, removeNode(3)],
    ["node 3 is removed already", REMOVED, removeNode(3, 2)],
    ["the disk of node 3 is of generation 0", ASSIGNED, removeNode(3, 0)],
    ["the disk of node 3 is of generation 0", ASSIGNED, removeNode(3, 2)],
    ["the disk of node 3 is of generation 1", JOINING, removeNode(3)],
    ["node 1 leads orders-0", ASSIGNED, removeNode(1)],
    ["node 2 leads orders-1", ASSIGNED, removeNode(2)],
    ["node 3 is part of a reassignment of orders-0", MOVING, removeNode(3)],
    ["node 4 is part of a reassignment of orders-0", MOVING, removeNode(4)],
    ["node 3 has the only in-sync copy of orders-0", OFFLINE, removeNode(3)],
  ]);
});

describe("admitNode", () => {
  test("a removed node may learn, where it is now, and is in no ISR yet", () => {
    const applied = applyCommand(REMOVED, admitNode(3, { address: "elsewhere:1" }));
    expect(applied).toMatchObject({ noOpReason: null, changedPartitions: [] });
    expect(applied.state.nodes.get(nodeId(3))).toEqual({
      ...NODE_3,
      address: "elsewhere:1",
      state: "joining",
    });
    expect(applied.state.partitions).toBe(REMOVED.partitions);
  });

  test("without an address, as the first version wrote it: where it was", () => {
    const { state } = applyCommand(REMOVED, admitNode(3, { address: "" }));
    expect(state.nodes.get(nodeId(3))).toEqual({ ...NODE_3, state: "joining" });
  });

  test("a node that nobody knows begins to learn", () => {
    const { state } = applyCommand(THREE_NODES, admitNode(4, { generation: 0 }));
    expect(state.nodes.get(nodeId(4))).toEqual({
      ...NODE_3,
      node: 4,
      address: "broker-4:9092",
      generation: 0,
      state: "joining",
    });
  });

  test("the life of its broker goes on counting", () => {
    const state = after(REGISTERED, fenceBroker(3, 1), removeNode(3), admitNode(3));
    expect(state.nodes.get(nodeId(3))).toMatchObject({
      brokerEpoch: 1,
      incarnation: 500,
      isFenced: true,
    });
  });

  testNoOps([
    ["0 is not a node id", ASSIGNED, admitNode(0, { generation: 0 })],
    ["the disk of node 9 must be of generation 0", ASSIGNED, admitNode(9)],
    ["node 3 is not removed", ASSIGNED, admitNode(3, { generation: 0 })],
    ["node 3 is not removed", JOINING, admitNode(3)],
    ["the disk of node 3 must be of generation 1", REMOVED, admitNode(3, { generation: 0 })],
    ["the disk of node 3 must be of generation 1", REMOVED, admitNode(3, { generation: 2 })],
  ]);
});

describe("registerBroker", () => {
  test("a broker epoch for each start, and the fence stays", () => {
    expect(REGISTERED.nodes.get(nodeId(3))).toMatchObject({ brokerEpoch: 1, incarnation: 500 });
    const state = after(REGISTERED, fenceBroker(3, 1), registerBroker(3, 501));
    expect(state.nodes.get(nodeId(3))).toEqual({
      ...NODE_3,
      generation: 0,
      state: "member",
      brokerEpoch: 2,
      incarnation: 501,
      isFenced: true,
    });
    expect(state.partitions).toBe(ASSIGNED.partitions);
  });

  test("from time 0 on, and while it joins", () => {
    expect(after(ASSIGNED, registerBroker(3, 0)).nodes.get(nodeId(3))?.brokerEpoch).toBe(1);
    expect(after(JOINING, registerBroker(3, 9)).nodes.get(nodeId(3))?.brokerEpoch).toBe(1);
  });

  testNoOps([
    ["node 9 is not known", ASSIGNED, registerBroker(9, 500)],
    ["node 3 is removed", REMOVED, registerBroker(3, 500)],
    ["broker 3 has started at 500 or later", REGISTERED, registerBroker(3, 500)],
    ["broker 3 has started at 500 or later", REGISTERED, registerBroker(3, 499)],
    ["broker 3 has started at -1 or later", ASSIGNED, registerBroker(3, -1)],
    ["broker 3 has started at -1 or later", ASSIGNED, registerBroker(3, 0.5)],
  ]);
});

describe("fenceBroker and unfenceBroker", () => {
  test("the node alone changes", () => {
    expect(FENCED.nodes.get(nodeId(3))?.isFenced).toBe(true);
    expect(FENCED.partitions).toBe(ASSIGNED.partitions);
    const back = after(FENCED, unfenceBroker(3));
    expect(back.nodes).toEqual(ASSIGNED.nodes);
  });

  test("a node that joins, too", () => {
    expect(after(JOINING, fenceBroker(3)).nodes.get(nodeId(3))).toMatchObject({
      state: "joining",
      isFenced: true,
    });
  });

  testNoOps([
    ["node 3 is fenced already", FENCED, fenceBroker(3)],
    ["node 3 is not fenced", ASSIGNED, unfenceBroker(3)],
    ["node 9 is not known", ASSIGNED, fenceBroker(9)],
    ["node 9 is not known", ASSIGNED, unfenceBroker(9)],
    ["node 3 is removed", REMOVED, fenceBroker(3)],
    ["node 3 is removed", after(FENCED, removeNode(3)), unfenceBroker(3)],
    ["broker epoch of node 3 is 1, not 0", REGISTERED, fenceBroker(3)],
    ["broker epoch of node 3 is 1, not 0", after(FENCED, registerBroker(3, 500)), unfenceBroker(3)],
    ["broker epoch of node 1 is 0, not 1", ASSIGNED, fenceBroker(1, 1)],
  ]);
});
