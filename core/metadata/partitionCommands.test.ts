import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { applyCommand } from "./applyCommand.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
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
  OTHER_TOPIC_ID,
  RAFT,
  registerBroker,
  removeNode,
  reportLeader,
  setLeader,
  THREE_NODES,
  unfenceBroker,
  updateIsr,
  WITH_TOPIC,
} from "./testing/commands.ts";
import { testNoOps } from "./testing/noOp.ts";

const orders0 = (state: ClusterMetadata) => state.partitions.get("orders-0");

/** ISR 1, 3, led by 1. */
const SHRUNK = after(ASSIGNED, updateIsr(nodes(1, 3)));
const REMOVED = after(ASSIGNED, removeNode(3));
const JOINING = after(REMOVED, admitNode(3));
/** The ISR is broker 1 alone, which led and is fenced. */
const LOST = after(ASSIGNED, updateIsr(nodes(1)), fenceBroker(1));
const OFFLINE = after(LOST, setLeader(0, epochs(0, 1)));
const UNCLEAN = after(
  THREE_NODES,
  createTopic({}, { uncleanLeaderElection: true }),
  assignPartition(),
  updateIsr(nodes(1)),
  fenceBroker(1),
);
const unclean = (leader: number) => setLeader(leader, { unclean: true, ...epochs(0, 1) });

describe("assignPartition", () => {
  test("the first replica leads and all are in sync, both epochs 0", () => {
    expect(ASSIGNED.partitions.get("orders-1")).toEqual({
      topic: "orders",
      partition: 1,
      replicas: [2, 3, 1],
      addingReplicas: [],
      removingReplicas: [],
      group: 0,
      leader: 2,
      leaderEpoch: 0,
      isr: [2, 3, 1],
      partitionEpoch: 0,
    });
    expect(ASSIGNED.nextGroup).toBe(1);
  });

  test("a Raft group of its own in mode raft", () => {
    const state = after(RAFT, assignPartition({ partition: 1 }));
    expect(orders0(state)?.group).toBe(1);
    expect(state.partitions.get("orders-1")?.group).toBe(2);
    expect(state.nextGroup).toBe(3);
  });

  const REMOVED_BEFORE = after(WITH_TOPIC, removeNode(3));
  testNoOps([
    ["topic orders does not exist", THREE_NODES, assignPartition()],
    ["topic orders has no partition 2", WITH_TOPIC, assignPartition({ partition: 2 })],
    ["topic orders has no partition -1", WITH_TOPIC, assignPartition({ partition: -1 })],
    ["orders-0 is assigned already", ASSIGNED, assignPartition()],
    ["orders-0 needs 3 replicas, not 0", WITH_TOPIC, assignPartition({ replicas: [] })],
    ["orders-0 needs 3 replicas, not 2", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2) })],
    ["a replica is named twice", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2, 1) })],
    ["node 9 is not a member", WITH_TOPIC, assignPartition({ replicas: nodes(1, 2, 9) })],
    ["node 3 is not a member", REMOVED_BEFORE, assignPartition()],
    ["node 3 is not a member", after(REMOVED_BEFORE, admitNode(3)), assignPartition()],
  ]);
});

