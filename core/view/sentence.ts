import { count, milliseconds, seconds, say } from "./richText.ts";
import type { Noun } from "./richText.ts";
import type {
  EventView,
  NodeView,
  RequestView,
  RichText,
  SentenceView,
  WorldView,
} from "./view.ts";

/** For how long an event is news. */
const SPOKEN_US = 2_500_000;

/** What the sentence and the suggestion are made from: the view as far as it is done. */
export type Scene = Pick<
  WorldView,
  | "nowUs"
  | "summary"
  | "nodeNames"
  | "nodes"
  | "partitions"
  | "requests"
  | "quorum"
  | "safety"
  | "cuts"
  | "disks"
> & { readonly heartbeatUs: number };

/**
 * THE sentence: what just happened and why. The newest event that matters, for as long as it is
 * news, unless somebody waits since for an answer; after that the state that it has led to.
 */
export function sentenceView(scene: Scene, events: readonly EventView[]): SentenceView {
  const event = newestOf(events, scene.nowUs);
  const waiting = waitingProduce(scene);
  const isOvertaken = event !== null && waiting !== null && waiting.sentAtUs >= event.atUs;
  if (event !== null && !isOvertaken) {
    return { eventId: event.id, what: event.what, why: event.why };
  }
  return { eventId: 0, ...stateSentence(scene) };
}

function newestOf(events: readonly EventView[], nowUs: number): EventView | null {
  const event = events.findLast(({ importance }) => importance === 2);
  return event === undefined || event.atUs < nowUs - SPOKEN_US ? null : event;
}

interface Sentences {
  readonly what: RichText;
  readonly why: RichText;
}

function stateSentence(scene: Scene): Sentences {
  if (scene.safety.violation !== null) {
    const { rule, text } = scene.safety.violation;
    return { what: say`The rule "${rule}" was broken.`, why: say`${text}` };
  }
  return (
    withoutMajority(scene) ??
    withoutLeader(scene) ??
    leaderAlone(scene) ??
    requestWaiting(scene) ??
    entryWaiting(scene) ??
    somethingMissing(scene) ??
    quiet(scene)
  );
}

function withoutMajority(scene: Scene): Sentences | null {
  const all = nodesOf(scene).filter(({ membership }) => membership === "voter");
  const running = all.filter(isRunning);
  const needed = all[0]?.votesNeeded ?? 0;
  if (running.length >= needed) return null;
  const down = all.filter((node) => !isRunning(node));
  return {
    what:
      running.length === 0
        ? say`No node runs.`
        : say`Only ${names(running)} ${isAre(running)} running, so nothing can be committed.`,
    why: say`${needed} of ${all.length} nodes are needed; ${names(down)} ${isAre(down)} down.`,
  };
}

function withoutLeader(scene: Scene): Sentences | null {
  if (scene.summary.leader !== null) return null;
  const running = nodesOf(scene).filter(isRunning);
  const candidate = running.find(({ role }) => role === "candidate" || role === "preCandidate");
  const isStart = scene.summary.term === 0;
  const what = isStart
    ? say`${running.length} nodes start with empty disks.`
    : say`There is no leader.`;
  if (candidate !== undefined) {
    return {
      what,
      why: say`${noun(candidate.name)} has ${grantedCount(candidate)} of the ${
        candidate.votesNeeded
      } votes it needs.`,
    };
  }
  const first = nextTimer(running);
  if (first?.timer == null) return { what, why: say`Nobody's election timer runs.` };
  return {
    what,
    why: say`The election timer of ${noun(first.name)} is the next to run out, at ${seconds(
      first.timer.expiresAtUs,
    )}.`,
  };
}

/** The running node that will stand for election first if nothing comes between. */
export function nextTimer(nodes: readonly NodeView[]): NodeView | null {
  let first: NodeView | null = null;
  for (const node of nodes) {
    if (node.timer === null) continue;
    if (first?.timer == null || node.timer.expiresAtUs < first.timer.expiresAtUs) first = node;
  }
  return first;
}

function leaderAlone(scene: Scene): Sentences | null {
  const { leader } = scene.summary;
  const node = leader === null ? undefined : scene.nodes[leader];
  if (node === undefined || !node.isolated) return null;
  return {
    what: say`${noun(node.name)} leads ${termOf(node)} but is cut off.`,
    why: say`It reaches no majority, so it commits nothing and will step down.`,
  };
}

const waitingProduce = (scene: Scene): RequestView | null =>
  scene.requests.findLast(({ state, kind }) => state === "waiting" && kind === "produce") ?? null;

