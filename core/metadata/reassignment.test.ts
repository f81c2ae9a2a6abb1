import { describe, expect, test } from "vitest";
import { applyCommand } from "./applyCommand.ts";
import type { ClusterMetadata } from "./clusterMetadata.ts";
import {
  addNode,
  after,
  ASSIGNED,
  complete,
  epochs,
  fenceBroker,
  nodes,
  RAFT,
  reassign,
  removeNode,
  setLeader,
  unfenceBroker,
  updateIsr,
  WITH_TOPIC,
} from "./testing/commands.ts";
import { testNoOps } from "./testing/noOp.ts";

const orders0 = (state: ClusterMetadata) => state.partitions.get("orders-0");

const FIVE_NODES = after(ASSIGNED, addNode(4), addNode(5));
/** From 1, 2, 3 to 4, 2, 5. */
const MOVING = after(FIVE_NODES, reassign(nodes(4, 2, 5)));
const ALL_IN_SYNC = after(MOVING, updateIsr(nodes(4, 2, 5, 1, 3), epochs(0, 1)));

describe("reassignPartition", () => {
  test("adds the new ones before those that are to go", () => {
    const applied = applyCommand(FIVE_NODES, reassign(nodes(4, 2, 5)));
    expect(applied.changedPartitions).toEqual(["orders-0"]);
    expect(orders0(applied.state)).toEqual({
      ...orders0(ASSIGNED),
      replicas: [4, 2, 5, 1, 3],
      addingReplicas: [4, 5],
      removingReplicas: [1, 3],
      isr: [2, 1, 3],
      partitionEpoch: 1,
    });
  });

  test("another order of the same nodes needs no completion", () => {
    expect(orders0(after(ASSIGNED, reassign(nodes(3, 2, 1))))).toEqual({
      ...orders0(ASSIGNED),
      replicas: [3, 2, 1],
      isr: [3, 2, 1],
      partitionEpoch: 1,
    });
  });

  test("a second one replaces the first: what only that had added is gone", () => {
    const state = after(ALL_IN_SYNC, reassign(nodes(5, 1, 3), epochs(0, 2)));
    expect(orders0(state)).toMatchObject({
      replicas: [5, 1, 3, 2],
      addingReplicas: [5],
      removingReplicas: [2],
      leader: 1,
      leaderEpoch: 1,
      isr: [5, 1, 3, 2],
      partitionEpoch: 3,
    });
  });

  test("a second one that drops nobody leaves the leader epoch", () => {
    const first = after(FIVE_NODES, reassign(nodes(1, 2, 4)));
    expect(orders0(after(first, reassign(nodes(1, 5, 4), epochs(0, 1))))).toMatchObject({
      replicas: [1, 5, 4, 2, 3],
      addingReplicas: [5, 4],
      removingReplicas: [2, 3],
      leaderEpoch: 0,
      partitionEpoch: 2,
    });
  });

  test("back to the origin cancels", () => {
    expect(orders0(after(MOVING, reassign(nodes(1, 2, 3), epochs(0, 1))))).toEqual({
      ...orders0(ASSIGNED),
      leaderEpoch: 1,
      partitionEpoch: 2,
    });
  });

  test("back to the origin takes the leadership from a node that goes", () => {
    const led = after(ALL_IN_SYNC, setLeader(4, epochs(0, 2)), fenceBroker(1));
    expect(orders0(after(led, reassign(nodes(1, 2, 3), epochs(1, 3))))).toMatchObject({
      replicas: [1, 2, 3],
      leader: 2,
      leaderEpoch: 2,
      isr: [1, 2, 3],
    });
  });

  test("a node of the origin that is gone can be gone from, and back to", () => {
    const moving = after(FIVE_NODES, removeNode(3), reassign(nodes(1, 2, 4), epochs(0, 1)));
    expect(orders0(moving)).toMatchObject({ removingReplicas: [3], isr: [1, 2] });
    const back = after(moving, reassign(nodes(1, 2, 3), epochs(0, 2)));
    expect(orders0(back)).toMatchObject({ replicas: [1, 2, 3], isr: [1, 2] });
  });

  test("an offline partition stays so", () => {
    const offline = after(
      FIVE_NODES,
      updateIsr(nodes(1)),
      fenceBroker(1),
      setLeader(0, epochs(0, 1)),
    );
    const state = after(offline, reassign(nodes(4, 2, 3), epochs(1, 2)));
    expect(orders0(state)).toMatchObject({ leader: 0, leaderEpoch: 1, isr: [1] });
  });

  const ONLY_4_5 = after(
    ALL_IN_SYNC,
    setLeader(4, epochs(0, 2)),
    updateIsr(nodes(4, 5), epochs(1, 3)),
  );
  const ONLY_4_ALIVE = after(
    ALL_IN_SYNC,
    setLeader(4, epochs(0, 2)),
    fenceBroker(1),
    fenceBroker(2),
    fenceBroker(3),
  );
  testNoOps([
    ["orders-0 is not assigned", WITH_TOPIC, reassign(nodes(1, 2, 3))],
    ["orders-0 is kept by Raft group 1", after(RAFT, addNode(4)), reassign(nodes(1, 2, 4))],
    ["leader epoch is 0, not 1", FIVE_NODES, reassign(nodes(4, 2, 5), epochs(1, 0))],
    ["partition epoch is 1, not 0", MOVING, reassign(nodes(4, 2, 5))],
    ["orders-0 needs 3 replicas, not 0", FIVE_NODES, reassign([])],
    ["orders-0 needs 3 replicas, not 2", FIVE_NODES, reassign(nodes(4, 5))],
    ["orders-0 needs 3 replicas, not 4", FIVE_NODES, reassign(nodes(1, 2, 3, 4))],
    ["a replica is named twice", FIVE_NODES, reassign(nodes(4, 5, 4))],
    ["node 9 is not a member", FIVE_NODES, reassign(nodes(1, 2, 9))],
    ["node 5 is not a member", after(FIVE_NODES, removeNode(5)), reassign(nodes(1, 2, 5))],
    ["orders-0 is being kept by them already", FIVE_NODES, reassign(nodes(1, 2, 3))],
    ["orders-0 is being kept by them already", MOVING, reassign(nodes(4, 2, 5), epochs(0, 1))],
    [
      "no other node has an in-sync copy of orders-0",
      ONLY_4_5,
      reassign(nodes(1, 2, 3), epochs(1, 4)),
    ],
    ["nobody alive can lead orders-0 then", ONLY_4_ALIVE, reassign(nodes(1, 2, 3), epochs(1, 3))],
  ]);
});

