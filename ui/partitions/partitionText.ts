import type { PartitionView } from "@chronik/core/view";

/** 0 down, 1 below min ISR, 2 under-replicated, 3 healthy. */
export function healthRank(partition: PartitionView | undefined): number {
  if (partition === undefined || partition.offline || !partition.leaderAlive) return 0;
  if (partition.belowMinIsr) return 1;
  return partition.underReplicated ? 2 : 3;
}

/** All that the column of a partition shows, for who does not see it. */
export function partitionSentence(partition: PartitionView): string {
  const { name, mode, replicas, isr, minInsyncReplicas } = partition;
  const out = replicas.filter((node) => !isr.includes(node));
  const parts = [name, leaderText(partition), `in sync ${isr.join(", ")}`];
  if (out.length > 0) parts.push(`out of sync ${out.join(", ")}`);
  if (partition.belowMinIsr) parts.push(`below min ISR ${minInsyncReplicas}`);
  if (mode === "raft") parts.push("a Raft group");
  return parts.join(", ");
}

function leaderText({ offline, leader, leaderAlive }: PartitionView): string {
  if (offline || leader === null) return "offline";
  return `led by ${leader}${leaderAlive ? "" : ", which is down"}`;
}

/** "{2, 3}". */
export const nodeSet = (nodes: readonly string[]): string =>
  `{${nodes.map((node) => node.slice(1)).join(", ")}}`;
