import { describe, expect, test } from "vitest";
import { NO_NODE, nodeId } from "../base/ids.ts";
import type { ClusterMetadata, PartitionMetadata } from "../metadata/index.ts";
import { nextForPartition, preferredLeader, seenEpochs } from "./elector.ts";
import { applyAll, fence, nodesOf, withTopic } from "./testing/metadataOf.ts";

function partition(metadata: ClusterMetadata): PartitionMetadata {
  return metadata.partitions.get("t-0")!;
}

function next(metadata: ClusterMetadata) {
  return nextForPartition(metadata, partition(metadata));
}

/** Does all that the elector wants. */
function settle(before: ClusterMetadata): ClusterMetadata {
  let metadata = before;
  for (let command = next(metadata); command !== null; command = next(metadata)) {
    metadata = applyAll(metadata, command);
  }
  return metadata;
}

function brief({ leader, leaderEpoch, isr }: PartitionMetadata): string {
  return `leader ${leader} epoch ${leaderEpoch} isr ${isr.join(",")}`;
}

describe("the elector", () => {
  const three = withTopic(nodesOf(3), "t", 1, 3);

  test("lets the first live ISR member in replica order lead, not the first of the list", () => {
    const after = settle(fence(fence(three, 1), 2));
    expect(brief(partition(after))).toBe("leader 3 epoch 1 isr 3");
  });

  test("takes a dead follower out of the ISR in the same epoch", () => {
    expect(brief(partition(settle(fence(three, 3))))).toBe("leader 1 epoch 0 isr 1,2");
  });

  test("takes a partition offline when nobody of its ISR lives, and names who must return", () => {
    const alone = settle(fence(settle(fence(settle(fence(three, 2)), 3)), 1));
    expect(brief(partition(alone))).toBe("leader 0 epoch 1 isr 1");
    // One that was out of the ISR does not make it whole.
    const other = settle(fence(alone, 3, false));
    expect(partition(other)).toBe(partition(alone));
    expect(brief(partition(settle(fence(other, 1, false))))).toBe("leader 1 epoch 2 isr 1");
  });

  test("lets one from outside the ISR lead where the topic would rather lose records", () => {
    const unclean = withTopic(nodesOf(3), "t", 1, 3, { uncleanLeaderElection: true });
    const alone = settle(fence(settle(fence(settle(fence(unclean, 2)), 3)), 1));
    expect(partition(alone).leader).toBe(NO_NODE);
    const returned = fence(alone, 3, false);
    expect(next(returned)).toMatchObject({ leader: 3, unclean: true });
    expect(brief(partition(settle(returned)))).toBe("leader 3 epoch 2 isr 3");
    // But never where one of the ISR could.
    expect(next(fence(returned, 1, false))).toMatchObject({ leader: 1, unclean: false });
  });

  test("then prefers one that is not only being added", () => {
    const unclean = withTopic(nodesOf(4), "t", 1, 2, { uncleanLeaderElection: true });
    const moving = applyAll(unclean, {
      kind: "reassignPartition",
      ...seenEpochs(partition(unclean)),
      replicas: [4, 2].map(nodeId),
    });
    const alone = settle(fence(moving, 2));
    expect(next(fence(alone, 1))).toMatchObject({ leader: 4, unclean: true });
    const returned = fence(fence(alone, 2, false), 1);
    expect(next(returned)).toMatchObject({ leader: 2, unclean: true });
  });

  test("leaves partitions with a Raft group alone", () => {
    const raft = withTopic(nodesOf(3), "t", 1, 3, { replicationMode: "raft" });
    expect(next(fence(raft, 1))).toBe(null);
    expect(preferredLeader(raft, { ...partition(raft), leader: nodeId(2) })).toBe(null);
  });

  test("ends a reassignment once all that were asked for are in sync", () => {
    const four = withTopic(nodesOf(4), "t", 1, 3);
    const replicas = [4, 2, 3].map(nodeId);
    const moving = applyAll(four, {
      kind: "reassignPartition",
      ...seenEpochs(partition(four)),
      replicas,
    });
    expect(next(moving)).toBe(null);
    const grown = applyAll(moving, {
      kind: "updateIsr",
      ...seenEpochs(partition(moving)),
      isr: [4, 2, 3, 1].map(nodeId),
      brokerEpochs: [1, 1, 1, 1],
    });
    const after = partition(settle(grown));
    expect(after).toMatchObject({ replicas, addingReplicas: [], removingReplicas: [] });
    expect(brief(after)).toBe("leader 4 epoch 1 isr 4,2,3");
  });

  test("gives leadership back only to a first replica that is in sync and alive", () => {
    const moved = settle(fence(three, 1));
    expect(preferredLeader(moved, partition(moved))).toBe(null);
    const back = fence(moved, 1, false);
    expect(preferredLeader(back, partition(back))).toBe(null);
    const inSync = applyAll(back, {
      kind: "updateIsr",
      ...seenEpochs(partition(back)),
      isr: [1, 2, 3].map(nodeId),
      brokerEpochs: [1, 1, 1],
    });
    expect(preferredLeader(inSync, partition(inSync))).toMatchObject({ leader: 1, unclean: false });
    const dead = fence(inSync, 1);
    expect(preferredLeader(dead, partition(dead))).toBe(null);
  });
});
