import type { NodeId } from "../base/index.ts";
import type { GroupEvent } from "../broker/groups/groupEvent.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { count, nodeNoun, partitionNoun, say } from "./richText.ts";

/** What happened to consumer groups; null for what is no group's, and for what is routine. */
export function groupEventView(
  node: NodeId,
  event: { kind: string } | GroupEvent,
): EventDraft | null {
  if (!isGroupEvent(event)) return null;
  switch (event.kind) {
    case "groupRebalanceBegan":
      return draft(
        2,
        "plain",
        say`Group ${event.groupId} shares its partitions anew.`,
        say`${REASONS[event.reason]}; ${nodeNoun(node)} coordinates it and waits for all to join again.`,
      );
    case "groupGenerationFormed":
      return draft(
        1,
        "plain",
        say`Group ${event.groupId} is in generation ${event.generation}.`,
        say`${count(event.memberIds.length, "member has", "members have")} joined; ${
          event.leader
        } leads and assigns.`,
      );
    case "groupAssigned":
      return draft(
        2,
        "ok",
        say`Group ${event.groupId} has shared its partitions.`,
        say`The assignment of generation ${event.generation} is replicated, and the members have it.`,
      );
    case "groupEmptied":
      return draft(
        1,
        "plain",
        say`Group ${event.groupId} has no members any more.`,
        say`What it has committed stays.`,
      );
    case "groupsLoaded":
      return event.groupCount === 0
        ? null
        : draft(
            1,
            "plain",
            say`${nodeNoun(node)} coordinates ${count(event.groupCount, "group", "groups")} now.`,
            say`It leads ${partitionNoun("__consumer_offsets", event.partition)} and has read what they have committed.`,
          );
    // Commits come every second or so, and a new coordinator says more than the old one.
    case "offsetsCommitted":
    case "groupsUnloaded":
      return null;
  }
}

const isGroupEvent = (event: { kind: string }): event is GroupEvent =>
  /^(group|offsetsCommitted)/.test(event.kind);

const REASONS = {
  memberJoined: "A consumer joined",
  memberRejoined: "A consumer joined again",
  memberLeft: "A consumer left",
  sessionEnded: "A consumer was silent for too long",
  assignmentNotFetched: "A consumer did not ask for its share",
  assignmentNotStored: "The assignment could not be replicated",
} as const;
