import { NO_NODE } from "../base/index.ts";
import type { NodeId } from "../base/index.ts";
import type { BrokerEvent } from "../broker/event.ts";
import type { LookupStepView, LookupView } from "./brokerPart.ts";
import { errorReason } from "./errorReason.ts";
import { nodeName } from "./richText.ts";
import type { ErrorName } from "./source.ts";
import { partitionName } from "./story.ts";

/** A broker was asked to append records, or refused some, and has looked up who leads. */
export interface Lookup {
  readonly id: number;
  readonly atUs: number;
  readonly node: NodeId;
  readonly event: Decided;
}
type Decided = Extract<BrokerEvent, { kind: "produceDecided" | "fetchRefused" }>;
type Source = LookupStepView["source"];

/** The three places that may know a leader, in the order in which they are asked. */
export function lookupView({ id, atUs, node, event }: Lookup, errorName: ErrorName): LookupView {
  const partition = partitionName(event.topic, event.partition);
  const name = event.errorCode === 0 ? null : errorName(event.errorCode);
  return {
    id,
    atUs,
    node: nodeName(node),
    partition,
    errorName: name,
    errorCode: event.errorCode,
    steps: IN_ORDER.map((source) => stepView(source, event)),
    outcome: outcomeOf(node, event, name),
  };
}

const IN_ORDER: readonly Source[] = ["raftGroup", "metadata", "standalone"];

const UNKNOWN: Readonly<Record<Source, string>> = {
  raftGroup: "the partition has none on this node",
  metadata: "it knows no such partition",
  standalone: "this node has none: it belongs to a cluster",
};

function stepView(source: Source, { steps }: Decided): LookupStepView {
  const step = steps.find((one) => one.source === source);
  if (step === undefined) return { source, state: "notAsked", text: "not asked any more" };
  if (step.leader === null) return { source, state: "knewNothing", text: UNKNOWN[source] };
  const text = step.leader === NO_NODE ? "nobody leads now" : `${nodeName(step.leader)} leads`;
  return { source, state: "decided", text };
}

function outcomeOf(node: NodeId, { steps }: Decided, errorName: string | null): string {
  const leader = steps.at(-1)?.leader ?? NO_NODE;
  if (errorName === null) {
    return leader === node
      ? `${nodeName(node)} leads: it may append`
      : `passed on to ${nodeName(leader)}, which leads`;
  }
  if (errorName === "NOT_LEADER_OR_FOLLOWER" && leader !== NO_NODE && leader !== node) {
    return `refused: ${nodeName(node)} does not lead, ${nodeName(leader)} should be asked`;
  }
  return `refused: ${errorReason(errorName)}`;
}
