import { describe, expect, test } from "vitest";
import { leaderEpoch, nodeId, NO_NODE } from "../base/ids.ts";
import { EMPTY_METADATA, partitionKey } from "../metadata/index.ts";
import type { ClusterMetadata } from "../metadata/index.ts";
import { currentLeaderOf, explainLeadership, lookUpLeadership } from "./leadership.ts";
import type { LeadershipSources } from "./leadership.ts";
import { partitionFixture } from "./testing/fixtures.ts";

const SELF = nodeId(1);

function ledBy(leader: number, epoch: number): ClusterMetadata {
  const key = partitionKey("orders", 0);
  const partition = partitionFixture({
    leader: nodeId(leader),
    leaderEpoch: leaderEpoch(epoch),
  });
  return { ...EMPTY_METADATA, partitions: new Map([[key, partition]]) };
}

function group(leader: number): LeadershipSources["raftGroups"] {
  const key = partitionKey("orders", 0);
  return new Map([[key, { leaderId: nodeId(leader), leaderEpoch: leaderEpoch(9) }]]);
}

const NONE: LeadershipSources = {
  self: SELF,
  raftGroups: new Map(),
  replicated: null,
  local: null,
};

describe("the first source that knows a partition decides", () => {
  const cases: [string, Partial<LeadershipSources>, [string, number, number, boolean] | null][] = [
    ["no source knows it", {}, null],
    ["another topic's metadata", { replicated: EMPTY_METADATA, local: EMPTY_METADATA }, null],
    ["replicated metadata: this node", { replicated: ledBy(1, 4) }, ["metadata", 1, 4, true]],
    ["replicated metadata: another", { replicated: ledBy(2, 4) }, ["metadata", 2, 4, false]],
    ["a standalone node's own", { local: ledBy(1, 0) }, ["standalone", 1, 0, true]],
    [
      "a Raft group goes before metadata",
      { raftGroups: group(3), replicated: ledBy(1, 4) },
      ["raftGroup", 3, 9, false],
    ],
    [
      "replicated goes before local metadata",
      { replicated: ledBy(2, 4), local: ledBy(1, 0) },
      ["metadata", 2, 4, false],
    ],
    [
      "a Raft group without a leader still decides",
      { raftGroups: group(NO_NODE), replicated: ledBy(1, 4) },
      ["raftGroup", 0, 9, false],
    ],
  ];
  test.each(cases)("%s", (_name, sources, expected) => {
    const found = lookUpLeadership({ ...NONE, ...sources }, "orders", 0);
    const facts =
      found === null ? null : [found.source, found.leader, found.leaderEpoch, found.isLeader];
    expect(facts).toEqual(expected);
  });
});

test("the explanation ends with the source that decided", () => {
  const sources = { ...NONE, replicated: EMPTY_METADATA, local: ledBy(2, 0) };
  expect(explainLeadership(sources, "orders", 0)).toEqual([
    { source: "raftGroup", leader: null },
    { source: "metadata", leader: null },
    { source: "standalone", leader: 2 },
  ]);
  const decided = { ...sources, raftGroups: group(NO_NODE) };
  expect(explainLeadership(decided, "orders", 0)).toEqual([{ source: "raftGroup", leader: 0 }]);
});

test("a negative number is no partition, whatever its name would be", () => {
  const key = "orders--1";
  const leader = { leaderId: nodeId(1), leaderEpoch: leaderEpoch(0) };
  const sources = { ...NONE, raftGroups: new Map([[key, leader]]) };
  expect(lookUpLeadership(sources, "orders-", 1)).not.toBe(null);
  expect(lookUpLeadership(sources, "orders", -1)).toBe(null);
  expect(explainLeadership(sources, "orders", -1).map((step) => step.leader)).toEqual([
    null,
    null,
    null,
  ]);
});

test("an error names the leader, unless nobody leads", () => {
  const known = lookUpLeadership({ ...NONE, replicated: ledBy(2, 4) }, "orders", 0);
  expect(currentLeaderOf(known)).toEqual({ leaderId: 2, leaderEpoch: 4 });
  const electing = lookUpLeadership({ ...NONE, raftGroups: group(NO_NODE) }, "orders", 0);
  expect(currentLeaderOf(electing)).toBe(null);
  expect(currentLeaderOf(null)).toBe(null);
});
