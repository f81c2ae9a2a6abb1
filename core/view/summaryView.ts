import { nodeName } from "./richText.ts";
import type { ProcessSource } from "./source.ts";
import type { SummaryView } from "./view.ts";

/** The running leader of the highest term that has one; null when nobody leads. */
export function leaderOf(processes: readonly ProcessSource[]): ProcessSource | null {
  let leader: ProcessSource | null = null;
  for (const process of processes) {
    const raft = process.broker?.raft;
    if (process.state !== "running" || raft?.role !== "leader") continue;
    if (leader === null || raft.term > (leader.broker?.raft?.term ?? 0)) leader = process;
  }
  return leader;
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
