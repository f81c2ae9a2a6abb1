import type { NodeId } from "../base/ids.ts";
import type { BrokerEvent, RoleCause, VoteRefusal } from "../broker/event.ts";
import { draft } from "./eventDraft.ts";
import type { EventDraft } from "./eventDraft.ts";
import { commandText, entryWord } from "./commandText.ts";
import { atStart, count, entryNoun, nodeList, nodeNoun, say, termNoun } from "./richText.ts";
import type { Story } from "./story.ts";
import type { RichText } from "./view.ts";

type RoleChanged = Extract<BrokerEvent, { kind: "roleChanged" }>;

/** Elections, votes, and the replicated log. */
export function raftEventView(node: NodeId, event: BrokerEvent, story: Story): EventDraft | null {
  const n = nodeNoun(node);
  switch (event.kind) {
    case "roleChanged":
      return roleChanged(node, event, story);
    case "leaderLearned":
      if (event.leader === node) return null;
      return draft(
        1,
        "plain",
        say`${n} follows ${nodeNoun(event.leader)}.`,
        say`It heard from the leader of ${termNoun(event.term)}.`,
      );
    case "voteGranted":
      if (event.candidate === node) return null;
      return voteGranted(node, event);
    case "voteRefused":
      return draft(
        1,
        "plain",
        say`${n} refused ${nodeNoun(event.candidate)} its ${voteWord(event.preVote)}.`,
        refusal(node, event.reason, event.term, story),
      );
    case "entryProposed":
      return draft(
        1,
        "plain",
        say`${n} proposed ${entryNoun(event.index)}, ${entryWord({ type: event.entryType }, event.command)}.`,
        proposal(event),
      );
    case "logTruncated":
      return draft(
        2,
        "warn",
        say`${n} cut ${entryRange(event.fromIndex, event.toIndex)} from its log.`,
        say`Its leader has other entries there; what was cut was never committed.`,
      );
    case "committed":
      // Followers only hear of it later.
      if (story.node(node).role !== "leader") return null;
      return committed(event.from, event.to, story);
    default:
      return null;
  }
}

function proposal({
  entryType,
  command,
  term,
}: Extract<BrokerEvent, { kind: "entryProposed" }>): RichText {
  if (entryType !== "EntryNormal") return say`It changes who votes, one node at a time.`;
  return command === null
    ? say`A new leader begins ${termNoun(term)} with an entry of its own.`
    : say`It says: ${commandText(command)}.`;
}

function roleChanged(node: NodeId, event: RoleChanged, story: Story): EventDraft | null {
  if (event.from === "leader") return steppedDown(node, event);
  const failed = event.from === "candidate" && event.to !== "leader";
  if (failed && event.cause !== "leaderFound") return electionFailed(node, event, story);
  if (event.to === "leader") return elected(node, event, story);
  if (event.to === "candidate") return stoodForElection(node, event, story);
  // Who can win nothing asks again and again, and changes nothing for the others.
  const isHopeless = story.effectiveLeader() !== null && !story.reachesMajority(node);
  if (event.to === "preCandidate") {
    return draft(
      isHopeless ? 1 : 2,
      "plain",
      say`${nodeNoun(node)} asks whether it could win an election.`,
      say`${timerRanOut(event.cause)}; a pre-vote raises no term.`,
    );
  }
  // Once another leads, that was the news; else it is that nothing came of the last question.
  const wasNews = !isHopeless && story.campaigners.includes(node);
  return draft(
    wasNews ? 2 : 1,
    "plain",
    say`${nodeNoun(node)} gave up its election.`,
    gaveUpReason(event, story),
  );
}

function elected(node: NodeId, event: RoleChanged, story: Story): EventDraft {
  const voters = story.voters(node, event.term, true);
  const asked = story.node(node).campaignCause === "askedToTimeOut";
  const first = story.campaigners[0] === node;
  const timer = asked
    ? "You made its election timer run out"
    : `Its election timer ran out${first ? " first" : ""}`;
  return draft(
    2,
    "ok",
    say`${nodeNoun(node)} leads ${termNoun(event.term)}.`,
    voters.length === 0
      ? say`${timer}, and its own vote is a majority.`
      : say`${timer}, and ${nodeList(voters)} voted for it.`,
  );
}

function stoodForElection(node: NodeId, event: RoleChanged, story: Story): EventDraft {
  return draft(
    2,
    "plain",
    say`${nodeNoun(node)} stands for election in ${termNoun(event.term)}.`,
    event.cause === "preVoteWon"
      ? say`A majority would vote for it; ${story.majority} of ${story.voterCount} votes are needed.`
      : say`${timerRanOut(event.cause)}; ${story.majority} of ${story.voterCount} votes are needed.`,
  );
}

