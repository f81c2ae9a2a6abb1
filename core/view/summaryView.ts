import { nodeName } from "./richText.ts";
import type { ProcessSource } from "./source.ts";
import type { SummaryView } from "./view.ts";

/** How many of a cluster's nodes are more than half of it. */
export function majorityOf(nodeCount: number): number {
  return Math.floor(nodeCount / 2) + 1;
}

/**
 * The running leader of the highest term that any running node is in; null when nobody leads that.
 * A leader of an older term may still believe in itself, but the cluster has moved on.
 */
export function leaderOf(processes: readonly ProcessSource[]): ProcessSource | null {
  const running = processes.filter(({ state }) => state === "running");
  const term = Math.max(0, ...running.map(({ broker }) => broker?.raft?.term ?? 0));
  return (
    running.find(({ broker }) => broker?.raft?.role === "leader" && broker.raft.term === term) ??
    null
  );
}

/** The figures of the running nodes; of what the disks hold when none runs. */
export function summaryView(processes: readonly ProcessSource[]): SummaryView {
  const running = processes.filter(({ state }) => state === "running");
  const counted = running.length > 0 ? running : processes;
  const rafts = counted.flatMap(({ broker, remains }) => (broker ?? remains)?.raft ?? []);
  const leader = leaderOf(processes);
  const lastIndex = Math.max(0, ...rafts.map((raft) => raft.lastIndex));
  return {
    term: Math.max(0, ...rafts.map((raft) => raft.term)),
    leader: leader === null ? null : nodeName(leader.node),
    commit: Math.max(0, ...rafts.map((raft) => raft.commit)),
    lastIndex: leader?.broker?.raft?.lastIndex ?? lastIndex,
  };
}
