import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode } from "../wire/errorCode.ts";
import { bestInformed } from "./bestInformed.ts";
import { diskChaos, isDamaged } from "./diskChaos.ts";
import type { World } from "./world.ts";
import type { WorldEvent } from "./worldEvent.ts";

/** What came of some runs of disk chaos. */
export interface DiskSurvey {
  readonly simulatedUs: number;
  /** Runs that broke a rule, and brokers that gave themselves up for no fault of their disks. */
  readonly failures: readonly { readonly seed: number; readonly text: string }[];
  /** Runs after which not everything was in order again, as when the only copy in sync is damaged. */
  readonly unhealed: readonly { readonly seed: number; readonly text: string }[];
  /** How often each thing happened, over all runs. */
  readonly counts: Readonly<Record<Counted, number>>;
}

export type Counted =
  | "acknowledged"
  | "restarts"
  | "logsTruncated"
  | "tornTailsCut"
  | "writesTorn"
  | "syncsFailed"
  | "bitsFlipped"
  | "damagesFound"
  | "repairsFinished"
  | "snapshotsTaken"
  | "snapshotsInstalled"
  | "segmentsRemoved"
  | "disksFull"
  | "refusedForSpace";

const NONE: Readonly<Record<Counted, number>> = {
  acknowledged: 0,
  restarts: 0,
  logsTruncated: 0,
  tornTailsCut: 0,
  writesTorn: 0,
  syncsFailed: 0,
  bitsFlipped: 0,
  damagesFound: 0,
  repairsFinished: 0,
  snapshotsTaken: 0,
  snapshotsInstalled: 0,
  segmentsRemoved: 0,
  disksFull: 0,
  refusedForSpace: 0,
};

/** Runs the seeds from `firstSeed` on: each so long in chaos, and then so long to recover. */
export function diskSurvey(
  firstSeed: number,
  runCount: number,
  chaosUs: number,
  healUs: number,
): DiskSurvey {
  const failures: { seed: number; text: string }[] = [];
  const unhealed: { seed: number; text: string }[] = [];
  const counts = { ...NONE };
  for (let seed = firstSeed; seed < firstSeed + runCount; seed++) {
    const flipped = new Set<number>();
    let failure: string | null = null;
    const world = diskChaos(
      seed,
      chaosUs,
      healUs,
      (seen) => (failure ??= failureOf(seen, flipped)),
      {
        keepRecent: false,
        onEvent: (event) => {
          if (event.event.kind === "bitFlipped") flipped.add(event.node);
          const counted = countedAs(event);
          if (counted !== null) counts[counted]++;
        },
      },
    );
    failure ??= failureOf(world, flipped);
    if (failure !== null) failures.push({ seed, text: failure });
    const ill = illnessOf(world);
    if (ill !== null) unhealed.push({ seed, text: ill });
    countHistory(world, counts);
  }
  const simulatedUs = runCount * (chaosUs + healUs);
  return { simulatedUs, failures, unhealed, counts };
}

/** A broken rule; or a broker that stopped although its disk neither failed nor was damaged. */
function failureOf(world: World, flipped: ReadonlySet<number>): string | null {
  const { violation, processes } = world;
  if (violation !== null) return `${violation.rule} at ${violation.atUs} µs: ${violation.text}`;
  for (const process of processes) {
    const stopped = process.broker?.stopped ?? null;
    if (stopped === null || stopped.startsWith("The disk failed: ")) continue;
    if (isDamaged(process) && flipped.has(process.node)) continue;
    return `n${process.node} stopped at ${process.sinceUs} µs: ${stopped}`;
  }
  return null;
}

/** What is not as it should be when everybody had the time to recover; null if all is well. */
function illnessOf(world: World): string | null {
  const down = world.processes.find(({ state }) => state !== "running");
  if (down !== undefined) return `n${down.node} is ${down.state}: ${down.broker?.stopped ?? ""}`;
  const leaders = world.processes.filter(({ broker }) => broker?.raft?.role === "leader");
  if (leaders.length !== 1) return `${leaders.length} nodes lead`;
  const { metadata } = bestInformed(world.processes)!;
  const nodes = [...metadata.nodes.values()];
  const outsider = nodes.find(({ state }) => state !== "member");
  if (outsider !== undefined) return `n${outsider.node} is ${outsider.state}`;
  for (const { topic, partition, isr, replicas } of metadata.partitions.values()) {
    if (isr.length === replicas.length) continue;
    return `the ISR of ${partitionKey(topic, partition)} is ${isr.join(" ")}`;
  }
  return null;
}

function countedAs({ event }: WorldEvent): Counted | null {
  switch (event.kind) {
    case "processStarted":
      return event.incarnation > 1 ? "restarts" : null;
    case "recovered":
      return event.cutBytes > 0 ? "tornTailsCut" : null;
    case "logTruncated":
      return "logsTruncated";
    case "writeTorn":
      return "writesTorn";
    case "syncFailed":
      return "syncsFailed";
    case "bitFlipped":
      return "bitsFlipped";
    case "damageFound":
      return "damagesFound";
    case "snapshotTaken":
      return "snapshotsTaken";
    case "snapshotInstalled":
      return "snapshotsInstalled";
    case "segmentsRemoved":
      return "segmentsRemoved";
    case "diskFull":
      return "disksFull";
    default:
      return null;
  }
}

function countHistory(world: World, counts: Record<Counted, number>): void {
  for (const { facts, outcome } of world.history.requests) {
    if (facts.kind !== "produce" || outcome.kind !== "answered") continue;
    if (outcome.errorCode === ErrorCode.KAFKA_STORAGE_ERROR) counts.refusedForSpace++;
    if (outcome.errorCode === ErrorCode.NONE && facts.acks === -1) counts.acknowledged++;
  }
  const known = bestInformed(world.processes);
  for (const { state, generation } of known?.metadata.nodes.values() ?? []) {
    if (state === "member") counts.repairsFinished += generation;
  }
}
