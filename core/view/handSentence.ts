import { flightLabel } from "./flightLabel.ts";
import { milliseconds, nameNoun, say, seconds } from "./richText.ts";
import { reaches } from "./reach.ts";
import { nodesOf } from "./sceneWords.ts";
import type { Scene, Sentences } from "./sentence.ts";
import type { LinkView, NodeView, ReadyStageView, ReadyView } from "./view.ts";

/** A Ready that has come to a breakpoint of a person's. */
export function atBreakpoint(scene: Scene): Sentences | null {
  for (const { name } of nodesOf(scene)) {
    const ready = scene.readies[name];
    const stage = ready?.stages.find((one) => isWaitingAt(ready, one));
    if (ready === undefined || stage === undefined) continue;
    const [title, consequence] = STAGES[stage.name];
    return {
      what: say`Ready ${ready.number} of ${nameNoun(name)} waits before ${title}.`,
      why: say`You hold it there. ${consequence}`,
    };
  }
  return null;
}

/** The disk is not held: what it has begun it will finish. */
function isWaitingAt({ gate }: ReadyView, { name, state, isHeld }: ReadyStageView): boolean {
  return isHeld && state === "here" && !(name === "persist" && gate?.state === "writing");
}

const STAGES: Readonly<
  Record<ReadyStageView["name"], readonly [title: string, consequence: string]>
> = {
  send: ["Send now", "None of its messages leave, and nothing of it is written."],
  persist: ["Persist", "It is in memory only, and nothing that rests on it may be said."],
  sendAfter: ["Send after", "It is on disk, but nobody hears of that."],
  apply: ["Apply", "What is committed in it has no effect on this node yet."],
  advance: ["Advance", "All of it is done, but the next Ready may not come."],
};

export function heldMessage({ flights }: Scene): Sentences | null {
  const held = flights.filter(({ heldAtUs, lostAtUs }) => heldAtUs !== null && lostAtUs === null);
  const [first] = held;
  if (first === undefined || first.heldAtUs === null) return null;
  const noun = { text: flightLabel(first), ref: `message:${first.id}` };
  return {
    what:
      held.length === 1
        ? say`You hold the ${noun}.`
        : say`${held.length} messages stand still, the ${noun} first.`,
    why: say`It stands where it was at ${seconds(first.heldAtUs)}; ${nodeOrClient(
      first.to,
    )} does not get it until it is released.`,
  };
}

const nodeOrClient = (name: string) => (name.startsWith("n") ? nameNoun(name) : name);

/** One link that lets nothing pass, or that loses or delays what passes. */
export function troubledLink(scene: Scene): Sentences | null {
  const link = scene.links.find(({ isCut }) => isCut) ?? scene.links[0];
  if (link === undefined) return null;
  const { from, to, isCut, lossPercent, extraLatencyUs } = link;
  const way = { text: `from ${from} to ${to}`, ref: link.id };
  if (isCut) return { what: say`No message passes ${way}.`, why: cutReason(scene, link) };
  if (lossPercent > 0) {
    return {
      what: say`Of the messages ${way}, ${lossPercent} % are lost.`,
      why: say`What is missed is sent again, so things take longer and nothing is wrong.`,
    };
  }
  return {
    what: say`Messages ${way} take ${milliseconds(extraLatencyUs)} longer.`,
    why: say`Whoever waits for an answer over that link waits longer.`,
  };
}

function cutReason(scene: Scene, { from, to }: LinkView) {
  const { leader } = scene.summary;
  const [a, b] = [nameNoun(from), nameNoun(to)];
  if (!reaches(scene, to, from)) return say`The other direction is cut as well.`;
  if (leader === from) {
    return say`${b} hears no heartbeat of ${a}, though ${a} would hear ${b}: its election timer runs out.`;
  }
  if (leader === to) {
    return say`${a} hears its leader, but no ack of ${a} arrives: it counts for nothing.`;
  }
  return say`The other direction works, and the leader is at neither end.`;
}

export function lossyNetwork({ network }: Scene): Sentences | null {
  if (network.lossPercent === 0) return null;
  return {
    what: say`Every link between brokers loses ${network.lossPercent} % of its messages.`,
    why: say`What is missed is sent again; too many heartbeats lost in a row look like a dead leader.`,
  };
}

export function skewedClock(scene: Scene): Sentences | null {
  const node = nodesOf(scene).find(({ clockPercent }) => clockPercent !== 100);
  if (node === undefined) return null;
  return {
    what: say`The clock of ${nameNoun(node.name)} runs at ${node.clockPercent} % of its rate.`,
    why: say`${skewEffect(node)}`,
  };
}

function skewEffect({ role, clockPercent }: NodeView): string {
  const isFast = clockPercent > 100;
  if (role === "leader") {
    return isFast
      ? "Its heartbeats come more often than they must."
      : "Its heartbeats come late; if they come later than an election timeout, another is elected.";
  }
  return isFast
    ? "To it every wait seems longer, so its election timer runs out sooner."
    : "To it every wait seems shorter, so it notices late that a leader is gone.";
}