function requestWaiting(scene: Scene): Sentences | null {
  const request =
    waitingProduce(scene) ?? scene.requests.findLast(({ state }) => state === "waiting");
  if (request === undefined) return null;
  const subject = { text: "its request", ref: `request:${request.id}` };
  const lacking = request.acks === "all" ? replicasLacking(scene, request) : [];
  if (lacking.length > 0) {
    const down = lacking.filter((name) => scene.nodes[name]?.process !== "running");
    const because = say`acks=all: every in-sync replica must have the record on disk`;
    return {
      what: say`${noun(request.to)} waits for ${nameList(lacking)} before it answers.`,
      why:
        down.length === 0
          ? say`${because}.`
          : say`${because}; ${nameList(down)} ${down.length === 1 ? "is" : "are"} down.`,
    };
  }
  return {
    what: say`The client waits for an answer of ${noun(request.to)}.`,
    why:
      request.acks === "all"
        ? say`With acks=all ${subject} is answered when every in-sync replica has it on disk.`
        : say`It sent ${subject} at ${seconds(request.sentAtUs)}.`,
  };
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

function entryWaiting(scene: Scene): Sentences | null {
  const { quorum } = scene;
  if (quorum === null) return null;
  const entry = { text: `Entry ${quorum.index}`, ref: `entry:${quorum.index}` };
  const onDisk = quorum.holders.filter(({ state }) => state === "disk").map(({ node }) => node);
  const holders = onDisk.length === 0 ? say`no disk yet` : nameList(onDisk);
  const prefix = onDisk.length === 0 ? "It is on" : "It is on the disk of";
  return {
    what: say`${entry} is not yet committed.`,
    why: say`${prefix} ${holders}; ${quorum.needed} of ${
      quorum.holders.length
    } disks must hold it, and the leader must know.`,
  };
}

function somethingMissing(scene: Scene): Sentences | null {
  const all = nodesOf(scene);
  const leader = scene.summary.leader;
  if (leader === null) return null;
  const down = all.filter((node) => !isRunning(node));
  const alone = all.filter((node) => isRunning(node) && node.isolated);
  const missing = down.length > 0 ? down : alone;
  if (missing.length === 0) return null;
  const copies = Object.values(scene.partitions).filter(({ underReplicated }) => underReplicated);
  const damaged = missing.find(({ isDamaged }) => isDamaged);
  if (damaged !== undefined && missing.length === 1) {
    return {
      what: say`${noun(leader)} leads ${leaderTerm(scene)}; ${noun(damaged.name)} waits to be repaired.`,
      why: say`Its log is damaged, so it neither serves nor votes; the others are a majority and go on.`,
    };
  }
  const state = down.length > 0 ? "down" : "cut off";
  return {
    what: say`${noun(leader)} leads ${leaderTerm(scene)}; ${names(missing)} ${isAre(
      missing,
    )} ${state}.`,
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

function quiet(scene: Scene): Sentences {
  const leader = scene.summary.leader ?? "";
  const followers = nodesOf(scene).filter(({ name }) => name !== leader);
  return {
    what: say`${noun(leader)} leads ${leaderTerm(scene)} and the cluster is quiet.`,
    why: say`Heartbeats every ${milliseconds(
      scene.heartbeatUs,
    )} keep the election timers of ${names(followers)} from running out.`,
  };
}

const nodesOf = (scene: Scene): NodeView[] =>
  scene.nodeNames.flatMap((name) => scene.nodes[name] ?? []);

const isRunning = (node: NodeView): boolean => node.process === "running";

const grantedCount = (node: NodeView): number =>
  Object.values(node.votes).filter((vote) => vote === "granted").length;

const noun = (name: string): Noun => ({ text: name, ref: `node:${name}` });
const termOf = (node: NodeView): Noun => ({ text: `term ${node.term}`, ref: `term:${node.term}` });
const names = (nodes: readonly NodeView[]): RichText => nameList(nodes.map(({ name }) => name));
const isAre = (nodes: readonly NodeView[]): string => (nodes.length === 1 ? "is" : "are");

function leaderTerm(scene: Scene): Noun {
  const node = scene.nodes[scene.summary.leader ?? ""];
  return node === undefined ? { text: "no term", ref: null } : termOf(node);
}

function nameList(all: readonly string[]): RichText {
  return all.flatMap((name, at) => {
    if (at === 0) return [noun(name)];
    return [{ text: at === all.length - 1 ? " and " : ", ", ref: null }, noun(name)];
  });
}
