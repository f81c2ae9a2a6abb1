import type { NodeId } from "../../base/ids.ts";
import { NO_NODE } from "../../base/ids.ts";
import type { BrokerEvent } from "../../broker/event.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import { errorName } from "../../wire/index.ts";
import { nodeName } from "../checkers/checker.ts";
import type { WorldEvent } from "../worldEvent.ts";
import { names } from "./eventText.ts";
import { rangeOf } from "./logText.ts";
import { messageText } from "./messageText.ts";

type Event = WorldEvent["event"];
type EventOf<Kind extends BrokerEvent["kind"]> = Extract<BrokerEvent, { kind: Kind }>;

/** What an event of messages, partitions and groups says, for stories that ask for its kind by name. */
export function brokerEventText({ event }: WorldEvent): string | null {
  if (event.kind === "messageLost") return `${messageText(event.flight)}: ${LOSSES[event.reason]}`;
  return leadershipText(event) ?? replicaText(event) ?? requestText(event) ?? groupText(event);
}

const LOSSES = {
  cut: "lost at a cut",
  loss: "lost by its link",
  nodeDown: "comes to a dead node",
  dropped: "dropped",
} as const;

function leadershipText(event: Event): string | null {
  switch (event.kind) {
    case "brokerSessionEnded":
      return `has heard nothing of ${nodeName(event.broker)} for too long: its session ends`;
    case "leaderProposed":
      return proposedLeaderText(event);
    case "partitionLeaderChanged":
      return `${keyOf(event)}: ${leaderText(event.to)} in epoch ${event.leaderEpoch}${beforeText(event.from)}`;
    case "isrProposed":
      return `${keyOf(event)}: proposes the ISR ${names(event.isr)}: ${event.reason}`;
    case "isrChanged":
      return `${keyOf(event)}: the ISR is ${names(event.to)}`;
    case "commandApplied":
      return event.noOpReason === null
        ? `applies ${event.command.kind}`
        : `applies ${event.command.kind}, which changes nothing: ${event.noOpReason}`;
    default:
      return null;
  }
}

function proposedLeaderText(event: EventOf<"leaderProposed">): string {
  const { leader, unclean, cause } = event;
  const what = leader === NO_NODE ? "proposes no leader" : `proposes ${nodeName(leader)} as leader`;
  const why = cause === "preferred" ? ", its first replica" : "";
  return `${keyOf(event)}: ${what}${why}${unclean ? ", from outside the ISR" : ""}`;
}

function replicaText(event: Event): string | null {
  switch (event.kind) {
    case "recordsAppended": {
      const { baseOffset, lastOffset, asLeader } = event;
      return `${keyOf(event)}: appends offset ${rangeOf(baseOffset, lastOffset)} as ${roleText(asLeader)}`;
    }
    case "highWatermarkAdvanced":
      return `${keyOf(event)}: high watermark ${event.from} -> ${event.to} as ${roleText(event.asLeader)}`;
    case "batchesFlushed":
      return `${keyOf(event)}: offset ${rangeOf(event.fromOffset, event.toOffset - 1)} is in ${event.file}`;
    case "replicaRemoved":
      return `${keyOf(event)}: removes its replica`;
    default:
      return null;
  }
}

function requestText(event: Event): string | null {
  switch (event.kind) {
    case "produceDecided":
      return `${keyOf(event)}: a produce request: ${errorName(event.errorCode)}`;
    case "duplicateFound": {
      const { producerId, baseOffset } = event;
      return `${keyOf(event)}: has this batch of producer ${producerId} already, at offset ${baseOffset}`;
    }
    case "fetchRefused":
      return `${keyOf(event)}: refuses a consumer's fetch: ${errorName(event.errorCode)}`;
    case "produceForwarded":
      return `${keyOf(event)}: passes a produce request on to ${nodeName(event.to)}`;
    default:
      return null;
  }
}

function groupText(event: Event): string | null {
  switch (event.kind) {
    case "groupRebalanceBegan":
      return `${event.groupId}: all members are to join again: ${event.reason}`;
    case "groupGenerationFormed":
      return `${event.groupId}: generation ${event.generation} has ${event.memberIds.length} members`;
    case "groupAssigned":
      return `${event.groupId}: generation ${event.generation} has its assignment`;
    case "groupEmptied":
      return `${event.groupId}: nobody is left`;
    default:
      return null;
  }
}

function keyOf({
  topic,
  partition,
}: {
  readonly topic: string;
  readonly partition: number;
}): string {
  return partitionKey(topic, partition);
}

const leaderText = (leader: NodeId): string =>
  leader === NO_NODE ? "nobody leads" : `${nodeName(leader)} leads`;

const beforeText = (leader: NodeId): string =>
  leader === NO_NODE ? "" : `, no longer ${nodeName(leader)}`;

const roleText = (asLeader: boolean): string => (asLeader ? "leader" : "follower");