/** The event carries the term after the change; the election was that of an earlier one. */
function electionFailed(node: NodeId, event: RoleChanged, story: Story): EventDraft {
  const lostTerm = story.node(node).roleTerm;
  return draft(
    2,
    "warn",
    say`${nodeNoun(node)} was not elected in ${termNoun(lostTerm)}.`,
    electionFailedReason(node, lostTerm, event, story),
  );
}

function electionFailedReason(
  node: NodeId,
  lostTerm: number,
  event: RoleChanged,
  story: Story,
): RichText {
  const refused = story.voters(node, lostTerm, false);
  if (event.cause === "higherTerm") return say`It heard of a newer term, ${termNoun(event.term)}.`;
  const rivals = story.rivals(node, lostTerm);
  if (rivals.length > 0) return say`The votes were split: others went to ${nodeList(rivals)}.`;
  if (refused.length > 0) return say`${nodeList(refused)} refused their votes.`;
  return say`Too few votes came in time; it needs ${story.majority} of ${story.voterCount}.`;
}

function steppedDown(node: NodeId, event: RoleChanged): EventDraft {
  const why =
    event.cause === "quorumLost"
      ? say`It has not heard from a majority for an election timeout, so it may no longer lead.`
      : say`It heard of ${termNoun(event.term)}, which is newer than its own.`;
  return draft(2, "warn", say`${nodeNoun(node)} stepped down.`, why);
}

function gaveUpReason(event: RoleChanged, story: Story): RichText {
  switch (event.cause) {
    case "leaderFound":
      return say`It heard from the leader of ${termNoun(event.term)}.`;
    case "higherTerm":
      return say`It heard of a newer term, ${termNoun(event.term)}.`;
    default:
      return say`Too few would vote for it; it needs ${story.majority} of ${story.voterCount}.`;
  }
}

function timerRanOut(cause: RoleCause): string {
  return cause === "askedToTimeOut"
    ? "You made its election timer run out"
    : "Its election timer ran out";
}

function voteGranted(
  node: NodeId,
  event: Extract<BrokerEvent, { kind: "voteGranted" }>,
): EventDraft {
  const candidate = nodeNoun(event.candidate);
  if (event.preVote) {
    return draft(
      1,
      "plain",
      say`${nodeNoun(node)} would vote for ${candidate}.`,
      say`It hears no leader either, and the log of ${candidate} is as complete as its own.`,
    );
  }
  return draft(
    1,
    "plain",
    say`${nodeNoun(node)} voted for ${candidate} in ${termNoun(event.term)}.`,
    say`It had not voted in this term, and the log of ${candidate} is as complete as its own.`,
  );
}

const voteWord = (preVote: boolean): string => (preVote ? "pre-vote" : "vote");

function refusal(node: NodeId, reason: VoteRefusal, term: number, story: Story): RichText {
  switch (reason) {
    case "alreadyVoted": {
      const given = [...story.nodes.keys()].find((candidate) =>
        story.voters(candidate, term, true).includes(node),
      );
      if (given !== undefined) {
        return say`It had already voted for ${nodeNoun(given)} in ${termNoun(term)}.`;
      }
      return say`It had already given its vote in ${termNoun(term)}.`;
    }
    case "logNotUpToDate":
      return say`Its own log is more complete, so what is committed might be lost.`;
    case "leaderStillHeard":
      return say`It has heard from a leader within the election timeout.`;
    case "staleTerm":
      return say`The request is of a term that is over.`;
  }
}

function committed(from: number, to: number, story: Story): EventDraft {
  // `from` is the commit index before, `to` the one after.
  const first = from + 1;
  const them = first === to ? "it" : "them";
  const what =
    first === to
      ? say`${atStart(entryNoun(to))} is committed.`
      : say`Entries ${first} to ${atEnd(to)} are committed.`;
  return draft(
    1,
    "ok",
    what,
    say`At least ${story.majority} of ${story.voterCount} disks hold ${them}.`,
  );
}

const atEnd = (index: number): { text: string; ref: string } => ({
  text: String(index),
  ref: `entry:${index}`,
});

function entryRange(from: number, to: number): RichText {
  if (from === to) return [entryNoun(from)];
  return say`${count(to - from + 1, "entry", "entries")}, ${from} to ${atEnd(to)},`;
}
