import type { Action } from "../sim/run.ts";
import type { Happening, WorldEvent } from "../sim/worldEvent.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { asSentence, count, entryNoun, nodeList, nodeNoun, say, termNoun } from "./richText.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

/** Power and network. Null as well for what brokers and clients tell of themselves. */
export function worldEventView(event: WorldEvent, story: Story): EventDraft | null {
  const what = event.event;
  switch (what.kind) {
    case "actionTaken":
      return actionTaken(what.action, story);
    case "powerLost":
      return powerLost(event, what, story);
    case "recovered":
      return recovered(event, what, story);
    case "stopped":
      // That it found damage was said at the same moment, and says more.
      if (story.node(event.node).isDamaged) return null;
      return draft(
        2,
        "bad",
        say`${nodeNoun(event.node)} stopped.`,
        say`${asSentence(what.reason)}`,
      );
    case "messageLost":
      return messageLost(what, story);
    default:
      return null;
  }
}

type Of<Kind> = Extract<WorldEvent["event"], { kind: Kind }>;

function actionTaken(action: Action, story: Story): EventDraft | null {
  if (action.kind === "cut") {
    const { nodes } = action;
    return draft(
      2,
      "bad",
      say`${nodeList(nodes)} ${nodes.length === 1 ? "is" : "are"} cut off.`,
      say`You cut the network: no message passes between ${nodeList(nodes)} and the others.`,
    );
  }
  if (action.kind === "heal") {
    const nodes = action.nodes ?? story.cuts.flat();
    if (nodes.length === 0) return null;
    return draft(
      2,
      "ok",
      say`${nodeList(nodes)} can reach the others again.`,
      say`You healed the network; what was lost is sent again when it is missed.`,
    );
  }
  if (action.kind === "timeOut") {
    return draft(
      1,
      "plain",
      say`You let the election timer of ${nodeNoun(action.node)} run out.`,
      story.node(action.node).role === "leader"
        ? say`It leads already, so nothing comes of it.`
        : say`It believes now that there is no leader.`,
    );
  }
  return null;
}

function powerLost(
  { node: id, atUs }: WorldEvent,
  event: Extract<Happening, { kind: "powerLost" }>,
  story: Story,
): EventDraft {
  const node = story.node(id);
  const { voters } = story.members;
  const left = story.runningNodes().filter((other) => other !== id && voters.includes(other));
  const loss = lossText(event);
  const why =
    left.length < story.majority
      ? say`${onlyRunning(left.length, story.voterCount)}, so nothing can be committed.`
      : node.role === "leader"
        ? say`It led ${termNoun(node.term)}; the others notice when their election timers run out.`
        : say`${loss}`;
  return draft(story.isOneOfAll(atUs) ? 1 : 2, "bad", say`${nodeNoun(id)} lost power.`, why);
}

const onlyRunning = (left: number, all: number): string =>
  `Only ${left} of ${all} nodes ${left === 1 ? "runs" : "run"}`;

function lossText(event: Extract<Happening, { kind: "powerLost" }>): string {
  if (event.lostBytes > 0) {
    return `${count(event.lostBytes, "byte", "bytes")} not yet synced are gone.`;
  }
  if (event.writeInterrupted) return "You cut it during a write.";
  return "All that it had acknowledged is on its disk.";
}

function recovered(
  { node: id, atUs }: WorldEvent,
  event: Of<"recovered">,
  story: Story,
): EventDraft | null {
  if (story.node(id).starts <= 1) return null;
  const n = nodeNoun(id);
  if (event.recordCount === 0 && event.snapshotIndex === 0) {
    return draft(2, "plain", say`${n} starts with an empty disk.`, say`It knows nothing yet.`);
  }
  const torn =
    event.cutBytes > 0
      ? say` A torn tail of ${count(event.cutBytes, "byte", "bytes")} was cut off.`
      : say``;
  const ignored = event.ignored.map(({ file, reason }) => ` It passed over ${file}: ${reason}.`);
  const entries = count(event.entryCount, "entry", "entries");
  const held =
    event.snapshotIndex === 0
      ? say`${entries}`
      : say`a snapshot up to ${entryNoun(event.snapshotIndex)}, ${entries}`;
  return draft(
    story.isOneOfAll(atUs) ? 1 : 2,
    "ok",
    say`${n} is back with what its disk held: ${held}, ${termNoun(event.term)}.`,
    say`Its memory was lost with the power.${torn}${ignored.join("")}`,
  );
}

/** Only what a person waits for: lost heartbeats, fetches and acks are sent again anyway. */
function messageLost(
  { flight, reason }: Extract<Happening, { kind: "messageLost" }>,
  story: Story,
): EventDraft | null {
  const { payload, from, to } = flight;
  if (payload.kind !== "raft" || from.kind !== "node" || to.kind !== "node") return null;
  // Of one that was dropped that is said already.
  if (reason === "dropped") return null;
  const { type } = payload.message;
  if (type !== "MsgVote" && type !== "MsgPreVote") return null;
  if (!story.isFirstLostVote(from.id, flight.sentAtUs)) return null;
  return draft(
    1,
    "warn",
    say`${nodeNoun(from.id)} asked ${nodeNoun(to.id)} for its ${
      type === "MsgVote" ? "vote" : "pre-vote"
    }, but the message was lost.`,
    lossReason(reason, to.id),
  );
}

function lossReason(reason: "cut" | "loss" | "nodeDown", to: number): RichText {
  switch (reason) {
    case "cut":
      return say`The network is cut between them.`;
    case "loss":
      return say`Links here lose some of their messages.`;
    case "nodeDown":
      return say`${nodeNoun(to)} is down.`;
  }
}
