import type { NodeId } from "../base/ids.ts";
import type { NodeMetadata } from "../metadata/index.ts";
import type { RaftStatus } from "../raft/index.ts";
import type { DiskWrite } from "../sim/index.ts";
import { nodeName } from "./richText.ts";
import { majorityOf } from "./summaryView.ts";
import type { ProcessSource, WorldSource } from "./source.ts";
import type {
  CutView,
  LinkView,
  NetworkView,
  NodeView,
  PausedTimerView,
  TimerView,
  WriteView,
} from "./view.ts";

export type Members = RaftStatus["confState"];

/** One node at a glance. A node without power is shown as its disk would bring it back. */
export function nodeView(
  world: WorldSource,
  process: ProcessSource,
  status: RaftStatus | null,
  members: Members | null,
  write: WriteView | null,
  metadataHash: string,
  registration: NodeMetadata | undefined,
): NodeView {
  const isRunning = process.state === "running";
  const voterCount = members?.voters.length ?? world.options.nodeCount;
  const membership = members === null ? "voter" : membershipOf(process.node, members);
  const waits = isRunning && membership === "voter";
  return {
    name: nodeName(process.node),
    id: process.node,
    process: process.state,
    processSinceUs: process.sinceUs,
    role: isRunning ? (status?.role ?? "follower") : "follower",
    term: status?.term ?? 0,
    votedFor: nameOrNull(status?.vote ?? 0),
    leader: isRunning ? nameOrNull(status?.lead ?? 0) : null,
    commit: status?.commit ?? 0,
    applied: isRunning ? (status?.applied ?? 0) : 0,
    votes: isRunning ? votesOf(status) : {},
    votesNeeded: majorityOf(voterCount),
    isolated: isIsolated(world, process.node),
    timer: waits && !process.isPaused ? timerView(world, process, status) : null,
    pausedTimer: waits && process.isPaused ? pausedTimerView(world, process, status) : null,
    write: isRunning ? write : null,
    metadataHash,
    membership,
    brokerEpoch: registration?.brokerEpoch ?? 0,
    isFenced: registration?.isFenced ?? false,
    isDamaged: process.broker?.damage != null,
    isDiskFull: isRunning && (process.broker?.isDiskFull ?? false),
    isPaused: process.isPaused,
    clockPercent: process.clock.percent,
  };
}

/** Who is on its way out of the voters still votes; who is on its way to learn learns. */
function membershipOf(node: NodeId, members: Members): NodeView["membership"] {
  if (members.voters.includes(node) || members.votersOutgoing.includes(node)) return "voter";
  return members.learners.includes(node) || members.learnersNext.includes(node)
    ? "learner"
    : "outside";
}

function votesOf(status: RaftStatus | null): Record<string, "granted" | "refused"> {
  const votes: Record<string, "granted" | "refused"> = {};
  if (status === null) return votes;
  // Raft keeps the count after the election; it means something only while it lasts.
  if (status.role !== "candidate" && status.role !== "preCandidate") return votes;
  for (const voter of status.votes.granted) votes[nodeName(voter)] = "granted";
  for (const voter of status.votes.rejected) votes[nodeName(voter)] = "refused";
  return votes;
}

/** Raft counts in ticks; the arc needs moments. Between two resets they do not change. */
function timerView(
  world: WorldSource,
  process: ProcessSource,
  status: RaftStatus | null,
): TimerView | null {
  if (status === null || status.role === "leader") return null;
  const tickUs = process.clock.spanUs(world.options.tickUs);
  const expiresAtUs = process.nextTickAtUs + (ticksLeft(status) - 1) * tickUs;
  return {
    startedAtUs: expiresAtUs - status.randomizedElectionTimeoutTicks * tickUs,
    expiresAtUs,
    longestUs: longestTicks(world) * tickUs,
  };
}

/** Ticks that come to a paused process are not counted, so that what is left does not change. */
function pausedTimerView(
  world: WorldSource,
  process: ProcessSource,
  status: RaftStatus | null,
): PausedTimerView | null {
  if (status === null || status.role === "leader") return null;
  const tickUs = process.clock.spanUs(world.options.tickUs);
  return { leftUs: ticksLeft(status) * tickUs, longestUs: longestTicks(world) * tickUs };
}

/** The one that is next is one of them. */
const ticksLeft = ({ randomizedElectionTimeoutTicks, electionElapsedTicks }: RaftStatus): number =>
  Math.max(1, randomizedElectionTimeoutTicks - electionElapsedTicks);

const longestTicks = ({ options }: WorldSource): number => 2 * options.electionTicks - 1;

function isIsolated(world: WorldSource, node: NodeId): boolean {
  if (world.cuts.length === 0 && world.links.length === 0) return false;
  const isCutBy = (from: NodeId, to: NodeId): boolean =>
    world.links.some((link) => link.isCut && link.from === from && link.to === to);
  return world.processes.every(
    ({ node: other }) =>
      other === node ||
      (isCutBy(node, other) && isCutBy(other, node)) ||
      world.cuts.some((cut) => cut.nodes.includes(node) !== cut.nodes.includes(other)),
  );
}

export function cutViews(world: WorldSource): readonly CutView[] {
  return world.cuts.map((cut) => ({ nodes: cut.nodes.map(nodeName), sinceUs: cut.sinceUs }));
}

/** `label` says what the write holds, `term` is whose hue it wears. */
export function writeView(write: DiskWrite, label: string, term: number): WriteView {
  return {
    id: `${nodeName(write.node)}:${write.number}`,
    node: nodeName(write.node),
    startedAtUs: write.startedAtUs,
    endsAtUs: write.lostAtUs ?? write.endsAtUs,
    bytes: write.sizeBytes,
    sync: write.sync,
    label,
    term,
    lost: write.lostAtUs !== null,
  };
}

const nameOrNull = (node: number): string | null => (node === 0 ? null : nodeName(node));

/** The links between brokers that do something to messages, each direction apart. */
export function linkViews({ links }: WorldSource): readonly LinkView[] {
  return links.map(({ from: sender, to: receiver, ...fault }): LinkView => {
    const [from, to] = [nodeName(sender), nodeName(receiver)];
    return { id: `link:${from}>${to}`, from, to, ...fault };
  });
}

export function networkView({ network }: WorldSource): NetworkView {
  return { ...network };
}
