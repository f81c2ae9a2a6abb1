import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nodeId } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { aliveIds, isMember, partitionKey } from "../../metadata/index.ts";
import type { ClusterMetadata } from "../../metadata/index.ts";
import { nextForPartition, seenEpochs, targetOf } from "../elector.ts";
import { applyAll, fence, nodesOf, withTopic } from "../testing/metadataOf.ts";
import { planRebalance } from "./rebalance.ts";

interface Placement {
  readonly nodeCount: number;
  readonly assignment: readonly (readonly NodeId[])[];
}

const anyPlacement: fc.Arbitrary<Placement> = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 3 }))
  .chain(([nodeCount, wanted]) => {
    const nodes = Array.from({ length: nodeCount }, (_, at) => nodeId(at + 1));
    const length = Math.min(wanted, nodeCount);
    const replicas = fc.shuffledSubarray(nodes, { minLength: length, maxLength: length });
    return fc.record({
      nodeCount: fc.constant(nodeCount),
      assignment: fc.array(replicas, { minLength: 1, maxLength: 12 }),
    });
  });

function metadataOf({ nodeCount, assignment }: Placement): ClusterMetadata {
  const created = applyAll(nodesOf(nodeCount), {
    kind: "createTopic",
    topic: "t",
    topicId: "1".repeat(32),
    partitionCount: assignment.length,
    replicationFactor: assignment[0]!.length,
    assignment,
    config: { minInsyncReplicas: 1, replicationMode: "isr", uncleanLeaderElection: false },
  });
  return assignment.reduce(
    (state, replicas, partition) =>
      applyAll(state, { kind: "assignPartition", topic: "t", partition, replicas }),
    created,
  );
}

/** All moves are done and everybody has caught up. */
function carryOut(before: ClusterMetadata): ClusterMetadata {
  let metadata = before;
  for (const { of, replicas } of planRebalance(before)) {
    const key = partitionKey(of.topic, of.partition);
    metadata = applyAll(metadata, { kind: "reassignPartition", ...seenEpochs(of), replicas });
    const moving = metadata.partitions.get(key)!;
    if (moving.addingReplicas.length === 0) continue;
    const isr = moving.replicas.filter((node) => isMember(metadata, node));
    const brokerEpochs = isr.map((node) => metadata.nodes.get(node)!.brokerEpoch);
    metadata = applyAll(metadata, { kind: "updateIsr", ...seenEpochs(moving), isr, brokerEpochs });
    metadata = applyAll(metadata, nextForPartition(metadata, metadata.partitions.get(key)!)!);
  }
  return metadata;
}

function counts(metadata: ClusterMetadata, of: (replicas: readonly NodeId[]) => readonly NodeId[]) {
  const count = new Map(aliveIds(metadata).map((node) => [node, 0]));
  for (const partition of metadata.partitions.values()) {
    for (const node of of(targetOf(partition))) count.set(node, (count.get(node) ?? 0) + 1);
  }
  return [...count.values()];
}

const keepers = (metadata: ClusterMetadata): number[] => counts(metadata, (replicas) => replicas);
const leaders = (metadata: ClusterMetadata): number[] =>
  counts(metadata, (replicas) => replicas.slice(0, 1));

function spreadOf(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

test("copies as little as an even spread takes, and leadership is spread within it", () => {
  fc.assert(
    fc.property(anyPlacement, (placement) => {
      const before = metadataOf(placement);
      const after = carryOut(before);
      expect(spreadOf(keepers(after))).toBeLessThanOrEqual(1);
      expect(planRebalance(after)).toEqual([]);
      // However they are spread, this many replicas are above what the fullest nodes may keep.
      const loads = keepers(before).sort((a, b) => b - a);
      const total = loads.reduce((sum, load) => sum + load, 0);
      const least = Math.floor(total / loads.length);
      const roomy = total % loads.length;
      const surplus = loads.map((load, at) => Math.max(0, load - least - (at < roomy ? 1 : 0)));
      const copied = [...after.partitions].reduce((sum, [key, { replicas }]) => {
        const was = before.partitions.get(key)!.replicas;
        return sum + replicas.filter((node) => !was.includes(node)).length;
      }, 0);
      expect(copied).toBe(surplus.reduce((sum, load) => sum + load, 0));
      // Nobody who leads most could pass one on to somebody who leads two fewer, even over others.
      expect(Math.max(...leaders(after))).toBe(leastMaximum(after));
    }),
    { numRuns: 300 },
  );
});

/** The lowest possible most: found by trying every way to pass leadership on, one step at a time. */
function leastMaximum(metadata: ClusterMetadata): number {
  const partitions = [...metadata.partitions.values()].map(targetOf);
  const nodes = aliveIds(metadata);
  for (let most = 1; ; most++) {
    const led = new Map<NodeId, number[]>(nodes.map((node) => [node, []]));
    const place = (at: number, seen: Set<NodeId>): boolean =>
      partitions[at]!.some((node) => {
        if (seen.has(node)) return false;
        seen.add(node);
        const own = led.get(node)!;
        const free = own.length < most ? own.length : own.findIndex((other) => place(other, seen));
        if (free < 0) return false;
        own[free] = at;
        return true;
      });
    if (partitions.every((_, at) => place(at, new Set()))) return most;
  }
}

test("a new node gets its share, one that is fenced gets nothing", () => {
  const four = applyAll(withTopic(nodesOf(3), "t", 4, 3), {
    kind: "addNode",
    node: nodeId(4),
    address: "n4:9092",
    generation: 0,
  });
  expect(planRebalance(fence(four, 4))).toEqual([]);
  const after = carryOut(four);
  expect(keepers(after)).toEqual([3, 3, 3, 3]);
  expect(leaders(after)).toEqual([1, 1, 1, 1]);
});

test("what a removed node kept goes to others, if there are enough", () => {
  const placed = withTopic(nodesOf(4), "t", 4, 3);
  const dead = [...fence(placed, 4).partitions.keys()].reduce(
    (state, key) => {
      const command = nextForPartition(state, state.partitions.get(key)!);
      return command === null ? state : applyAll(state, command);
    },
    fence(placed, 4),
  );
  const removed = applyAll(dead, { kind: "removeNode", node: nodeId(4), generation: 1 });
  const after = carryOut(removed);
  expect(keepers(after)).toEqual([4, 4, 4]);
  expect(leaders(after).toSorted((a, b) => a - b)).toEqual([1, 1, 2]);
  const few = withTopic(nodesOf(3), "t", 3, 3);
  const down = [...fence(few, 3).partitions.keys()].reduce(
    (state, key) => {
      return applyAll(state, nextForPartition(state, state.partitions.get(key)!)!);
    },
    fence(few, 3),
  );
  const gone = applyAll(down, { kind: "removeNode", node: nodeId(3), generation: 1 });
  expect(planRebalance(gone)).toEqual([]);
});

test("partitions with a Raft group stay where they are", () => {
  const raft = withTopic(nodesOf(2), "r", 3, 1, { replicationMode: "raft" });
  const grown = applyAll(raft, {
    kind: "addNode",
    node: nodeId(3),
    address: "n3:9092",
    generation: 0,
  });
  expect(planRebalance(grown)).toEqual([]);
});
