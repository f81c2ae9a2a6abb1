import {
  atBreakpoint,
  heldMessage,
  lossyNetwork,
  skewedClock,
  troubledLink,
} from "./handSentence.ts";
import { decisiveEntry } from "./entrySentence.ts";
import { entryWaiting, quiet, withoutLeader } from "./firstSentence.ts";
import { helpersOf, lackOf, LACKS } from "./reach.ts";
import { count, nameNoun, say, seconds } from "./richText.ts";
import {
  isAre,
  isAwake,
  joined,
  leaderTerm,
  nameList,
  names,
  nodesOf,
  termOf,
} from "./sceneWords.ts";
import { waitingProduce } from "./sentence.ts";
import type { Scene, Sentences } from "./sentence.ts";
import type { NodeView, RequestView, RichText } from "./view.ts";
import { catchingUp, copiesMissing, moving, rebalancing, traffic } from "./workSentence.ts";

/** What is so now: the first of these that is, most important first. */
export function stateSentence(scene: Scene): Sentences {
  for (const kind of KINDS) {
    const sentences = kind(scene);
    if (sentences !== null) return sentences;
  }
  return quiet(scene);
}

const KINDS: readonly ((scene: Scene) => Sentences | null)[] = [
  ruleBroken,
  withoutMajority,
  withoutLeader,
  leaderStandsStill,
  leaderAlone,
  decisiveEntry,
  requestWaiting,
  atBreakpoint,
  heldMessage,
  entryWaiting,
  staleLeader,
  stranded,
  somethingMissing,
  troubledLink,
  lossyNetwork,
  catchingUp,
  moving,
  rebalancing,
  copiesMissing,
  skewedClock,
  traffic,
];

function ruleBroken({ safety: { violation } }: Scene): Sentences | null {
  if (violation === null) return null;
  return { what: say`The rule “${violation.rule}” was broken.`, why: say`${violation.text}` };
}

const votersOf = (scene: Scene): NodeView[] =>
  nodesOf(scene).filter(({ membership }) => membership === "voter");

function withoutMajority(scene: Scene): Sentences | null {
  const voters = votersOf(scene);
  const awake = voters.filter(isAwake);
  const needed = voters[0]?.votesNeeded ?? 0;
  if (awake.length >= needed) return null;
  const down = voters.filter(({ process }) => process !== "running");
  const paused = voters.filter((node) => node.process === "running" && node.isPaused);
  const lacks: RichText[] = [];
  if (down.length > 0) lacks.push(say`${names(down)} ${isAre(down)} down`);
  if (paused.length > 0) lacks.push(say`${names(paused)} ${isAre(paused)} paused`);
  return {
    what:
      awake.length > 0
        ? say`Only ${names(awake)} ${isAre(awake)} ${
            paused.length > 0 ? "awake" : "running"
          }, so nothing can be committed.`
        : down.length === voters.length
          ? say`No node runs.`
          : say`No node that runs is awake.`,
    why: say`${needed} of ${voters.length} nodes are needed; ${joined(lacks)}.`,
  };
}

/** Who does not know that time passes keeps its role, and nobody else can see that. */
function leaderStandsStill(scene: Scene): Sentences | null {
  const leader = leaderOf(scene);
  if (leader === null || !leader.isPaused) return null;
  return {
    what: say`${nameNoun(leader.name)} leads ${termOf(leader)} but stands still.`,
    why: say`Its process is paused: no heartbeat leaves it, and the election timers of the others run on.`,
  };
}

function leaderAlone(scene: Scene): Sentences | null {
  const leader = leaderOf(scene);
  if (leader === null) return null;
  const voters = votersOf(scene);
  if (helpersOf(scene, leader.name, voters).length >= leader.votesNeeded) return null;
  return {
    what: leader.isolated
      ? say`${nameNoun(leader.name)} leads ${termOf(leader)} but is cut off.`
      : say`${nameNoun(leader.name)} leads ${termOf(leader)} but can talk to no majority.`,
    why: say`It reaches no majority, so it commits nothing and will step down.`,
  };
}

const leaderOf = (scene: Scene): NodeView | null => scene.nodes[scene.summary.leader ?? ""] ?? null;

function requestWaiting(scene: Scene): Sentences | null {
  const request =
    waitingProduce(scene) ?? scene.requests.findLast(({ state }) => state === "waiting");
  if (request === undefined) return null;
  const subject = { text: "its request", ref: `request:${request.id}` };
  const lacking = request.acks === "all" ? replicasLacking(scene, request) : [];
  if (lacking.length > 0) {
    return {
      what: say`${nameNoun(request.to)} waits for ${nameList(lacking)} before it answers.`,
      why: whyReplicasLack(scene, request, lacking),
    };
  }
  return {
    what: say`The client waits for an answer of ${nameNoun(request.to)}.`,
    why:
      request.acks === "all"
        ? say`With acks=all ${subject} is answered when every in-sync replica has it on disk.`
        : say`It sent ${subject} at ${seconds(request.sentAtUs)}.`,
  };
}

