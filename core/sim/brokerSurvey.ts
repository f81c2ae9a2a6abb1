import { NO_NODE } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { ReplicationMode } from "../metadata/command.ts";
import { bestInformed } from "./bestInformed.ts";
import { brokerChaos } from "./brokerChaos.ts";
import { checkHistory, logsOf } from "./historyCheck.ts";
import type { HistoryReport } from "./historyCheck.ts";
import type { World } from "./world.ts";

/** What came of some runs of broker chaos. */
export interface BrokerSurvey {
  readonly simulatedUs: number;
  /** Runs in which a promise was broken, or not everything came right in the calm. */
  readonly failures: readonly { readonly seed: number; readonly text: string }[];
  /** How often each thing happened, over all runs. */
  readonly counts: Readonly<Record<Counted, number>>;
}

export type Counted =
  | "acknowledgedAll"
  | "acknowledgedLeader"
  /** Of those that only the leader had acknowledged: what acks=1 costs. */
  | "lostLeader"
  | "givenUp"
  | "duplicates"
  | "read"
  | "committed"
  | "rebalances"
  | "staleReads"
  | "leaderships";

const TIMES = { chaosUs: 12_000_000, calmUs: 8_000_000, endUs: 10_000_000 };

/** Runs the seeds from `firstSeed` on, with all rules checked, and then what clients saw. */
export function brokerSurvey(
  firstSeed: number,
  runCount: number,
  modes: readonly ReplicationMode[],
  chaos: typeof brokerChaos = brokerChaos,
): BrokerSurvey {
  const failures: { seed: number; text: string }[] = [];
  const counts: Record<Counted, number> = {
    acknowledgedAll: 0,
    acknowledgedLeader: 0,
    lostLeader: 0,
    givenUp: 0,
    duplicates: 0,
    read: 0,
    committed: 0,
    rebalances: 0,
    staleReads: 0,
    leaderships: 0,
  };
  for (let seed = firstSeed; seed < firstSeed + runCount; seed++) {
    let stopped: string | null = null;
    const look = (world: World): void => void (stopped ??= stoppedText(world));
    const world = chaos(seed, modes, TIMES, look, { keepRecent: false });
    const report = checkHistory(world.history, logsOf(world.processes));
    const text = ruleText(world) ?? stopped ?? brokenPromise(report) ?? illnessOf(world);
    if (text !== null) failures.push({ seed, text });
    count(world, report, counts);
  }
  const { chaosUs, calmUs, endUs } = TIMES;
  return { simulatedUs: runCount * (chaosUs + calmUs + endUs), failures, counts };
}

function ruleText({ violation }: World): string | null {
  return violation && `${violation.rule} at ${violation.atUs} µs: ${violation.text}`;
}

/** A broker that stopped although its disk had not failed. */
function stoppedText({ processes }: World): string | null {
  for (const { node, broker, sinceUs } of processes) {
    const stopped = broker?.stopped ?? null;
    if (stopped === null || stopped.startsWith("The disk failed: ")) continue;
    return `n${node} stopped at ${sinceUs} µs: ${stopped}`;
  }
  return null;
}

/** What must not happen to anybody, whatever goes wrong; acks=1 may lose records. */
function brokenPromise(report: HistoryReport): string | null {
  const lost = report.lost.filter(({ acks }) => acks === -1);
  const duplicates = report.duplicates.filter(({ idempotent }) => idempotent);
  const broken = { lost, duplicates, ...without(report) };
  for (const [name, found] of Object.entries(broken)) {
    if (found.length > 0) return `${found.length} ${name}: ${JSON.stringify(found[0])}`;
  }
  return null;
}

function without({ reordered, unsafeReads, gaps, lostCommits }: HistoryReport) {
  return { reordered, unsafeReads, gaps, lostCommits };
}

/** What is not as it should be when everybody had the time to recover; null if all is well. */
function illnessOf(world: World): string | null {
  const down = world.processes.find(({ state }) => state !== "running");
  if (down !== undefined) return `n${down.node} is ${down.state}: ${down.broker?.stopped ?? ""}`;
  const metadata = bestInformed(world.processes)?.metadata;
  for (const [key, { leader, isr, replicas }] of metadata?.partitions ?? []) {
    if (leader === NO_NODE) return `nobody leads ${key}`;
    if (isr.length < Math.min(3, replicas.length)) return `the ISR of ${key} is ${isr.join(" ")}`;
  }
  for (const client of world.clients) {
    if (client.kind === "producer")
      return `c${client.client} still has ${client.queuedCount} records`;
    if (client.kind === "consumer" && client.state !== "stable") {
      return `c${client.client} is ${client.state}`;
    }
  }
  return behindText(world);
}

/** Whoever reads has read everything. */
function behindText(world: World): string | null {
  const logs = logsOf(world.processes);
  for (const client of world.clients) {
    if (client.kind !== "consumer") continue;
    for (const { partition, position } of client.assigned) {
      const end = logs.get(partitionKey(client.topic, partition))?.size ?? 0;
      if (position < end) {
        return `c${client.client} is at ${position} of ${client.topic}-${partition}, which ends at ${end}`;
      }
    }
  }
  return null;
}

function count(world: World, report: HistoryReport, counts: Record<Counted, number>): void {
  const { history } = world;
  for (const { acks } of history.acknowledged) {
    counts[acks === -1 ? "acknowledgedAll" : "acknowledgedLeader"]++;
  }
  counts.lostLeader += report.lost.filter(({ acks }) => acks === 1).length;
  counts.givenUp += history.unacknowledged.filter(({ reason }) => reason === "failed").length;
  counts.duplicates += report.duplicates.length;
  counts.read += history.reads.reduce((sum, { values }) => sum + values.length, 0);
  counts.committed += history.commits.length;
  counts.rebalances += history.requests.filter(
    ({ facts, outcome }) =>
      facts.kind === "group" && facts.api === "syncGroup" && outcome.kind === "answered",
  ).length;
  counts.staleReads += history.staleReads.length;
  for (const { leaderEpoch } of bestInformed(world.processes)?.metadata.partitions.values() ?? []) {
    counts.leaderships += leaderEpoch + 1;
  }
}
