import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { aliveIds, EMPTY_METADATA, isAlive, isMember, memberIds } from "./clusterMetadata.ts";
import type { ClusterMetadata, NodeMetadata } from "./clusterMetadata.ts";

const NODES: readonly (readonly [number, NodeMetadata["state"], isFenced: boolean])[] = [
  [9, "member", false],
  [3, "joining", false],
  [10, "member", true],
  [1, "removed", false],
  [2, "member", false],
];
const METADATA: ClusterMetadata = {
  ...EMPTY_METADATA,
  nodes: new Map(
    NODES.map(([id, state, isFenced]) => {
      const node = nodeId(id);
      const address = `broker-${id}:9092`;
      const life = { brokerEpoch: 1, incarnation: 0, isFenced };
      return [node, { node, address, generation: 0, state, ...life }];
    }),
  ),
};
const IDS = [1, 2, 3, 4, 9, 10].map(nodeId);

test("members are those in that state and no others, by number", () => {
  expect(memberIds(METADATA)).toEqual([2, 9, 10]);
  expect(IDS.filter((id) => isMember(METADATA, id))).toEqual([2, 9, 10]);
  expect(memberIds(EMPTY_METADATA)).toEqual([]);
});

test("alive are the members that are not fenced, by number", () => {
  expect(aliveIds(METADATA)).toEqual([2, 9]);
  expect(IDS.filter((id) => isAlive(METADATA, id))).toEqual([2, 9]);
});
