import { expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { nodeId } from "../base/ids.ts";
import { assignReplicas } from "./assignReplicas.ts";

const nodes = (...ids: number[]) => ids.map(nodeId);

test("goes round the nodes, each partition from the next one on", () => {
  expect(assignReplicas(nodes(1, 2, 3), 4, 3)).toEqual([
    [1, 2, 3],
    [2, 3, 1],
    [3, 1, 2],
    [1, 2, 3],
  ]);
});

test("takes the ids from the membership", () => {
  expect(assignReplicas(nodes(4, 7, 9), 3, 2)).toEqual([
    [4, 7],
    [7, 9],
    [9, 4],
  ]);
});

test("a single node leads every partition", () => {
  expect(assignReplicas(nodes(1), 3, 1)).toEqual([[1], [1], [1]]);
});

test("never names a node twice", () => {
  expect(() => assignReplicas(nodes(1, 2), 1, 3)).toThrow(InvariantError);
  expect(() => assignReplicas(nodes(2, 1), 1, 1)).toThrow(InvariantError);
});
