import { nameNoun, say } from "./richText.ts";
import { helpersOf, lackOf, LACKS } from "./reach.ts";
import { entryOf, hasHave, joined, nameList, names, nodesOf, onDisk } from "./sceneWords.ts";
import type { Scene, Sentences } from "./sentence.ts";
import type { NodeView, QuorumView, RichText } from "./view.ts";

/**
 * The newest entry of the log, when little is missing for it to be committed: who must still do
 * what. Null when that is not so simple.
 */
export function decisiveEntry(scene: Scene): Sentences | null {
  const { quorum, summary } = scene;
  if (quorum === null || summary.leader === null) return null;
  const voters = nodesOf(scene).filter(({ name }) =>
    quorum.holders.some(({ node }) => node === name),
  );
  const helpers = helpersOf(scene, summary.leader, voters);
  const holders = onDisk(quorum);
  const knows = (name: string): boolean =>
    name === summary.leader || (scene.logs[name]?.progress?.match ?? 0) >= quorum.index;
  // What stands on a disk that nobody hears of again counts for nothing.
  const isHeard = (name: string): boolean =>
    knows(name) || helpers.some((helper) => helper.name === name);
  if (!holders.every(isHeard)) return null;
  const lackingCount = quorum.needed - holders.length;
  const candidates = helpers.filter(({ name }) => !holders.includes(name));
  if (lackingCount <= 0)
    return onEnoughDisks(
      scene,
      quorum,
      holders.filter((name) => !knows(name)),
    );
  return lackingCount === 1 ? oneMissing(scene, quorum, voters, candidates) : null;
}

/** All that is missing is an ack. */
function onEnoughDisks(
  scene: Scene,
  quorum: QuorumView,
  unheard: readonly string[],
): Sentences | null {
  const leader = scene.summary.leader ?? "";
  if (unheard.length === 0) return null;
  const underWay = scene.flights.filter(
    ({ kind, answer, refused, from, to, lostAtUs, arrivesAtUs, heldAtUs, caption }) =>
      kind === "append" &&
      answer &&
      !refused &&
      unheard.includes(from) &&
      to === leader &&
      lostAtUs === null &&
      (heldAtUs !== null || arrivesAtUs > scene.nowUs) &&
      Number(caption.split(" ").at(-1)) >= quorum.index,
  );
  const held = underWay.find(({ heldAtUs }) => heldAtUs !== null);
  const moving = underWay.find(({ heldAtUs }) => heldAtUs === null);
  const what = say`${entryOf(quorum)} is on enough disks, but ${nameNoun(leader)} does not know it yet.`;
  if (moving !== undefined) {
    return { what, why: say`The ack of ${nameNoun(moving.from)} is on its way.` };
  }
  if (held !== undefined) {
    return { what, why: say`The ack of ${nameNoun(held.from)} stands where you hold it.` };
  }
  return {
    what,
    why: say`${nameList(unheard)} ${hasHave(unheard)} it on disk and ${hasHave(unheard)} yet to say so.`,
  };
}

function oneMissing(
  scene: Scene,
  quorum: QuorumView,
  voters: readonly NodeView[],
  candidates: readonly NodeView[],
): Sentences {
  const holders = onDisk(quorum);
  const [only, ...others] = candidates;
  const writing = candidates.filter(({ name }) => isWriting(scene, quorum, name));
  const waiting = candidates.filter(({ name }) => isHeldBefore(scene, quorum, name));
  const isAllHeld = waiting.length === candidates.length;
  const what = isAllHeld
    ? say`${entryOf(quorum)} waits where you hold ${names(waiting)}.`
    : writing.length > 0
      ? say`${entryOf(quorum)} is one fsync away from being committed.`
      : say`${entryOf(quorum)} must reach one more disk to be committed.`;
  const where =
    holders.length === 0 ? say`` : say`${nameList(holders)} ${hasHave(holders)} it on disk. `;
  const ordinal = ORDINALS[holders.length] ?? "next";
  if (only === undefined || others.length > 0) {
    return { what, why: say`${where}The first of ${names(candidates)} to have it there decides.` };
  }
  const lacks = whoLacks(scene, voters);
  const given = lacks.length === 0 ? say`` : say`With ${lacks}, `;
  const isSlow = scene.diskFaults[only.name]?.slow ?? false;
  return {
    what,
    why: say`${where}${given}${nameNoun(only.name)} must be the ${ordinal}${
      isSlow ? ", and its disk is slow" : ""
    }.`,
  };
}

const ORDINALS = ["first", "second", "third", "fourth", "fifth"] as const;

/** "n4 down and n5 cut off". */
function whoLacks(scene: Scene, voters: readonly NodeView[]): RichText {
  const leader = scene.summary.leader ?? "";
  return joined(
    LACKS.flatMap((lack): RichText[] => {
      const lacking = voters.filter((node) => lackOf(scene, node, leader) === lack);
      return lacking.length === 0 ? [] : [say`${names(lacking)} ${lack}`];
    }),
  );
}

/** Its disk works on the entry. */
function isWriting({ readies }: Scene, { index }: QuorumView, node: string): boolean {
  const ready = readies[node];
  return ready?.gate?.state === "writing" && writes(ready, index);
}

/** A person lets it not begin to write the entry. */
function isHeldBefore({ readies }: Scene, { index }: QuorumView, node: string): boolean {
  const ready = readies[node];
  if (ready === undefined || !writes(ready, index) || ready.gate?.state === "writing") return false;
  return ready.stages.some(
    ({ name, isHeld, state }) =>
      isHeld && state === "here" && (name === "send" || name === "persist"),
  );
}

const writes = ({ stages }: Scene["readies"][string], index: number): boolean =>
  stages.some(
    ({ name, items }) =>
      name === "persist" && items.some(({ kind, index: at }) => kind === "entry" && at === index),
  );