describe("completeReassignment", () => {
  test("those that go leave the ISR, and the first live one in it leads", () => {
    const applied = applyCommand(after(ALL_IN_SYNC, fenceBroker(4)), complete(0, 2));
    expect(applied.changedPartitions).toEqual(["orders-0"]);
    expect(orders0(applied.state)).toEqual({
      ...orders0(ASSIGNED),
      replicas: [4, 2, 5],
      leader: 2,
      leaderEpoch: 1,
      isr: [4, 2, 5],
      partitionEpoch: 3,
    });
  });

  test("a leader that stays leads on in a new epoch (KIP-455)", () => {
    const led = after(ALL_IN_SYNC, setLeader(5, epochs(0, 2)));
    expect(orders0(after(led, complete(1, 3)))).toMatchObject({
      leader: 5,
      leaderEpoch: 2,
      partitionEpoch: 4,
    });
  });

  test("whoever is to go need not be in sync", () => {
    const state = after(MOVING, updateIsr(nodes(4, 2, 5, 1), epochs(0, 1)), complete(0, 2));
    expect(orders0(state)).toMatchObject({ replicas: [4, 2, 5], leader: 4 });
  });

  test("nobody is alive: the partition stays offline, and has its new replicas", () => {
    const brokers = [1, 2, 3, 4, 5];
    const offline = after(
      ALL_IN_SYNC,
      ...brokers.map((id) => fenceBroker(id)),
      setLeader(0, epochs(0, 2)),
    );
    const state = after(offline, complete(1, 3));
    expect(orders0(state)).toMatchObject({ leader: 0, leaderEpoch: 2, isr: [4, 2, 5] });
    const led = after(state, unfenceBroker(5), setLeader(5, epochs(2, 4)));
    expect(orders0(led)?.leader).toBe(5);
  });

  const ONLY_OLD_ALIVE = after(ALL_IN_SYNC, fenceBroker(4), fenceBroker(2), fenceBroker(5));
  const ONE_BEHIND = after(MOVING, updateIsr(nodes(4, 2, 1, 3), epochs(0, 1)));
  testNoOps([
    ["orders-0 is not assigned", WITH_TOPIC, complete(0, 0)],
    ["orders-0 is kept by Raft group 1", RAFT, complete(0, 0)],
    ["leader epoch is 0, not 1", ALL_IN_SYNC, complete(1, 2)],
    ["partition epoch is 2, not 1", ALL_IN_SYNC, complete(0, 1)],
    ["orders-0 is not being reassigned", ASSIGNED, complete(0, 0)],
    ["node 4 is not in the ISR of orders-0 yet", MOVING, complete(0, 1)],
    ["node 5 is not in the ISR of orders-0 yet", ONE_BEHIND, complete(0, 2)],
    ["nobody alive can lead orders-0 then", ONLY_OLD_ALIVE, complete(0, 2)],
  ]);
});
