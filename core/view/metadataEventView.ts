import { NO_NODE } from "../base/index.ts";
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
import type { Story, StoryPartition } from "./story.ts";
import type { RichText } from "./view.ts";

type Of<Kind extends MetadataCommand["kind"]> = Extract<MetadataCommand, { kind: Kind }>;

/** What the cluster has agreed on with a command; null for what was said when it was proposed. */
export function commandAppliedView(
  event: Extract<BrokerEvent, { kind: "commandApplied" }>,
  story: Story,
): EventDraft | null {
  const { command, index } = event;
  const entry = atStart(entryNoun(index));
  if (event.noOpReason !== null) {
    return draft(1, "warn", say`${entry} changed nothing.`, say`${asSentence(event.noOpReason)}`);
  }
  const because = say`${entry} is committed`;
  switch (command.kind) {
    case "addNode":
    case "removeNode":
    case "admitNode":
    case "registerBroker":
    case "fenceBroker":
    case "unfenceBroker":
      return nodeChanged(command, because);
    case "createTopic":
    case "deleteTopic":
    case "createPartitions":
    case "alterTopic":
      return topicChanged(command, because);
    case "setPartitionLeader":
      return leaderMoved(command, story);
    case "updateIsr":
      return isrChanged(command, story);
    case "reassignPartition":
    case "completeReassignment":
    case "reportPartitionLeader":
      return partitionChanged(command, because);
    // What it says was told when it was proposed; that it is committed was told as well.
    case "assignPartition":
    case "allocateProducerIds":
      return null;
  }
}

function nodeChanged(
  command: Of<
    "addNode" | "removeNode" | "admitNode" | "registerBroker" | "fenceBroker" | "unfenceBroker"
  >,
  because: RichText,
): EventDraft | null {
  const node = nodeNoun(command.node);
  switch (command.kind) {
    case "removeNode":
      return draft(
        2,
        "warn",
        say`${node} was removed from the cluster.`,
        say`${because}: it left every ISR, and what its disk has promised counts no more.`,
      );
    case "admitNode":
      return draft(
        1,
        "plain",
        say`${node} is let in with its new disk.`,
        say`${because}: it may copy what there is.`,
      );
    case "addNode":
      // Its first disk is nothing new.
      if (command.generation === 0) return null;
      return draft(
        1,
        "ok",
        say`${node} is a member of the cluster again.`,
        say`${because}: it may return to the ISRs once it has caught up.`,
      );
    case "registerBroker":
      return draft(
        1,
        "plain",
        say`The broker of ${node} was registered.`,
        say`${because}: its broker epoch is a new one, so what its life before said counts no more.`,
      );
    case "fenceBroker":
      return draft(
        1,
        "warn",
        say`${node} is fenced.`,
        say`${because}: its session has ended, so it leads nothing and joins no ISR.`,
      );
    case "unfenceBroker":
      return draft(
        1,
        "ok",
        say`${node} is fenced no longer.`,
        say`${because}: its heartbeats are back, so it may lead and join ISRs again.`,
      );
  }
}

function topicChanged(
  command: Of<"createTopic" | "deleteTopic" | "createPartitions" | "alterTopic">,
  because: RichText,
): EventDraft {
  const { topic } = command;
  switch (command.kind) {
    case "createTopic": {
      const partitions = count(command.partitionCount, "partition", "partitions");
      const copies = count(command.replicationFactor, "copy", "copies");
      return draft(
        2,
        "ok",
        say`Topic ${topic} was created.`,
        say`${because}: ${partitions}, ${copies} of each.`,
      );
    }
    case "deleteTopic":
      return draft(
        2,
        "warn",
        say`Topic ${topic} was deleted.`,
        say`${because}: its records are gone, and a later topic of that name is another one.`,
      );
    case "createPartitions":
      return draft(
        2,
        "ok",
        say`Topic ${topic} has ${count(command.partitionCount, "partition", "partitions")} now.`,
        say`${because}: from now on keys may fall into other partitions than before.`,
      );
    case "alterTopic":
      return draft(
        2,
        "plain",
        say`Topic ${topic} was altered: min ISR ${command.minInsyncReplicas}, ${
          command.uncleanLeaderElection ? "unclean elections may be" : "clean elections only"
        }.`,
        say`${because}: leaders go by it from now on.`,
      );
  }
}

