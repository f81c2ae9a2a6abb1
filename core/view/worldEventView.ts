import type { RequestOutcome, RequestRecord } from "../sim/history.ts";
import type { Action } from "../sim/run.ts";
import type { Happening, WorldEvent } from "../sim/worldEvent.ts";
import { diskActionView } from "./diskActionView.ts";
import { errorReason } from "./errorReason.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import {
  asSentence,
  count,
  entryNoun,
  nodeList,
  nodeNoun,
  partitionNoun,
  requestNoun,
  say,
  seconds,
  termNoun,
} from "./richText.ts";
import type { ErrorName } from "./source.ts";
import { clientName } from "./story.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

/** Power, network, clients and broken rules. Null as well for what brokers tell of themselves. */
export function worldEventView(
  event: WorldEvent,
  story: Story,
  requests: readonly RequestRecord[],
  errorName: ErrorName,
): EventDraft | null {
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
    case "requestSent":
      return requestSent(requests[what.request - 1]);
    case "requestEnded":
      return requestEnded(requests[what.request - 1], errorName);
    case "ruleBroken":
      return draft(
        2,
        "bad",
        say`The rule "${what.violation.rule}" was broken.`,
        say`${asSentence(what.violation.text)}`,
      );
    default:
      return null;
  }
}

type Of<Kind> = Extract<WorldEvent["event"], { kind: Kind }>;
type Facts<Kind> = Extract<RequestRecord["facts"], { kind: Kind }>;

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
  return diskActionView(action);
}

function powerLost(
  { node: id, atUs }: WorldEvent,
  event: Extract<Happening, { kind: "powerLost" }>,
  story: Story,
): EventDraft {
  const node = story.node(id);
  const left = story.runningNodes().filter((other) => other !== id);
  const loss = lossText(event);
  const why =
    left.length < story.majority
      ? say`${onlyRunning(left.length, story.nodeCount)}, so nothing can be committed.`
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
  const { type } = payload.message;
  if (type !== "MsgVote" && type !== "MsgPreVote") return null;
  if (!story.isFirstLostVote(from.id, flight.sentAtUs)) return null;
  return draft(
    1,
    "warn",
    say`${nodeNoun(from.id)} asked ${nodeNoun(to.id)} for its ${
      type === "MsgVote" ? "vote" : "pre-vote"
    }, but the message was lost.`,
    reason === "cut" ? say`The network is cut between them.` : say`${nodeNoun(to.id)} is down.`,
  );
}

function requestSent(request: RequestRecord | undefined): EventDraft | null {
  if (request === undefined || request.facts.kind === "metadata") return null;
  const client = clientName(request.client);
  const to = nodeNoun(request.node);
  const { facts } = request;
  switch (facts.kind) {
    case "produce":
      // The sentence waits for what comes of it, which is mostly there before this could be read.
      return draft(
        1,
        "plain",
        say`${client} sent ${requestNoun(request.id, "a record")} to ${to} for ${at(facts)}.`,
        ACKS_MEANING[facts.acks],
      );
    case "fetch":
      return draft(
        1,
        "plain",
        say`${client} ${requestNoun(request.id, "asked")} ${to} for records of ${at(facts)}.`,
        say`From offset ${facts.fetchOffset} on, as far as the high watermark.`,
      );
    case "createTopics":
      // It goes on asking until there is a controller; the first time is enough to say.
      if (request.attempt > 1) return null;
      return draft(
        1,
        "plain",
        say`${client} ${requestNoun(request.id, "asked")} ${to} to create topic ${facts.topic}.`,
        say`Only the controller, which is the leader of the metadata log, can do that.`,
      );
    case "removeNode":
      if (request.attempt > 1) return null;
      return draft(
        1,
        "plain",
        say`${client} ${requestNoun(request.id, "asked")} ${to} to remove ${nodeNoun(facts.node)}.`,
        say`The controller takes it out of every ISR and out of the voters.`,
      );
  }
}

const ACKS_MEANING: Readonly<Record<0 | 1 | -1, RichText>> = {
  0: say`acks=0: it expects no answer, so it will not learn whether the record was kept.`,
  1: say`acks=1: it expects an answer when the leader has the record on disk.`,
  [-1]: say`acks=all: it expects an answer when every in-sync replica has the record on disk.`,
};