describe("setPartitionLeader", () => {
  test("leader and both epochs, never the ISR", () => {
    const applied = applyCommand(ASSIGNED, setLeader(2));
    expect(applied).toMatchObject({ noOpReason: null, changedPartitions: ["orders-0"] });
    expect(orders0(applied.state)).toEqual({
      ...orders0(ASSIGNED),
      leader: 2,
      leaderEpoch: 1,
      partitionEpoch: 1,
    });
  });

  test("nobody, when nobody of the ISR is alive; the ISR stays", () => {
    expect(orders0(OFFLINE)).toEqual({
      ...orders0(ASSIGNED),
      leader: 0,
      leaderEpoch: 1,
      isr: [1],
      partitionEpoch: 2,
    });
  });

  test("whoever of the ISR returns", () => {
    const state = after(OFFLINE, unfenceBroker(1), setLeader(1, epochs(1, 2)));
    expect(orders0(state)).toMatchObject({ leader: 1, leaderEpoch: 2, isr: [1] });
  });

  test("unclean: a live replica that becomes the whole ISR", () => {
    expect(orders0(after(UNCLEAN, unclean(3)))).toMatchObject({
      leader: 3,
      leaderEpoch: 1,
      isr: [3],
      partitionEpoch: 2,
    });
    const offline = after(UNCLEAN, setLeader(0, epochs(0, 1)));
    const late = setLeader(2, { unclean: true, ...epochs(1, 2) });
    expect(orders0(after(offline, late))).toMatchObject({ leader: 2, leaderEpoch: 2, isr: [2] });
  });

  test("an election may be allowed to be unclean and be clean", () => {
    const state = after(ASSIGNED, setLeader(2, { unclean: true }));
    expect(orders0(state)).toMatchObject({ leader: 2, isr: [1, 2, 3] });
  });

  testNoOps([
    ["orders-0 is not assigned", WITH_TOPIC, setLeader(2)],
    ["leader epoch is 0, not 1", ASSIGNED, setLeader(2, epochs(1, 0))],
    ["partition epoch is 0, not 1", ASSIGNED, setLeader(2, epochs(0, 1))],
    ["node 9 holds no replica of orders-0", ASSIGNED, setLeader(9)],
    ["node 2 is not in the ISR", SHRUNK, setLeader(2, epochs(0, 1))],
    ["node 3 is not a member", REMOVED, setLeader(3, epochs(0, 1))],
    ["node 2 is fenced", after(ASSIGNED, fenceBroker(2)), setLeader(2)],
    ["node 1 is fenced", OFFLINE, setLeader(1, epochs(1, 2))],
    ["node 1 can lead orders-0", ASSIGNED, setLeader(0)],
    ["node 3 can lead orders-0", after(SHRUNK, fenceBroker(1)), setLeader(0, epochs(0, 1))],
    ["orders-0 is offline already", OFFLINE, setLeader(0, epochs(1, 2))],
    ["topic orders takes its leaders from the ISR only", LOST, unclean(2)],
    ["node 2 is not in the ISR", UNCLEAN, setLeader(2, epochs(0, 1))],
    ["node 2 is fenced", after(UNCLEAN, fenceBroker(2)), unclean(2)],
    [
      "node 3 is not a member",
      after(UNCLEAN, removeNode(3)),
      setLeader(3, { unclean: true, ...epochs(0, 2) }),
    ],
    ["node 9 holds no replica of orders-0", UNCLEAN, unclean(9)],
    ["node 1 can lead orders-0", after(UNCLEAN, unfenceBroker(1)), unclean(2)],
    ["orders-0 is kept by Raft group 1", RAFT, setLeader(2)],
  ]);
});

