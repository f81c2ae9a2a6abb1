import type { RequestOutcome, RequestRecord } from "../sim/history.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { errorReason } from "./errorReason.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { requestOf } from "./lastRequests.ts";
import { adminWords } from "./requestFacts.ts";
import {
  asSentence,
  count,
  nodeNoun,
  partitionNoun,
  requestNoun,
  say,
  seconds,
} from "./richText.ts";
import type { ErrorName } from "./source.ts";
import { clientName } from "./story.ts";
import type { RichText } from "./view.ts";

type Facts<Kind> = Extract<RequestRecord["facts"], { kind: Kind }>;

/** What a person has asked, and what became of it. */
export function requestEventView(
  { event }: WorldEvent,
  requests: readonly RequestRecord[],
  errorName: ErrorName,
): EventDraft | null {
  switch (event.kind) {
    case "requestSent":
      return requestSent(askedFor(requests, event.request));
    case "requestEnded":
      return requestEnded(askedFor(requests, event.request), errorName);
    default:
      return null;
  }
}

/** Null for what a client asks on its own account, which is routine, and for what is forgotten. */
function askedFor(requests: readonly RequestRecord[], id: number): RequestRecord | null {
  const request = requestOf(requests, id);
  return request === null || request.operation === 0 ? null : request;
}

function requestSent(request: RequestRecord | null): EventDraft | null {
  if (request === null) return null;
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
    case "admin":
      if (request.attempt > 1) return null;
      return draft(
        1,
        "plain",
        say`${client} ${requestNoun(request.id, "sent a command")} to ${to}: ${adminWords(
          facts.command.kind,
        )}.`,
        say`Any node says what it knows; only the controller changes something.`,
      );
    default:
      return null;
  }
}

const ACKS_MEANING: Readonly<Record<0 | 1 | -1, RichText>> = {
  0: say`acks=0: it expects no answer, so it will not learn whether the record was kept.`,
  1: say`acks=1: it expects an answer when the leader has the record on disk.`,
  [-1]: say`acks=all: it expects an answer when every in-sync replica has the record on disk.`,
};

function requestEnded(request: RequestRecord | null, errorName: ErrorName): EventDraft | null {
  if (request === null || request.facts.kind === "metadata") return null;
  const { outcome } = request;
  if (outcome.kind === "unanswered") return unanswered(request, outcome.reason);
  if (outcome.kind !== "answered") return null;
  if (outcome.errorCode !== 0) return refused(request, outcome, errorName(outcome.errorCode));
  return answered(request, request.facts, outcome);
}

function unanswered(
  request: RequestRecord,
  reason: Extract<RequestOutcome, { kind: "unanswered" }>["reason"],
): EventDraft {
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
  if (reason === "closed") {
    return draft(
      2,
      "warn",
      say`${client} has lost its connection to ${node}.`,
      say`It cannot know what became of ${requestNoun(request.id, "its request")}.`,
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
  if (facts.kind !== "produce" && facts.kind !== "fetch") {
    return say`${asSentence(outcome.errorMessage ?? errorReason(name))}`;
  }
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
    case "admin":
      return draft(
        1,
        "ok",
        say`${node} ${requestNoun(request.id, "answered")} ${client}: ${adminWords(
          facts.command.kind,
        )} is done.`,
        say`It took ${seconds(tookUs)} from request to answer.`,
      );
    default:
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
