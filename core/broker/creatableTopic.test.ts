import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { ErrorCode } from "../wire/index.ts";
import type { CreatableTopic } from "../wire/index.ts";
import { DEFAULT_BROKER_CONFIG } from "./config.ts";
import { PARTITIONS_MAX, readCreatableTopic } from "./creatableTopic.ts";
import { nodesOf, withTopic } from "./testing/metadataOf.ts";

const config = {
  ...DEFAULT_BROKER_CONFIG,
  id: nodeId(1),
  peers: [1, 2, 3].map(nodeId),
  random: () => 0,
  defaultPartitions: 4,
};
const metadata = withTopic(nodesOf(3), "taken", 1, 1);

function read(asked: Partial<CreatableTopic>) {
  const all: CreatableTopic = {
    topic: "t",
    partitionCount: 2,
    replicationFactor: 3,
    assignments: [],
    configs: [],
    ...asked,
  };
  return readCreatableTopic(all, metadata, config);
}

function assignments(...lists: readonly (readonly number[])[]): Partial<CreatableTopic> {
  return {
    partitionCount: -1,
    replicationFactor: -1,
    assignments: lists.map((ids, partition) => ({ partition, brokerIds: ids.map(nodeId) })),
  };
}

const withConfig = (name: string, value: string | null) => ({ configs: [{ name, value }] });

/** As long as a string can be whose length has 16 bits. */
const LONG = "n".repeat(32_767);

describe("a topic that a client asks for", () => {
  test("is what it says, and else what the broker's defaults say", () => {
    expect(read({})).toEqual({
      topic: "t",
      partitionCount: 2,
      replicationFactor: 3,
      assignment: null,
      config: { minInsyncReplicas: 1, replicationMode: "isr", uncleanLeaderElection: false },
    });
    const configs = [
      { name: "min.insync.replicas", value: "2" },
      { name: "replication.mode", value: "raft" },
      { name: "unclean.leader.election.enable", value: "true" },
    ];
    expect(read({ partitionCount: -1, replicationFactor: -1, configs })).toMatchObject({
      partitionCount: 4,
      replicationFactor: 3,
      config: { minInsyncReplicas: 2, replicationMode: "raft", uncleanLeaderElection: true },
    });
  });

  test("gets no more replicas by default than there are nodes", () => {
    const asked = {
      topic: "t",
      partitionCount: 1,
      replicationFactor: -1,
      assignments: [],
      configs: [],
    };
    expect(readCreatableTopic(asked, nodesOf(2), config)).toMatchObject({ replicationFactor: 2 });
  });

  test("may say who keeps which partition, in any order", () => {
    const { assignments: listed = [], ...rest } = assignments([3, 1], [2, 3]);
    expect(read({ ...rest, assignments: listed.toReversed() })).toMatchObject({
      partitionCount: 2,
      replicationFactor: 2,
      assignment: [
        [3, 1],
        [2, 3],
      ],
    });
  });

  const refused: readonly [string, Partial<CreatableTopic>, keyof typeof ErrorCode, string][] = [
    ["a bad name", { topic: "a/b" }, "INVALID_TOPIC_EXCEPTION", '"a/b" is not a topic name.'],
    ["a name taken", { topic: "taken" }, "TOPIC_ALREADY_EXISTS", "Topic taken exists already."],
    ["no partition", { partitionCount: 0 }, "INVALID_PARTITIONS", "not 0"],
    ["too many", { partitionCount: PARTITIONS_MAX + 1 }, "INVALID_PARTITIONS", "1 to 2000"],
    ["no replica", { replicationFactor: 0 }, "INVALID_REPLICATION_FACTOR", "factor 0"],
    [
      "more replicas than nodes",
      { replicationFactor: 4 },
      "INVALID_REPLICATION_FACTOR",
      "Replication factor 4, but brokers: 3.",
    ],
    [
      "both counts and assignments",
      { ...assignments([1]), partitionCount: 1 },
      "INVALID_REQUEST",
      "must be -1",
    ],
    [
      "a gap",
      { ...assignments([1]), assignments: [{ partition: 1, brokerIds: [nodeId(1)] }] },
      "INVALID_REPLICA_ASSIGNMENT",
      "Partition 0 is missing",
    ],
    ["unequal lists", assignments([1, 2], [1]), "INVALID_REPLICA_ASSIGNMENT", "Partition 1 has 1"],
    ["an empty list", assignments([]), "INVALID_REPLICA_ASSIGNMENT", "Partition 0 has 0"],
    ["a node twice", assignments([1, 1]), "INVALID_REPLICA_ASSIGNMENT", "twice"],
    ["a stranger", assignments([1, 9]), "INVALID_REPLICA_ASSIGNMENT", "there is no node 9"],
    [
      "an unknown config",
      withConfig("cleanup.policy", "compact"),
      "INVALID_CONFIG",
      '"cleanup.policy"',
    ],
    [
      "a bad number",
      withConfig("min.insync.replicas", "0"),
      "INVALID_CONFIG",
      '"0" is not a value',
    ],
    ["a bad mode", withConfig("replication.mode", "paxos"), "INVALID_CONFIG", "replication.mode"],
    [
      "a bad flag",
      withConfig("unclean.leader.election.enable", "yes"),
      "INVALID_CONFIG",
      "unclean",
    ],
    ["no value", withConfig("min.insync.replicas", null), "INVALID_CONFIG", '"null"'],
  ];
  test.each(refused)("is refused with %s", (_, asked, name, text) => {
    const { errorCode, errorMessage } = { errorCode: 0, errorMessage: "", ...read(asked) };
    expect(errorCode).toBe(ErrorCode[name]);
    expect(errorMessage).toContain(text);
  });

  test.each([
    ["topic name", { topic: LONG }],
    ["config", withConfig(LONG, "1")],
    ["value", withConfig("replication.mode", LONG)],
  ])("is refused for a %s of any length in a few words", (_, asked) => {
    const { errorMessage } = { errorMessage: "", ...read(asked) };
    expect(errorMessage).toMatch(/"n{100}\.\.\."/);
    expect(errorMessage.length).toBeLessThan(200);
  });

  test("cannot have Raft groups on a standalone node", () => {
    const asked = { topic: "t", partitionCount: 1, replicationFactor: 1, assignments: [] };
    const read = readCreatableTopic(
      { ...asked, ...withConfig("replication.mode", "raft") },
      nodesOf(1),
      { ...config, peers: [] },
    );
    expect(read).toMatchObject({ errorCode: ErrorCode.INVALID_CONFIG });
  });
});