function whyReplicasLack(scene: Scene, request: RequestView, lacking: readonly string[]): RichText {
  const because = say`acks=all: every in-sync replica must have the record on disk`;
  const lacks = LACKS.flatMap((lack): RichText[] => {
    const nodes = lacking.filter((name) => {
      const node = scene.nodes[name];
      return node !== undefined && lackOf(scene, node, request.to) === lack;
    });
    return nodes.length === 0 ? [] : [say`${nameList(nodes)} ${isAre(nodes)} ${lack}`];
  });
  const without = proposedWithout(scene, request, lacking);
  if (lacks.length === 0) return say`${because}.${without}`;
  return say`${because}; ${joined(lacks)}.${without}`;
}

/** Once the ISR is smaller nobody waits for them any more. */
function proposedWithout(
  { partitions }: Scene,
  request: RequestView,
  lacking: readonly string[],
): RichText {
  const { proposedIsr = null, proposedInEntry = null } = partitions[request.target] ?? {};
  if (proposedIsr === null || lacking.some((name) => proposedIsr.includes(name))) return [];
  const them = lacking.length === 1 ? "it" : "them";
  if (proposedInEntry === null) return say` An ISR without ${them} is asked for.`;
  const entry = { text: `entry ${proposedInEntry}`, ref: `entry:${proposedInEntry}` };
  return say` An ISR without ${them} is proposed in ${entry}.`;
}

/** The in-sync replicas that have less on disk than the leader that was asked has appended. */
function replicasLacking(scene: Scene, request: RequestView): string[] {
  const partition = scene.partitions[request.target];
  if (partition === undefined || partition.leader !== request.to) return [];
  const logs = partition.replicaLogs.filter(({ role }) => role !== "outOfIsr");
  const leader = logs.find(({ role }) => role === "leader");
  if (leader === undefined || leader.logEndOffset <= partition.highWatermark) return [];
  return logs
    .filter(({ durableOffset }) => durableOffset < leader.logEndOffset)
    .map(({ node }) => node);
}

/** The cluster has gone on, and one of its nodes has not heard of it. */
function staleLeader(scene: Scene): Sentences | null {
  const leader = leaderOf(scene);
  if (leader === null) return null;
  const stale = nodesOf(scene).find(
    ({ name, role, process }) => process === "running" && role === "leader" && name !== leader.name,
  );
  if (stale === undefined) return null;
  const [it, leads] = [nameNoun(stale.name), nameNoun(leader.name)];
  const lack = lackOf(scene, stale, leader.name);
  return {
    what: say`${leads} leads ${termOf(leader)}; ${it} still believes that it leads ${termOf(stale)}.`,
    why:
      lack === "paused"
        ? say`It is paused and cannot know; when it goes on, whoever answers it speaks of the newer term.`
        : lack === "cut off"
          ? say`It is cut off and hears no majority, so it commits nothing and will step down.`
          : say`It has not heard of the newer term yet.`,
  };
}

function stranded(scene: Scene): Sentences | null {
  const { leader } = scene.summary;
  const row = scene.nodeNames
    .flatMap((name) => scene.logs[name] ?? [])
    .find((one) => one.stranded.length > 0 && scene.nodes[one.node]?.process === "running");
  if (leader === null || row === undefined) return null;
  const entries = joined(
    row.stranded.map((index) => [{ text: String(index), ref: `entry:${index}` }]),
  );
  const isOne = row.stranded.length === 1;
  return {
    what: say`${isOne ? "Entry" : "Entries"} ${entries} of ${nameNoun(row.node)} ${
      isOne ? "is" : "are"
    } stranded.`,
    why: say`${nameNoun(leader)} has ${leaderTerm(scene)} without ${
      isOne ? "it" : "them"
    }: never committed, and cut as soon as ${nameNoun(row.node)} hears of it.`,
  };
}

function somethingMissing(scene: Scene): Sentences | null {
  const { leader } = scene.summary;
  if (leader === null) return null;
  const all = nodesOf(scene);
  const damaged = all.find(({ isDamaged }) => isDamaged);
  const lacks = LACKS.map((lack) => all.filter((node) => lackOf(scene, node, leader) === lack));
  const missing = lacks.flat();
  // A single link that is cut one way has a sentence of its own.
  if (missing.every((node) => lackOf(scene, node, leader) === "half cut off")) return null;
  if (damaged !== undefined && missing.length === 1) {
    return {
      what: say`${nameNoun(leader)} leads ${leaderTerm(scene)}; ${nameNoun(damaged.name)} waits to be repaired.`,
      why: say`Its log is damaged, so it neither serves nor votes; the others are a majority and go on.`,
    };
  }
  const states = lacks.flatMap((nodes, at): RichText[] =>
    nodes.length === 0 ? [] : [say`${names(nodes)} ${isAre(nodes)} ${LACKS[at] ?? ""}`],
  );
  const copies = Object.values(scene.partitions).filter(({ underReplicated }) => underReplicated);
  return {
    what: say`${nameNoun(leader)} leads ${leaderTerm(scene)}; ${joined(states)}.`,
    why:
      copies.length > 0
        ? say`The others are a majority and go on; ${count(
            copies.length,
            "partition has",
            "partitions have",
          )} a copy too few.`
        : say`The others are a majority and go on.`,
  };
}
