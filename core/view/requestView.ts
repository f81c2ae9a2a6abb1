import type { RequestOutcome, RequestRecord } from "../sim/index.ts";
import { errorReason } from "./errorReason.ts";
import { count, nodeName, seconds } from "./richText.ts";
import type { ErrorName } from "./source.ts";
import { partitionName } from "./story.ts";
import type { RequestView } from "./view.ts";

const REQUESTS_MAX = 30;

/** What clients asked for, oldest first. Their own questions for metadata are routine. */
export class RequestViews {
  readonly #errorName: ErrorName;
  /** A record is replaced when it changes, so the same record has the same view. */
  readonly #known = new WeakMap<RequestRecord, RequestView>();

  constructor(errorName: ErrorName) {
    this.#errorName = errorName;
  }

  of(requests: readonly RequestRecord[]): readonly RequestView[] {
    const views: RequestView[] = [];
    const created = new Set<number>();
    for (let at = requests.length - 1; at >= 0 && views.length < REQUESTS_MAX; at--) {
      const request = requests[at]!;
      if (request.facts.kind === "metadata") continue;
      if (request.facts.kind === "createTopics") {
        // A client asks on until there is a controller; only its last attempt says anything.
        if (created.has(request.operation)) continue;
        created.add(request.operation);
      }
      views.push(this.#view(request));
    }
    return views.reverse();
  }

  #view(request: RequestRecord): RequestView {
    const known = this.#known.get(request);
    if (known !== undefined) return known;
    const view = requestView(request, this.#errorName);
    this.#known.set(request, view);
    return view;
  }
}

function requestView(request: RequestRecord, errorName: ErrorName): RequestView {
  const { facts, outcome } = request;
  const code = outcome.kind === "answered" ? outcome.errorCode : 0;
  const hint = outcome.kind === "answered" ? outcome.leaderHint : 0;
  const acks = facts.kind === "produce" ? ACKS[facts.acks] : null;
  return {
    id: request.id,
    kind: facts.kind,
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
    case "removeNode":
      return nodeName(facts.node);
    case "metadata":
      return "";
  }
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
  const { facts, outcome, node } = request;
  switch (outcome.kind) {
    case "waiting":
      return "no answer yet";
    case "sent":
      return "sent; acks=0 asks for no answer";
    case "unanswered": {
      const waitedUs = (request.endedAtUs ?? request.sentAtUs) - request.sentAtUs;
      return outcome.reason === "refused"
        ? `${nodeName(node)} is down`
        : `no answer in ${seconds(waitedUs)}`;
    }
    case "answered":
      return outcome.errorCode === 0
        ? answerText(facts, outcome)
        : errorText(request, outcome, errorName);
  }
}

type Answered = Extract<RequestOutcome, { kind: "answered" }>;

function answerText(facts: RequestRecord["facts"], outcome: Answered): string {
  switch (facts.kind) {
    case "produce":
      return `offset ${outcome.baseOffset}`;
    case "fetch":
      return outcome.records.length === 0
        ? "no records"
        : count(outcome.records.length, "record", "records");
    case "createTopics":
      return "created";
    case "removeNode":
      return "removed";
    case "metadata":
      return "";
  }
}

/** For an error what helps: who to ask instead, if the answer said so. */
function errorText(request: RequestRecord, outcome: Answered, errorName: ErrorName): string {
  const { facts, node } = request;
  const name = errorName(outcome.errorCode);
  const isElsewhere = outcome.leaderHint !== 0 && outcome.leaderHint !== node;
  const leader = nodeName(outcome.leaderHint);
  if (isElsewhere && name === "NOT_CONTROLLER") return `${leader} is the controller`;
  if (isElsewhere && name === "NOT_LEADER_OR_FOLLOWER") return `${leader} leads ${targetOf(facts)}`;
  return errorReason(name);
}
