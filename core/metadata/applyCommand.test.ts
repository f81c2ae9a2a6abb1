import { describe, expect, test } from "vitest";
import { applyCommand } from "./applyCommand.ts";
import { EMPTY_METADATA } from "./clusterMetadata.ts";
import { allocateIds, ASSIGNED, nodes, updateIsr } from "./testing/commands.ts";
import { testNoOps } from "./testing/noOp.ts";

test("what is not touched keeps its identity", () => {
  const { state } = applyCommand(ASSIGNED, updateIsr(nodes(1, 3)));
  expect(state.nodes).toBe(ASSIGNED.nodes);
  expect(state.topics).toBe(ASSIGNED.topics);
  expect(state.partitions.get("orders-1")).toBe(ASSIGNED.partitions.get("orders-1"));
  expect(state.partitions.get("orders-0")).not.toBe(ASSIGNED.partitions.get("orders-0"));
  expect(ASSIGNED.partitions.get("orders-0")?.isr).toEqual([1, 2, 3]);
});

describe("allocateProducerIds", () => {
  test("each block begins where the one before ends", () => {
    const first = applyCommand(EMPTY_METADATA, allocateIds(0, 1000));
    expect(first.state).toEqual({ ...EMPTY_METADATA, nextProducerId: 1000 });
    const second = applyCommand(first.state, allocateIds(1000, 5));
    expect(second).toMatchObject({ noOpReason: null, changedPartitions: [] });
    expect(second.state.nextProducerId).toBe(1005);
  });

  const ALLOCATED = applyCommand(EMPTY_METADATA, allocateIds(0, 1000)).state;
  testNoOps([
    ["the next producer id is 1000, not 0", ALLOCATED, allocateIds(0, 1000)],
    ["the next producer id is 1000, not 1001", ALLOCATED, allocateIds(1001, 1)],
    ["0 is not a number of producer ids", ALLOCATED, allocateIds(1000, 0)],
    [
      "there are not so many producer ids",
      ALLOCATED,
      allocateIds(1000, Number.MAX_SAFE_INTEGER - 999),
    ],
  ]);
});
