import { NO_NODE } from "../base/index.ts";
import type { NodeId } from "../base/index.ts";
import type { BrokerEvent } from "../broker/event.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { commandAppliedView } from "./metadataEventView.ts";
import { asSentence, count, nodeList, nodeNoun, partitionNoun, say } from "./richText.ts";
import { partitionName } from "./story.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

/** Topics, partitions, replicas, and what clients have them do. */
export function kafkaEventView(node: NodeId, event: BrokerEvent, story: Story): EventDraft | null {
  switch (event.kind) {
    case "commandApplied":
      // Every node applies every command; the first of them is the news.
      return event.index > story.appliedIndex ? commandAppliedView(event, story) : null;
    case "isrProposed":
      return draft(
        1,
        "plain",
        say`${nodeNoun(node)} asked for a new ISR of ${at(event)}: ${nodeList(event.isr)}.`,
        say`${asSentence(event.reason)}`,
      );
    case "brokerSessionEnded":
      return sessionEnded(node, event.broker, story);
    case "recordsAppended":
      return event.asLeader && isNews(story) ? recordsAppended(node, event) : null;
    case "highWatermarkAdvanced":
      if (!event.asLeader || !isNews(story)) return null;
      return draft(
        1,
        "plain",
        say`The high watermark of ${at(event)} moved to ${event.to}.`,
        say`Every in-sync replica has the records below it on disk; consumers may read them.`,
      );
    case "replicaTruncated": {
      const cut = offsets(event.toOffset, event.fromOffset - 1);
      return draft(
        2,
        "warn",
        say`${nodeNoun(node)} cut ${cut} of ${at(event)}.`,
        event.committedCount > 0
          ? say`Its leader came from outside the ISR: ${event.committedCount} of them were readable, and are lost.`
          : say`Its leader does not have them; they never were on every in-sync replica.`,
      );
    }
    case "produceDecided":
      return event.errorCode === 0 || !isNews(story) ? null : produceRefused(node, event);
    case "produceWaiting":
      return isNews(story) ? produceWaiting(node, event, story) : null;
    case "produceAnswered":
      return event.errorCode === 0 && isNews(story)
        ? produceAcknowledged(node, event, story)
        : null;
    case "duplicateFound":
      return draft(
        2,
        "ok",
        say`${nodeNoun(node)} has that batch of ${at(event)} already, at offset ${event.baseOffset}.`,
        say`Producer ${event.producerId} is idempotent: its sequence number tells a retry, which is answered and not stored again.`,
      );
    case "produceForwarded":
      return draft(
        1,
        "plain",
        say`${nodeNoun(node)} passed a record for ${at(event)} on to ${nodeNoun(event.to)}.`,
        say`It does not lead the partition, and forwarding is switched on.`,
      );
    case "clientDropped":
      return draft(
        2,
        "warn",
        say`${nodeNoun(node)} closed the connection of a client.`,
        say`${asSentence(event.reason)}`,
      );
    default:
      return null;
  }
}

/** While programs send, records come and go all the time; what a person sent is told as well. */
const isNews = ({ producers }: Story): boolean => producers.size === 0;

type Of<Kind extends BrokerEvent["kind"]> = Extract<BrokerEvent, { kind: Kind }>;

const at = (place: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(place.topic, place.partition);

/** A controller that is cut off takes everybody for gone, and nobody hears of that. */
function sessionEnded(controller: NodeId, broker: NodeId, story: Story): EventDraft {
  if (!story.reachesMajority(controller)) {
    return draft(
      1,
      "plain",
      say`${nodeNoun(controller)} takes ${nodeNoun(broker)} for gone.`,
      say`It is cut off itself, so what it concludes from silence is never committed.`,
    );
  }
  return draft(
    2,
    "warn",
    say`${nodeNoun(broker)} counts as gone.`,
    say`The controller ${nodeNoun(controller)} has had no heartbeat from it for a whole session.`,
  );
}

function recordsAppended(node: NodeId, event: Of<"recordsAppended">): EventDraft {
  const number = event.lastOffset - event.baseOffset + 1;
  return draft(
    1,
    "plain",
    say`${nodeNoun(node)} appended ${count(number, "record", "records")} to ${at(event)}.`,
    say`It leads the partition and gave ${number === 1 ? "it" : "them"} ${offsets(
      event.baseOffset,
      event.lastOffset,
    )}.`,
  );
}

function produceRefused(node: NodeId, event: Of<"produceDecided">): EventDraft {
  const decided = event.steps.at(-1);
  const looked = decided === undefined ? "It asked nobody" : LOOKED[decided.source];
  const found =
    decided?.leader == null
      ? say`${looked}; that knows no such partition.`
      : decided.leader === NO_NODE
        ? say`${looked}; nobody leads ${at(event)} now.`
        : say`${looked}: ${nodeNoun(decided.leader)} leads ${at(event)}.`;
  return draft(1, "warn", say`${nodeNoun(node)} refused a record for ${at(event)}.`, found);
}

const LOOKED = {
  raftGroup: "It asked the partition's Raft group",
  metadata: "It looked into the replicated metadata",
  standalone: "It looked into its own metadata",
} as const;

function produceWaiting(node: NodeId, event: Of<"produceWaiting">, story: Story): EventDraft {
  if (event.acks === 1) {
    return draft(
      1,
      "plain",
      say`${nodeNoun(node)} waits for its own disk before it answers.`,
      say`acks=1: the leader alone must have the record of ${at(event)} on disk.`,
    );
  }
  const followers = followersOf(node, event, story);
  // While it lasts, the sentence is about who is still waited for, which no event says.
  return draft(
    1,
    "plain",
    followers.length === 0
      ? say`${nodeNoun(node)} waits for its own disk before it answers.`
      : say`${nodeNoun(node)} waits for ${nodeList(followers)} before it answers.`,
    say`acks=all: every in-sync replica must have offset ${event.lastOffset} of ${at(
      event,
    )} on disk.`,
  );
}

function produceAcknowledged(node: NodeId, event: Of<"produceAnswered">, story: Story): EventDraft {
  const isr = story.partitions.get(partitionName(event.topic, event.partition))?.isr ?? [];
  return draft(
    2,
    "ok",
    say`${nodeNoun(node)} acknowledged offset ${event.baseOffset} of ${at(event)}.`,
    story.acksOf(event.topic, event.partition, event.baseOffset) === 1
      ? say`acks=1: it is on the disk of ${nodeNoun(node)}, which leads the partition.`
      : say`acks=all: every in-sync replica has it on disk, ${nodeList(isr)}.`,
  );
}

function followersOf(
  leader: NodeId,
  place: { readonly topic: string; readonly partition: number },
  story: Story,
): number[] {
  const isr = story.partitions.get(partitionName(place.topic, place.partition))?.isr ?? [];
  return isr.filter((member) => member !== leader);
}

function offsets(from: number, to: number): RichText {
  return from === to ? say`offset ${from}` : say`offsets ${from} to ${to}`;
}
