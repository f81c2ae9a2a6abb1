import type { NodeId } from "../base/ids.ts";
import type { WorldEvent } from "../sim/worldEvent.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { asSentence, count, entryNoun, nodeList, nodeNoun, say } from "./richText.ts";
import type { Story } from "./story.ts";

type Told = WorldEvent["event"];
type Of<Kind> = Extract<Told, { kind: Kind }>;

/** What disks do and lose, snapshots, and who belongs to the cluster. */
export function diskEventView(node: NodeId, event: Told, story: Story): EventDraft | null {
  const n = nodeNoun(node);
  switch (event.kind) {
    case "bitFlipped":
      return draft(
        2,
        "bad",
        say`A bit on the disk of ${n} has flipped.`,
        say`Byte ${event.byte} of ${shortName(event.file)}. Nobody is told: ${n} reads its log when it starts.`,
      );
    case "writeTorn":
      return draft(
        2,
        "bad",
        say`The last write of ${n} is torn.`,
        say`Of what was on its way, ${bytes(event.keptBytes)} reached the disk and ${event.lostBytes} did not.`,
      );
    case "syncFailed":
      return draft(
        2,
        "bad",
        say`An fsync of ${n} failed.`,
        say`What it should have saved is gone, and a second fsync that works would prove nothing.`,
      );
    case "syncLied":
      return draft(
        2,
        "bad",
        say`The disk of ${n} has lied.`,
        say`It said that an fsync was done and has saved nothing; ${n} cannot know.`,
      );
    case "diskWiped":
      return draft(
        2,
        "warn",
        say`The disk of ${n} was wiped.`,
        say`The cluster does without it now; it starts again with nothing and asks to be let in.`,
      );
    case "damageFound":
      return draft(2, "bad", say`${n} found its log damaged.`, say`${asSentence(event.sentence)}`);
    case "diskFull":
      return draft(
        2,
        "warn",
        say`The disk of ${n} is full.`,
        say`It refuses new records and tries again until there is room.`,
      );
    case "diskSpaceReturned":
      return draft(
        2,
        "ok",
        say`${n} writes again.`,
        say`There is room on its disk, and what had waited goes out first.`,
      );
    default:
      return logFileEvent(node, event, story) ?? memberEvent(node, event, story);
  }
}

/** Segments and snapshots. */
function logFileEvent(node: NodeId, event: Told, story: Story): EventDraft | null {
  const n = nodeNoun(node);
  switch (event.kind) {
    case "segmentStarted":
      return draft(
        1,
        "plain",
        say`${n} began segment ${event.segment} of its log.`,
        say`The one before it is closed: it has reached its size, or is no longer needed.`,
      );
    case "segmentsRemoved":
      return draft(
        1,
        "plain",
        say`${n} removed ${segments(event)} of its log.`,
        say`A snapshot holds what they held, and nobody needs them any more.`,
      );
    case "snapshotTaken":
      return draft(
        story.asksForSnapshot(node) ? 2 : 1,
        "ok",
        say`${n} has taken a snapshot up to ${entryNoun(event.index)}.`,
        say`It is durable, ${bytes(event.sizeBytes)}; the entries that it covers may leave the log.`,
      );
    case "snapshotSent":
      return draft(
        1,
        "plain",
        say`${n} sent ${nodeNoun(event.to)} a snapshot up to ${entryNoun(event.index)}.`,
        say`The entries that ${nodeNoun(event.to)} lacks have left the log of ${n}.`,
      );
    case "snapshotSendFailed":
      return draft(
        1,
        "warn",
        say`A snapshot of ${n} did not reach ${nodeNoun(event.to)}.`,
        say`It is sent again once ${nodeNoun(event.to)} is heard from.`,
      );
    case "snapshotInstalled":
      return draft(
        2,
        "ok",
        say`${n} installed a snapshot of ${nodeNoun(event.from)}, up to ${entryNoun(event.index)}.`,
        say`It takes the place of its log, which had fallen too far behind.`,
      );
    default:
      return null;
  }
}

/** Who votes and who learns. What the leader has applied is the news; the others follow. */
function memberEvent(node: NodeId, event: Told, story: Story): EventDraft | null {
  if (event.kind === "joinAsked") {
    if (story.node(node).hasAskedToJoin) return null;
    return draft(
      1,
      "plain",
      say`${nodeNoun(node)} asks to be let in.`,
      say`Its disk is new, so it must learn everything before it may vote.`,
    );
  }
  if (event.kind !== "membershipChanged" || story.node(node).role !== "leader") return null;
  return membershipChanged(event, story);
}

function membershipChanged(event: Of<"membershipChanged">, story: Story): EventDraft | null {
  const { voters, learners } = event;
  const promoted = voters.filter((voter) => !story.members.voters.includes(voter));
  if (promoted.length > 0) {
    return draft(
      2,
      "ok",
      say`${nodeList(promoted)} votes ${
        promoted.some((voter) => story.everVoted.has(voter)) ? "again" : "now"
      }.`,
      say`It has caught up with all that is committed, and counts for majorities.`,
    );
  }
  const learns = learners.filter((learner) => !story.members.learners.includes(learner));
  if (learns.length > 0) {
    return draft(
      2,
      "ok",
      say`${nodeList(learns)} is a learner.`,
      say`It gets every entry, but has no vote and counts for no majority until it has caught up.`,
    );
  }
  const members: readonly number[] = [...voters, ...learners];
  const left = story.members.voters.filter((voter) => !members.includes(voter));
  if (left.length === 0) return null;
  return draft(
    2,
    "warn",
    say`${nodeList(left)} no longer votes.`,
    say`${nodeList(voters)} ${voters.length === 1 ? "is" : "are"} the voters now.`,
  );
}

/** Names are padded with zeros, which say nothing to people. */
const shortName = (file: string): string => file.replace(/0+(?=\d)/, "");

const bytes = (number: number): string => count(number, "byte", "bytes");

function segments({ from, to }: Of<"segmentsRemoved">): string {
  return from === to ? `segment ${from}` : `segments ${from} to ${to}`;
}
