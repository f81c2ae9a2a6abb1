import type { NodeId } from "../base/ids.ts";
import type { BrokerEvent } from "../broker/event.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import {
  asSentence,
  atStart,
  count,
  entryNoun,
  nodeList,
  nodeNoun,
  partitionNoun,
  say,
} from "./richText.ts";
import { partitionName } from "./story.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

/** Topics, partitions, replicas, and what clients have them do. */
export function kafkaEventView(node: NodeId, event: BrokerEvent, story: Story): EventDraft | null {
  switch (event.kind) {
    case "commandApplied":
      // Every node applies every command; the first of them is the news.
      return event.index > story.appliedIndex ? applied(event, story) : null;
    case "isrProposed":
      return draft(
        1,
        "plain",
        say`${nodeNoun(node)} asked for a new ISR of ${at(event)}: ${nodeList(event.isr)}.`,
        say`${asSentence(event.reason)}`,
      );
    case "brokerSessionEnded":
      return draft(
        2,
        "warn",
        say`${nodeNoun(event.broker)} counts as gone.`,
        say`The controller ${nodeNoun(node)} has had no heartbeat from it for a whole session.`,
      );
    case "recordsAppended":
      return event.asLeader ? recordsAppended(node, event) : null;
    case "highWatermarkAdvanced":
      if (!event.asLeader) return null;
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
        say`Its leader does not have them; they never were on every in-sync replica.`,
      );
    }
    case "produceDecided":
      return event.errorCode === 0 ? null : produceRefused(node, event);
    case "produceWaiting":
      return produceWaiting(node, event, story);
    case "produceAnswered":
      return event.errorCode === 0 ? produceAcknowledged(node, event, story) : null;
    default:
      return null;
  }
}

type Of<Kind extends BrokerEvent["kind"]> = Extract<BrokerEvent, { kind: Kind }>;

const at = (place: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(place.topic, place.partition);

function applied(event: Of<"commandApplied">, story: Story): EventDraft | null {
  const { command, index } = event;
  const because = say`${atStart(entryNoun(index))} is committed`;
  if (event.noOpReason !== null) {
    return draft(
      1,
      "warn",
      say`${atStart(entryNoun(index))} changed nothing.`,
      say`${asSentence(event.noOpReason)}`,
    );
  }
  switch (command.kind) {
    case "createTopic":
      return draft(
        2,
        "ok",
        say`Topic ${command.topic} was created.`,
        say`${because}: ${count(command.partitionCount, "partition", "partitions")}, ${count(
          command.replicationFactor,
          "copy",
          "copies",
        )} of each.`,
      );
    case "setPartitionLeader":
      return leaderMoved(command, story);
    case "updateIsr":
      return isrChanged(command, story);
    case "removeNode":
      return draft(
        2,
        "warn",
        say`${nodeNoun(command.node)} was removed from the cluster.`,
        say`${because}: it left every ISR, and what its disk has promised counts no more.`,
      );
    case "admitNode":
      return draft(
        1,
        "plain",
        say`${nodeNoun(command.node)} is let in with its new disk.`,
        say`${because}: it may copy what there is.`,
      );
    case "addNode":
      // Its first disk is nothing new.
      if (command.generation === 0) return null;
      return draft(
        1,
        "ok",
        say`${nodeNoun(command.node)} is a member of the cluster again.`,
        say`${because}: it may return to the ISRs once it has caught up.`,
      );
    // What it says was told when it was proposed; that it is committed was told as well.
    case "assignPartition":
      return null;
  }
}

function leaderMoved(
  command: Extract<MetadataCommand, { kind: "setPartitionLeader" }>,
  story: Story,
): EventDraft {
  const before = story.partitions.get(partitionName(command.topic, command.partition));
  const epoch = command.leaderEpoch + 1;
  return draft(
    2,
    "plain",
    say`${nodeNoun(command.leader)} now leads ${at(command)}, leader epoch ${epoch}.`,
    leaderMovedReason(command.leader, before?.leader ?? 0, story),
  );
}

function leaderMovedReason(to: number, from: number, story: Story): RichText {
  if (from === to) {
    return say`It was restarted, has forgotten what it had proposed, and so begins a new epoch.`;
  }
  if (from === 0) return say`It is the first live member of the ISR.`;
  const takesOver = "the first live member of the ISR takes over";
  if (!story.node(from).running) return say`${nodeNoun(from)} is down; ${takesOver}.`;
  const controller = story.effectiveLeader();
  if (controller !== null && !story.canReach(controller, from)) {
    return say`The controller does not reach ${nodeNoun(from)}; ${takesOver}.`;
  }
  return say`The controller did not hear from ${nodeNoun(from)} in time; ${takesOver}.`;
}

function isrChanged(
  command: Extract<MetadataCommand, { kind: "updateIsr" }>,
  story: Story,
): EventDraft {
  const before = story.partitions.get(partitionName(command.topic, command.partition))?.isr ?? [];
  const left = before.filter((node) => !command.isr.some((member) => member === node));
  const came = command.isr.filter((node) => !before.includes(node));
  const now = say`The ISR is now ${nodeList(command.isr)}.`;
  const reason = story.isrReason(command.topic, command.partition, command.isr);
  if (left.length > 0) {
    return draft(
      2,
      "warn",
      say`${nodeList(left)} left the ISR of ${at(command)}.`,
      say`${asSentence(reason ?? "it had not caught up for too long")} ${now}`,
    );
  }
  return draft(
    2,
    "ok",
    say`${nodeList(came)} joined the ISR of ${at(command)}.`,
    say`${asSentence(reason ?? "it has caught up with the leader")} ${now}`,
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
  const looked = {
    raftGroup: "It asked the partition's Raft group",
    metadata: "It looked into the replicated metadata",
    standalone: "It looked into its own metadata",
  }[event.source];
  const found =
    event.leader === 0
      ? say`${looked}; that knows no leader.`
      : say`${looked}: ${nodeNoun(event.leader)} leads ${at(event)}.`;
  return draft(1, "warn", say`${nodeNoun(node)} refused a record for ${at(event)}.`, found);
}

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