function partitionChanged(
  command: Of<"reassignPartition" | "completeReassignment" | "reportPartitionLeader">,
  because: RichText,
): EventDraft {
  switch (command.kind) {
    case "reassignPartition":
      return draft(
        2,
        "plain",
        say`${at(command)} moves to ${nodeList(command.replicas)}.`,
        say`${because}: the replicas before keep it too until all of these are in sync.`,
      );
    case "completeReassignment":
      return draft(
        2,
        "ok",
        say`${at(command)} has moved.`,
        say`${because}: all that shall keep it are in sync, and the others are dismissed.`,
      );
    case "reportPartitionLeader":
      return draft(
        1,
        "plain",
        say`${nodeNoun(command.leader)} leads ${at(command)}, leader epoch ${command.leaderEpoch}.`,
        say`Its Raft group elected it; the epoch is the term of the group.`,
      );
  }
}

function leaderMoved(command: Of<"setPartitionLeader">, story: Story): EventDraft {
  const before = story.partitions.get(partitionName(command.topic, command.partition));
  const epoch = command.leaderEpoch + 1;
  if (command.leader === NO_NODE) {
    return draft(
      2,
      "bad",
      say`${at(command)} is offline.`,
      say`No replica of its ISR${isrOf(before)} runs; whoever of it returns first will lead.`,
    );
  }
  if (command.unclean) {
    return draft(
      2,
      "bad",
      say`${nodeNoun(command.leader)} leads ${at(command)} from outside the ISR, leader epoch ${epoch}.`,
      say`No in-sync replica runs, and the topic allows it: what only the others had is lost.`,
    );
  }
  return draft(
    2,
    "plain",
    say`${nodeNoun(command.leader)} now leads ${at(command)}, leader epoch ${epoch}.`,
    command.leader === before?.preferredLeader
      ? say`It is the first of the replicas, and in sync: leadership goes back to it.`
      : leaderMovedReason(command.leader, before?.leader ?? NO_NODE, story),
  );
}

const isrOf = (partition: StoryPartition | undefined): RichText =>
  partition === undefined ? [] : say`, ${nodeList(partition.isr)},`;

function leaderMovedReason(to: number, from: number, story: Story): RichText {
  if (from === to) {
    return say`It was restarted, has forgotten what it had proposed, and so begins a new epoch.`;
  }
  if (from === NO_NODE) return say`It is the first live member of the ISR.`;
  const takesOver = "the first live member of the ISR takes over";
  if (!story.node(from).running) return say`${nodeNoun(from)} is down; ${takesOver}.`;
  const controller = story.effectiveLeader();
  if (controller !== null && !story.canReach(controller, from)) {
    return say`The controller does not reach ${nodeNoun(from)}; ${takesOver}.`;
  }
  return say`The controller did not hear from ${nodeNoun(from)} in time; ${takesOver}.`;
}

function isrChanged(command: Of<"updateIsr">, story: Story): EventDraft {
  const before = story.partitions.get(partitionName(command.topic, command.partition))?.isr ?? [];
  const left = before.filter((node) => !command.isr.some((member) => member === node));
  const came = command.isr.filter((node) => !before.includes(node));
  const now = say`The ISR is now ${nodeList(command.isr)}.`;
  const isFenced = left.some((node) => story.node(node).isFenced);
  const reason =
    story.isrReason(command.topic, command.partition, command.isr) ??
    (isFenced ? "its session has ended, so the controller took it out" : null);
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

const at = (place: { readonly topic: string; readonly partition: number }) =>
  partitionNoun(place.topic, place.partition);
