import { expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { EMPTY_METADATA, isMember, memberIds } from "./clusterMetadata.ts";
import type { ClusterMetadata, NodeMetadata } from "./clusterMetadata.ts";

const STATES: readonly (readonly [number, NodeMetadata["state"]])[] = [
  [9, "member"],
  [3, "joining"],
  [10, "member"],
  [1, "removed"],
  [2, "member"],
];
const METADATA: ClusterMetadata = {
  ...EMPTY_METADATA,
  nodes: new Map(
    STATES.map(([id, state]) => [
      nodeId(id),
      { node: nodeId(id), address: `broker-${id}:9092`, generation: 0, state },
    ]),
  ),
};

test("members are those in that state and no others, by number", () => {
  expect(memberIds(METADATA)).toEqual([2, 9, 10]);
  expect([1, 2, 3, 4, 9, 10].filter((id) => isMember(METADATA, nodeId(id)))).toEqual([2, 9, 10]);
  expect(memberIds(EMPTY_METADATA)).toEqual([]);
});
