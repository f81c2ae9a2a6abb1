import { describe, expect, test } from "vitest";
import { applyCommand } from "./applyCommand.ts";
import { EMPTY_METADATA, NO_TOPIC_ID } from "./clusterMetadata.ts";
import {
  addNode,
  after,
  alterTopic,
  assignPartition,
  ASSIGNED,
  CONFIG,
  createPartitions,
  createTopic,
  deleteTopic,
  nodes,
  OTHER_TOPIC_ID,
  RAFT,
  removeNode,
  setLeader,
  THREE_NODES,
  TOPIC_ID,
  updateIsr,
  WITH_TOPIC,
} from "./testing/commands.ts";
import { testNoOps } from "./testing/noOp.ts";

const OTHER = createTopic({ topic: "other", topicId: OTHER_TOPIC_ID, partitionCount: 1 });
const REMOVED = after(THREE_NODES, removeNode(3));
const by = (...lists: number[][]) => ({ assignment: lists.map((ids) => nodes(...ids)) });

describe("createTopic", () => {
  test("what was asked for, without partitions yet", () => {
    expect(WITH_TOPIC).toEqual({
      ...THREE_NODES,
      topics: new Map([
        [
          "orders",
          {
            topic: "orders",
            topicId: TOPIC_ID,
            partitionCount: 2,
            replicationFactor: 3,
            assignment: null,
            config: CONFIG,
          },
        ],
      ]),
    });
  });

  test("with the replicas that a client wants", () => {
    const { state, noOpReason } = applyCommand(THREE_NODES, createTopic(by([3, 2, 1], [1, 3, 2])));
    expect(noOpReason).toBeNull();
    expect(state.topics.get("orders")?.assignment).toEqual([
      [3, 2, 1],
      [1, 3, 2],
    ]);
    expect(state.partitions.size).toBe(0);
  });

  test("topics of the first version have no id, all of them", () => {
    const state = after(
      THREE_NODES,
      createTopic({ topicId: NO_TOPIC_ID }),
      createTopic({ topic: "other", topicId: NO_TOPIC_ID }),
    );
    expect([...state.topics.keys()]).toEqual(["orders", "other"]);
  });

  testNoOps([
    [`"a/b" is not a topic name`, THREE_NODES, createTopic({ topic: "a/b" })],
    [`"" is not a topic name`, THREE_NODES, createTopic({ topic: "" })],
    [`".." is not a topic name`, THREE_NODES, createTopic({ topic: ".." })],
    ["topic orders exists already", WITH_TOPIC, createTopic({ topicId: OTHER_TOPIC_ID })],
    [`"" is not a topic id`, THREE_NODES, createTopic({ topicId: "" })],
    [
      `"${"A".repeat(32)}" is not a topic id`,
      THREE_NODES,
      createTopic({ topicId: "A".repeat(32) }),
    ],
    [
      `"${"1".repeat(33)}" is not a topic id`,
      THREE_NODES,
      createTopic({ topicId: "1".repeat(33) }),
    ],
    [`topic id ${TOPIC_ID} is that of orders`, WITH_TOPIC, createTopic({ topic: "other" })],
    ["a topic needs a partition", THREE_NODES, createTopic({ partitionCount: 0 })],
    ["a partition needs a replica", THREE_NODES, createTopic({ replicationFactor: 0 })],
    ["4 replicas need more than 3 nodes", THREE_NODES, createTopic({ replicationFactor: 4 })],
    ["3 replicas need more than 2 nodes", REMOVED, createTopic()],
    ["3 replicas need more than 1 node", after(EMPTY_METADATA, addNode(1)), createTopic()],
    ["1 replicas need more than 0 nodes", EMPTY_METADATA, createTopic({ replicationFactor: 1 })],
    [
      "at least one replica must be in sync",
      THREE_NODES,
      createTopic({}, { minInsyncReplicas: 0 }),
    ],
    [
      "topic orders needs replicas for 2 partitions, not 1",
      THREE_NODES,
      createTopic(by([1, 2, 3])),
    ],
    ["partition 1 needs 3 replicas, not 2", THREE_NODES, createTopic(by([1, 2, 3], [1, 2]))],
    ["a replica is named twice", THREE_NODES, createTopic(by([1, 2, 3], [1, 2, 1]))],
    ["node 9 is not a member", THREE_NODES, createTopic(by([9, 2, 3], [1, 2, 3]))],
    [
      "node 3 is not a member",
      REMOVED,
      createTopic({ replicationFactor: 2, ...by([1, 2], [2, 3]) }),
    ],
  ]);
});

