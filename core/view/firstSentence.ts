import { milliseconds, nameNoun, say, seconds } from "./richText.ts";
import { entryOf, isAwake, leaderTerm, nameList, names, nodesOf, onDisk } from "./sceneWords.ts";
import type { Scene, Sentences } from "./sentence.ts";
import type { NodeView } from "./view.ts";

/** What can be said of the first seconds of a run, before anybody has done anything. */
export function firstSentence(scene: Scene): Sentences {
  return withoutLeader(scene) ?? entryWaiting(scene) ?? quiet(scene);
}

export function withoutLeader(scene: Scene): Sentences | null {
  if (scene.summary.leader !== null) return null;
  const awake = nodesOf(scene).filter(isAwake);
  const candidate = awake.find(({ role }) => role === "candidate" || role === "preCandidate");
  const what = leaderless(scene, awake);
  if (candidate !== undefined) {
    const votes = Object.values(candidate.votes).filter((vote) => vote === "granted").length;
    const needed = candidate.votesNeeded;
    return {
      what,
      why: say`${nameNoun(candidate.name)} has ${votes} of the ${needed} votes it needs.`,
    };
  }
  const first = nextTimer(awake);
  if (first?.timer == null) return { what, why: say`Nobody's election timer runs.` };
  return {
    what,
    why: say`The election timer of ${nameNoun(first.name)} is the next to run out, at ${seconds(
      first.timer.expiresAtUs,
    )}.`,
  };
}

/** Somebody may still believe that it leads an older term. */
function leaderless({ summary: { term } }: Scene, awake: readonly NodeView[]) {
  if (term === 0) return say`${awake.length} nodes start with empty disks.`;
  return awake.some(({ role }) => role === "leader")
    ? say`Nobody leads ${{ text: `term ${term}`, ref: `term:${term}` }}.`
    : say`There is no leader.`;
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

export function entryWaiting({ quorum }: Scene): Sentences | null {
  if (quorum === null) return null;
  const holders = onDisk(quorum);
  const where =
    holders.length === 0
      ? say`It is on no disk yet`
      : say`It is on the disk of ${nameList(holders)}`;
  return {
    what: say`${entryOf(quorum)} is not yet committed.`,
    why: say`${where}; ${quorum.needed} of ${
      quorum.holders.length
    } disks must hold it, and the leader must know.`,
  };
}

export function quiet(scene: Scene): Sentences {
  const leader = scene.summary.leader ?? "";
  const followers = nodesOf(scene).filter(
    ({ name, membership }) => name !== leader && membership === "voter",
  );
  const what = say`${nameNoun(leader)} leads ${leaderTerm(scene)} and the cluster is quiet.`;
  if (followers.length === 0) return { what, why: say`It is the only voter.` };
  return {
    what,
    why: say`Heartbeats every ${milliseconds(
      scene.heartbeatUs,
    )} keep the election timers of ${names(followers)} from running out.`,
  };
}
