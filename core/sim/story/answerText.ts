import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { adminText } from "../../broker/admin/index.ts";
import { ErrorCode, errorName } from "../../wire/index.ts";
import type { AdminResult } from "../../wire/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { RequestFacts, RequestOutcome, RequestRecord } from "../history.ts";

const UNANSWERED = {
  refused: "nobody there",
  timedOut: "no answer in time",
  closed: "the connection was closed",
} as const;

/**
 * What was asked, and what came of it. Null for a kind that is not one of `only`; without these, for
 * what clients need for that which they are told to do.
 */
export function answerText(
  { client, facts, node, outcome }: RequestRecord,
  only: readonly string[] = USUAL,
): string | null {
  if (!only.includes(facts.kind)) return null;
  const who = client === PERSON ? "" : `c${client}: `;
  const result = outcome.kind === "answered" ? tableText(outcome.result) : "";
  return `${who}${askedText(facts)} at ${nodeName(node)}: ${outcomeText(outcome)}${result}`;
}

const USUAL = ["produce", "fetch", "admin"];

/** The client that does what a story tells it, one thing at a time. */
const PERSON = 1;

function askedText(facts: RequestFacts): string {
  switch (facts.kind) {
    case "produce": {
      const acks = facts.acks === -1 ? "all" : facts.acks;
      const key = partitionKey(facts.topic, facts.partition);
      return `${recordsText(facts)} to ${key} with acks=${acks}`;
    }
    case "fetch":
      return `${partitionKey(facts.topic, facts.partition)} from offset ${facts.fetchOffset}`;
    case "admin":
      return facts.command.kind === "removeNode"
        ? `removal of ${nodeName(facts.command.node)}`
        : facts.command.kind;
    case "createTopics": {
      const { topic, partitionCount, replicationFactor } = facts;
      return `topic ${topic} of ${partitionCount} x ${replicationFactor}`;
    }
    case "group":
      return `${facts.api} for ${facts.group}`;
    default:
      return facts.kind;
  }
}

/** What an admin command has brought, below the line that tells of it. */
function tableText(result: AdminResult | null): string {
  if (result === null || result.columns.length === 0) return "";
  const lines = adminText(result).split("\n");
  return lines.map((line) => (line === "" ? "" : `\n    ${line}`)).join("");
}

/** "a=1" of a person's record; of a generated batch its first record and how many there are. */
function recordsText({ key, value, recordCount }: Extract<RequestFacts, { kind: "produce" }>) {
  if (!/^c\d+-\d+$/.test(value)) return `${key ?? ""}=${value}`;
  return recordCount === 1 ? value : `${recordCount} records from ${value}`;
}

function outcomeText(outcome: RequestOutcome): string {
  switch (outcome.kind) {
    case "waiting":
      return "no answer yet";
    case "sent":
      return "sent";
    case "unanswered":
      return UNANSWERED[outcome.reason];
    case "answered": {
      if (outcome.errorCode !== ErrorCode.NONE) {
        const { errorMessage } = outcome;
        return `${errorName(outcome.errorCode)}${errorMessage === null ? "" : ` (${errorMessage})`}`;
      }
      if (outcome.baseOffset >= 0) return `offset ${outcome.baseOffset}`;
      const records = outcome.records.map(({ key, value }) => `${key}=${value}`);
      return records.length === 0 ? "done" : records.join(" ");
    }
  }
}