describe("updateIsr", () => {
  test("ISR in replica order and partition epoch", () => {
    const applied = applyCommand(ASSIGNED, updateIsr(nodes(3, 1, 3)));
    expect(applied.changedPartitions).toEqual(["orders-0"]);
    expect(orders0(applied.state)).toEqual({
      ...orders0(ASSIGNED),
      isr: [1, 3],
      partitionEpoch: 1,
    });
  });

  test("a fenced member may stay while another one leaves", () => {
    const state = after(ASSIGNED, fenceBroker(3), updateIsr(nodes(1, 3)));
    expect(orders0(state)?.isr).toEqual([1, 3]);
  });

  test("a broker comes in with the epoch of its life", () => {
    const state = after(
      SHRUNK,
      registerBroker(2, 7),
      updateIsr(nodes(1, 2, 3), { brokerEpochs: [0, 1, 0], ...epochs(0, 1) }),
    );
    expect(orders0(state)).toMatchObject({ isr: [1, 2, 3], partitionEpoch: 2 });
  });

  const all = (partition: number) => updateIsr(nodes(1, 2, 3), epochs(0, partition));
  testNoOps([
    ["orders-0 is not assigned", WITH_TOPIC, updateIsr(nodes(1, 3))],
    ["leader epoch is 0, not 1", ASSIGNED, updateIsr(nodes(1, 3), epochs(1, 0))],
    ["partition epoch is 1, not 0", SHRUNK, updateIsr(nodes(1, 3))],
    ["an ISR of orders-0 must hold its leader, node 1", ASSIGNED, updateIsr(nodes(2, 3))],
    ["an ISR of orders-0 must hold its leader, node 1", ASSIGNED, updateIsr([])],
    ["node 9 holds no replica of orders-0", ASSIGNED, updateIsr(nodes(1, 9))],
    ["node 3 is not a member", REMOVED, all(1)],
    ["node 3 is not a member", JOINING, all(1)],
    ["the ISR of orders-0 is that already", ASSIGNED, updateIsr(nodes(3, 2, 1))],
    ["orders-0 is offline", OFFLINE, updateIsr(nodes(2), epochs(1, 2))],
    ["node 2 is fenced", after(SHRUNK, fenceBroker(2)), all(1)],
    ["broker epoch of node 2 is 1, not 0", after(SHRUNK, registerBroker(2, 7)), all(1)],
    [
      "broker epoch of node 1 is 1, not 0",
      after(ASSIGNED, registerBroker(1, 7)),
      updateIsr(nodes(1, 3)),
    ],
    [
      "broker epoch of node 3 is 0, not 1",
      ASSIGNED,
      updateIsr(nodes(1, 3), { brokerEpochs: [0, 1] }),
    ],
    [
      "an ISR of 2 needs as many broker epochs, not 1",
      ASSIGNED,
      updateIsr(nodes(1, 3), { brokerEpochs: [0] }),
    ],
    [
      "an ISR of 2 needs as many broker epochs, not 3",
      ASSIGNED,
      updateIsr(nodes(1, 3), { brokerEpochs: [0, 0, 0] }),
    ],
    ["orders-0 is kept by Raft group 1", RAFT, updateIsr(nodes(1, 3))],
  ]);
});

describe("reportPartitionLeader", () => {
  test("the leader and the term of the group, and a partition epoch", () => {
    const applied = applyCommand(RAFT, reportLeader(2, 5));
    expect(applied.changedPartitions).toEqual(["orders-0"]);
    expect(orders0(applied.state)).toEqual({
      ...orders0(RAFT),
      leader: 2,
      leaderEpoch: 5,
      partitionEpoch: 1,
    });
  });

  test("the ISR is the replicas that are members", () => {
    const removed = after(RAFT, removeNode(3), reportLeader(2, 5));
    expect(orders0(removed)?.isr).toEqual([1, 2]);
    const back = after(
      removed,
      admitNode(3),
      addNode(3, { generation: 1 }),
      reportLeader(nodeId(3), 6),
    );
    expect(orders0(back)).toMatchObject({ leader: 3, leaderEpoch: 6, isr: [1, 2, 3] });
  });

  const REPORTED = after(RAFT, reportLeader(2, 5));
  const OTHER = after(RAFT, createTopic({ topic: "isr", topicId: OTHER_TOPIC_ID }));
  testNoOps([
    ["orders-0 is not assigned", WITH_TOPIC, reportLeader(2, 5)],
    ["orders-0 is not kept by a Raft group", ASSIGNED, reportLeader(2, 5)],
    ["leader epoch is 5, and 5 is not later", REPORTED, reportLeader(3, 5)],
    ["leader epoch is 5, and 4 is not later", REPORTED, reportLeader(3, 4)],
    ["node 9 keeps no replica of orders-0", REPORTED, reportLeader(9, 6)],
    ["node 0 keeps no replica of orders-0", REPORTED, reportLeader(0, 6)],
    ["node 3 keeps no replica of orders-0", after(RAFT, removeNode(3)), reportLeader(3, 6)],
    ["leader epoch is 0, and 0 is not later", OTHER, reportLeader(1, 0)],
  ]);
});
