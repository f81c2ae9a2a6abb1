import { describe, expect, test } from "vitest";
import type { PartitionView } from "@chronik/core/view";
import { healthRank, nodeSet, partitionSentence } from "./partitionText.ts";

const HEALTHY = {
  name: "orders-1",
  mode: "isr",
  leader: "n2",
  leaderAlive: true,
  replicas: ["n1", "n2", "n3"],
  isr: ["n1", "n2", "n3"],
  minInsyncReplicas: 2,
  underReplicated: false,
  belowMinIsr: false,
  offline: false,
} as unknown as PartitionView;
const lone: PartitionView = { ...HEALTHY, isr: ["n2"], underReplicated: true, belowMinIsr: true };

describe("the column of a partition", () => {
  test("is read as a sentence", () => {
    expect(partitionSentence(HEALTHY)).toBe("orders-1, led by n2, in sync n1, n2, n3");
    expect(partitionSentence(lone)).toBe(
      "orders-1, led by n2, in sync n2, out of sync n1, n3, below min ISR 2",
    );
    expect(partitionSentence({ ...HEALTHY, leaderAlive: false })).toContain("n2, which is down");
    expect(partitionSentence({ ...HEALTHY, leader: null, offline: true })).toContain("offline");
    expect(partitionSentence({ ...HEALTHY, mode: "raft" })).toMatch(/, a Raft group$/);
  });

  test("is ranked by what is worst", () => {
    expect(healthRank(undefined)).toBe(0);
    expect(healthRank({ ...lone, leaderAlive: false })).toBe(0);
    expect(healthRank(lone)).toBe(1);
    expect(healthRank({ ...HEALTHY, underReplicated: true })).toBe(2);
    expect(healthRank(HEALTHY)).toBe(3);
  });

  test("names a set of nodes as Kafka does", () => {
    expect(nodeSet(["n2", "n3"])).toBe("{2, 3}");
  });
});
