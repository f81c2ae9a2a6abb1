import { unreachable } from "../../base/assert.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { ErrorCode, errorName } from "../../wire/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { RequestFacts, RequestOutcome, RequestRecord } from "../history.ts";

/** What was written, read or repaired, and what came of it; null for what clients need for that. */
export function answerText({ facts, node, outcome }: RequestRecord): string | null {
  const asked = askedText(facts);
  return asked === null ? null : `${asked} at ${nodeName(node)}: ${outcomeText(outcome)}`;
}

function askedText(facts: RequestFacts): string | null {
  switch (facts.kind) {
    case "produce": {
      const acks = facts.acks === -1 ? "all" : facts.acks;
      const key = partitionKey(facts.topic, facts.partition);
      return `${facts.key}=${facts.value} to ${key} with acks=${acks}`;
    }
    case "fetch":
      return `${partitionKey(facts.topic, facts.partition)} from offset ${facts.fetchOffset}`;
    case "removeNode":
      return `removal of ${nodeName(facts.node)}`;
    case "createTopics":
    case "metadata":
      return null;
    default:
      return unreachable(facts);
  }
}

function outcomeText(outcome: RequestOutcome): string {
  switch (outcome.kind) {
    case "waiting":
      return "no answer yet";
    case "sent":
      return "sent";
    case "unanswered":
      return outcome.reason === "refused" ? "nobody there" : "no answer in time";
    case "answered": {
      if (outcome.errorCode !== ErrorCode.NONE) return errorName(outcome.errorCode);
      if (outcome.baseOffset >= 0) return `offset ${outcome.baseOffset}`;
      const records = outcome.records.map(({ key, value }) => `${key}=${value}`);
      return records.length === 0 ? "done" : records.join(" ");
    }
  }
}
