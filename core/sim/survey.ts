import { chaos } from "./chaos.ts";
import type { Violation } from "./checkers/checker.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";

/** What came of some runs of chaos. */
export interface Survey {
  readonly runCount: number;
  readonly simulatedUs: number;
  /** Runs that broke a rule, and brokers that gave themselves up, with the seed to repeat them. */
  readonly failures: readonly { readonly seed: number; readonly text: string }[];
  /** Runs in which more than one leadership of the metadata log was seen. */
  readonly runsWithLeaderChange: number;
  /** Produce requests with acks=all that were acknowledged. */
  readonly acknowledgedCount: number;
  /** Starts of nodes after the first. */
  readonly restartCount: number;
}

const LOOK_EVERY_US = 500_000;

/** Runs the seeds from `firstSeed` on, each for so long, with all rules checked. */
export function survey(firstSeed: number, runCount: number, durationUs: number): Survey {
  const failures: { seed: number; text: string }[] = [];
  let runsWithLeaderChange = 0;
  let acknowledgedCount = 0;
  let restartCount = 0;
  for (let seed = firstSeed; seed < firstSeed + runCount; seed++) {
    const world = createWorld(chaos(seed, durationUs), { keepRecent: false });
    const leaderships = new Set<number>();
    for (let atUs = LOOK_EVERY_US; atUs <= durationUs; atUs += LOOK_EVERY_US) {
      world.runUntil(atUs);
      noteLeaderships(world, leaderships);
    }
    const text = failureOf(world);
    if (text !== null) failures.push({ seed, text });
    if (leaderships.size > 1) runsWithLeaderChange++;
    acknowledgedCount += countAcknowledged(world);
    for (const { incarnation } of world.processes) restartCount += incarnation - 1;
  }
  const simulatedUs = runCount * durationUs;
  return {
    runCount,
    simulatedUs,
    failures,
    runsWithLeaderChange,
    acknowledgedCount,
    restartCount,
  };
}

/** There is one leader a term, or Election Safety is broken. */
function noteLeaderships(world: World, leaderships: Set<number>): void {
  for (const { broker } of world.processes) {
    if (broker?.raft?.role === "leader") leaderships.add(broker.raft.term);
  }
}

function failureOf(world: World): string | null {
  const { violation } = world;
  if (violation !== null) return describe(violation);
  for (const { node, broker } of world.processes) {
    if (broker?.stopped != null) return `n${node} stopped: ${broker.stopped}`;
  }
  return null;
}

function describe({ rule, atUs, text }: Violation): string {
  return `${rule} at ${atUs} µs: ${text}`;
}

function countAcknowledged(world: World): number {
  return world.history.requests.filter(
    ({ facts, outcome }) =>
      facts.kind === "produce" &&
      facts.acks === -1 &&
      outcome.kind === "answered" &&
      outcome.errorCode === 0,
  ).length;
}
