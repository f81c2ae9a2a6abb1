import type { RequestOutcome, RequestRecord } from "../sim/index.ts";
import { errorReason } from "./errorReason.ts";
import { LastRequests } from "./lastRequests.ts";
import { adminWords } from "./requestFacts.ts";
import { count, nodeName, seconds } from "./richText.ts";
import type { ErrorName } from "./source.ts";
import { clientName, partitionName } from "./story.ts";
import type { RequestView } from "./view.ts";

const REQUESTS_MAX = 30;

/** What a person asked for, oldest first. What clients ask on their own account is routine. */
export class RequestViews {
  readonly #errorName: ErrorName;
  readonly #last = new LastRequests(REQUESTS_MAX, interestOf);
  /** A record is replaced when it changes, so the same record has the same view. */
  readonly #known = new WeakMap<RequestRecord, RequestView>();

  constructor(errorName: ErrorName) {
    this.#errorName = errorName;
  }

  of(requests: readonly RequestRecord[]): readonly RequestView[] {
    return this.#last.of(requests).map((request) => this.view(request));
  }

  view(request: RequestRecord): RequestView {
    const known = this.#known.get(request);
    if (known !== undefined) return known;
    const view = requestView(request, this.#errorName);
    this.#known.set(request, view);
    return view;
  }
}

function interestOf({ id, operation, facts }: RequestRecord): string | null {
  if (operation === 0 || facts.kind === "metadata") return null;
  // A client asks on until there is a controller; only its last attempt says anything.
  return facts.kind === "createTopics" ? `operation ${operation}` : `request ${id}`;
}

function requestView(request: RequestRecord, errorName: ErrorName): RequestView {
  const { facts, outcome } = request;
  const code = outcome.kind === "answered" ? outcome.errorCode : 0;
  const hint = outcome.kind === "answered" ? outcome.leaderHint : 0;
  const acks = facts.kind === "produce" ? ACKS[facts.acks] : null;
  return {
    id: request.id,
    kind: facts.kind,
    client: clientName(request.client),
    to: nodeName(request.node),
    target: targetOf(facts),
    acks,
    sentAtUs: request.sentAtUs,
    answeredAtUs: outcome.kind === "sent" ? null : request.endedAtUs,
    state: stateOf(outcome),
    errorName: code === 0 ? null : errorName(code),
    errorCode: code,
    text: textOf(request, errorName),
    leaderHint: hint === 0 ? null : nodeName(hint),
    records:
      outcome.kind === "answered"
        ? outcome.records.map((record) => ({ ...record, durable: true }))
        : [],
  };
}

const ACKS = { 0: "0", 1: "1", [-1]: "all" } as const;

function targetOf(facts: RequestRecord["facts"]): string {
  switch (facts.kind) {
    case "produce":
    case "fetch":
      return partitionName(facts.topic, facts.partition);
    case "createTopics":
      return facts.topic;
    case "admin":
      return adminTarget(facts.command);
    case "group":
      return facts.group;
    case "metadata":
    case "initProducerId":
    case "listOffsets":
      return "";
  }
}

type AdminCommand = Extract<RequestRecord["facts"], { kind: "admin" }>["command"];

/** "remove node n3", "delete topic users". */
export function adminTarget(command: AdminCommand): string {
  const words = adminWords(command.kind);
  if ("node" in command) return `${words} ${nodeName(command.node)}`;
  if (!("topic" in command) || command.topic === null) return words;
  return "partition" in command
    ? `${words} ${partitionName(command.topic, command.partition)}`
    : `${words} ${command.topic}`;
}

function stateOf(outcome: RequestOutcome): RequestView["state"] {
  switch (outcome.kind) {
    case "waiting":
      return "waiting";
    case "sent":
      return "ok";
    case "unanswered":
      return "unanswered";
    case "answered":
      return outcome.errorCode === 0 ? "ok" : "error";
  }
}

function textOf(request: RequestRecord, errorName: ErrorName): string {
  const { facts, outcome } = request;
  switch (outcome.kind) {
    case "waiting":
      return "no answer yet";
    case "sent":
      return "sent; acks=0 asks for no answer";
    case "unanswered":
      return unansweredText(request, outcome.reason);
    case "answered":
      return outcome.errorCode === 0
        ? answerText(facts, outcome)
        : errorText(request, outcome, errorName);
  }
}

type Outcome<Kind extends RequestOutcome["kind"]> = Extract<RequestOutcome, { kind: Kind }>;

function unansweredText(
  { node, sentAtUs, endedAtUs }: RequestRecord,
  reason: Outcome<"unanswered">["reason"],
): string {
  switch (reason) {
    case "refused":
      return `${nodeName(node)} is down`;
    case "closed":
      return "the connection was closed";
    case "timedOut":
      return `no answer in ${seconds((endedAtUs ?? sentAtUs) - sentAtUs)}`;
  }
}

function answerText(facts: RequestRecord["facts"], outcome: Outcome<"answered">): string {
  switch (facts.kind) {
    case "produce":
      return `offset ${outcome.baseOffset}`;
    case "fetch":
      return outcome.records.length === 0
        ? "no records"
        : count(outcome.records.length, "record", "records");
    case "createTopics":
      return "created";
    case "admin":
      return adminAnswerText(outcome.result);
    default:
      return "";
  }
}

/** In a word: the console shows all of it. */
function adminAnswerText(result: Outcome<"answered">["result"]): string {
  if (result === null) return "";
  const [fact] = result.facts;
  if (result.rows.length > 0 || fact === undefined) {
    return count(result.rows.length, "row", "rows");
  }
  return `${fact.name} ${fact.value}`;
}

/** For an error what helps: who to ask instead, if the answer said so. */
function errorText(
  request: RequestRecord,
  outcome: Outcome<"answered">,
  errorName: ErrorName,
): string {
  const { facts, node } = request;
  const name = errorName(outcome.errorCode);
  const isElsewhere = outcome.leaderHint !== 0 && outcome.leaderHint !== node;
  const leader = nodeName(outcome.leaderHint);
  if (isElsewhere && name === "NOT_CONTROLLER") return `${leader} is the controller`;
  if (isElsewhere && name === "NOT_LEADER_OR_FOLLOWER") return `${leader} leads ${targetOf(facts)}`;
  return outcome.errorMessage ?? errorReason(name);
}