function requestEnded(request: RequestRecord | undefined, errorName: ErrorName): EventDraft | null {
  if (request === undefined || request.facts.kind === "metadata") return null;
  const { outcome } = request;
  if (outcome.kind === "unanswered") return unanswered(request, outcome.reason);
  if (outcome.kind !== "answered") return null;
  if (outcome.errorCode !== 0) return refused(request, outcome, errorName(outcome.errorCode));
  return answered(request, request.facts, outcome);
}

function unanswered(request: RequestRecord, reason: "refused" | "timedOut"): EventDraft {
  const client = clientName(request.client);
  const node = nodeNoun(request.node);
  if (reason === "refused") {
    return draft(
      2,
      "warn",
      say`${client} could not reach ${node}.`,
      say`${node} is down and refused the connection; ${requestNoun(
        request.id,
        "the request",
      )} was not taken.`,
    );
  }
  const waitedUs = (request.endedAtUs ?? request.sentAtUs) - request.sentAtUs;
  return draft(
    2,
    "warn",
    say`${client} gave up waiting for ${node}.`,
    request.facts.kind === "produce"
      ? say`No answer in ${seconds(waitedUs)}; it cannot know whether ${requestNoun(
          request.id,
          "its record",
        )} was kept.`
      : say`${requestNoun(request.id, "Its request")} had no answer in ${seconds(waitedUs)}.`,
  );
}

type Answered = Extract<RequestOutcome, { kind: "answered" }>;

/** A retry by the client itself is routine; what a person sent is worth the sentence. */
function refused(request: RequestRecord, outcome: Answered, name: string): EventDraft | null {
  if (name === "NOT_CONTROLLER" && request.attempt > 1) return null;
  const node = nodeNoun(request.node);
  const { kind } = request.facts;
  const importance = kind === "produce" || kind === "fetch" ? 2 : 1;
  return draft(
    importance,
    "warn",
    say`${node} answered ${clientName(request.client)} with ${requestNoun(request.id, name)}.`,
    refusalReason(request, outcome, name),
  );
}

function refusalReason(request: RequestRecord, outcome: Answered, name: string): RichText {
  const { facts } = request;
  const client = clientName(request.client);
  const leader = outcome.leaderHint;
  const isKnown = leader !== 0 && leader !== request.node;
  if (name === "NOT_CONTROLLER" && isKnown) {
    return say`${nodeNoun(leader)} is the controller; ${client} should ask ${nodeNoun(leader)}.`;
  }
  if (facts.kind !== "produce" && facts.kind !== "fetch")
    return say`${asSentence(errorReason(name))}`;
  if (name === "NOT_LEADER_OR_FOLLOWER" && isKnown) {
    return say`${nodeNoun(leader)} leads ${at(facts)}; ${client} should ask ${nodeNoun(leader)}.`;
  }
  return say`${at(facts)}: ${errorReason(name)}.`;
}

function answered(
  request: RequestRecord,
  facts: RequestRecord["facts"],
  outcome: Answered,
): EventDraft | null {
  const client = clientName(request.client);
  const node = nodeNoun(request.node);
  const tookUs = (request.endedAtUs ?? request.sentAtUs) - request.sentAtUs;
  switch (facts.kind) {
    case "produce":
      return draft(
        1,
        "ok",
        say`${client} has the answer to ${requestNoun(request.id, "its record")}: offset ${
          outcome.baseOffset
        } of ${at(facts)}.`,
        say`It took ${seconds(tookUs)} from request to answer.`,
      );
    case "fetch":
      return fetched(request, facts, outcome);
    case "createTopics":
      return draft(
        1,
        "ok",
        say`${node} told ${client} that topic ${facts.topic} ${requestNoun(
          request.id,
          "was created",
        )}.`,
        say`It took ${seconds(tookUs)} from request to answer.`,
      );
    case "removeNode":
      return draft(
        1,
        "ok",
        say`${node} told ${client} that ${nodeNoun(facts.node)} ${requestNoun(
          request.id,
          "was removed",
        )}.`,
        say`Nothing counts on its disk any more, so it may be wiped.`,
      );
    case "metadata":
      return null;
  }
}

function fetched(request: RequestRecord, facts: Facts<"fetch">, outcome: Answered): EventDraft {
  const number = outcome.records.length;
  return draft(
    2,
    "ok",
    say`${clientName(request.client)} ${requestNoun(request.id, "read")} ${
      number === 0 ? "no record" : count(number, "record", "records")
    } of ${at(facts)} from ${nodeNoun(request.node)}.`,
    say`Consumers see what lies below the high watermark, ${outcome.highWatermark}.`,
  );
}

const at = (place: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(place.topic, place.partition);