describe("deleteTopic", () => {
  test("its partitions go with it, and no others", () => {
    const state = after(ASSIGNED, OTHER, assignPartition({ topic: "other" }));
    const applied = applyCommand(state, deleteTopic());
    expect(applied).toEqual({
      state: {
        ...state,
        topics: new Map([["other", state.topics.get("other")]]),
        partitions: new Map([["other-0", state.partitions.get("other-0")]]),
      },
      noOpReason: null,
      changedPartitions: [],
      removedPartitions: [ASSIGNED.partitions.get("orders-0"), ASSIGNED.partitions.get("orders-1")],
    });
    expect(applied.state.partitions.get("other-0")).toBe(state.partitions.get("other-0"));
    expect(ASSIGNED.partitions.size).toBe(2);
  });

  test("a topic that has no partitions yet", () => {
    const { state, removedPartitions } = applyCommand(WITH_TOPIC, deleteTopic());
    expect(state).toEqual(THREE_NODES);
    expect(state.partitions).toBe(WITH_TOPIC.partitions);
    expect(removedPartitions).toEqual([]);
  });

  test("what was proposed for its partitions comes too late, and a later one begins anew", () => {
    const gone = after(ASSIGNED, updateIsr(nodes(1)), deleteTopic());
    expect(applyCommand(gone, setLeader(2)).noOpReason).toBe("orders-0 is not assigned");
    expect(applyCommand(gone, assignPartition()).noOpReason).toBe("topic orders does not exist");
    const again = after(gone, createTopic({ topicId: OTHER_TOPIC_ID }), assignPartition());
    expect(again.partitions.get("orders-0")).toEqual(ASSIGNED.partitions.get("orders-0"));
  });

  test("the group of a later partition is another one", () => {
    const again = after(
      RAFT,
      deleteTopic(),
      createTopic({}, { replicationMode: "raft" }),
      assignPartition(),
    );
    expect(again.partitions.get("orders-0")?.group).toBe(2);
  });

  testNoOps([
    [`no topic orders has id ${TOPIC_ID}`, THREE_NODES, deleteTopic()],
    [`no topic orders has id ${OTHER_TOPIC_ID}`, WITH_TOPIC, deleteTopic(OTHER_TOPIC_ID)],
  ]);
});

describe("createPartitions", () => {
  test("more of them, to be assigned then", () => {
    const assigned = after(THREE_NODES, createTopic(by([3, 2, 1], [1, 3, 2])));
    const state = after(assigned, createPartitions(4));
    expect(state.topics.get("orders")).toEqual({
      ...assigned.topics.get("orders"),
      partitionCount: 4,
    });
    expect(applyCommand(state, assignPartition({ partition: 3 })).noOpReason).toBeNull();
  });

  testNoOps([
    ["topic orders has 2 partitions already", ASSIGNED, createPartitions(2)],
    ["topic orders has 2 partitions already", ASSIGNED, createPartitions(1)],
    ["topic orders has 2 partitions already", ASSIGNED, createPartitions(2.5)],
    [`no topic orders has id ${TOPIC_ID}`, THREE_NODES, createPartitions(3)],
    [`no topic orders has id ${OTHER_TOPIC_ID}`, ASSIGNED, createPartitions(3, OTHER_TOPIC_ID)],
  ]);
});

describe("alterTopic", () => {
  test("changes its options, and nothing else of it", () => {
    const before = ASSIGNED.topics.get("orders")!;
    const state = after(ASSIGNED, alterTopic(3, true));
    expect(state.topics.get("orders")).toEqual({
      ...before,
      config: { ...before.config, minInsyncReplicas: 3, uncleanLeaderElection: true },
    });
    expect(state.partitions).toBe(ASSIGNED.partitions);
  });

  testNoOps([
    ["at least one replica must be in sync", ASSIGNED, alterTopic(0, false)],
    [
      "topic orders is configured so already",
      after(ASSIGNED, alterTopic(3, true)),
      alterTopic(3, true),
    ],
    [`no topic orders has id ${TOPIC_ID}`, THREE_NODES, alterTopic(1, false)],
    [`no topic orders has id ${OTHER_TOPIC_ID}`, ASSIGNED, alterTopic(1, false, OTHER_TOPIC_ID)],
  ]);
});
