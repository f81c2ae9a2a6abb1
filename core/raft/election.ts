import { NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Term } from "../base/ids.ts";
import { utf8Encode } from "../base/utf8.ts";
import { isConfChange, message } from "./message.ts";
import type { Draft, Message } from "./message.ts";
import type { Raft } from "./raft.ts";
import { broadcastAppend } from "./sending.ts";
import type { Ballot } from "./trace.ts";

/* How a leader is chosen (Raft paper, sections 5.2 and 5.4.1; PreVote: thesis 9.6). */

/** Asking first; standing at once; or standing at once because the leader wants it. */
type Campaign = "preElection" | "election" | "transfer";

/** What requests for votes carry on a transfer, as bytes, so that leases do not stand in its way. */
const TRANSFER_CONTEXT: Uint8Array = utf8Encode("CampaignTransfer");

/** Starts an election, if this node may stand in one. */
export function hup(r: Raft, kind: Campaign): void {
  if (r.role === "leader") {
    r.trace?.event({ kind: "hupIgnored", node: r.id });
    return;
  }
  if (!r.isPromotable()) {
    r.trace?.event({ kind: "campaignUnpromotable", node: r.id });
    return;
  }
  // A node that lags behind in applying does not know yet who may vote.
  if (r.log.hasUnapplied(isConfChange, r.log.committed)) {
    r.trace?.event({ kind: "campaignPendingConfChange", node: r.id, term: r.term });
    return;
  }
  r.trace?.event({ kind: "electionStarted", node: r.id, term: r.term });
  campaign(r, kind);
}

function campaign(r: Raft, kind: Campaign): void {
  if (!r.isPromotable()) r.trace?.event({ kind: "campaignedUnpromotable", node: r.id });
  if (kind === "preElection") r.becomePreCandidate();
  else r.becomeCandidate();
  const type = kind === "preElection" ? "MsgPreVote" : "MsgVote";
  // A pre-candidate asks about the term that it would stand in.
  const term = (kind === "preElection" ? r.term + 1 : r.term) as Term;
  const lastIndex = r.log.lastIndex();
  const lastTerm = r.log.lastTerm();
  for (const id of r.tracker.voters.voters) {
    if (id === r.id) {
      // Its own vote counts once it is on disk, like everybody's.
      const own = message(kind === "preElection" ? "MsgPreVoteResp" : "MsgVoteResp", id);
      own.term = term;
      r.send(own);
      continue;
    }
    r.trace?.event({
      kind: "voteRequested",
      node: r.id,
      type,
      to: id,
      term: r.term,
      lastTerm,
      lastIndex,
    });
    const m = message(type, id);
    m.term = term;
    m.index = lastIndex;
    m.logTerm = lastTerm;
    if (kind === "transfer") m.context = TRANSFER_CONTEXT;
    const withPriority = r.priority === 0 ? m : { ...m, priority: r.priority };
    r.send(withCommit(r, withPriority));
  }
}

/** True if a leader was heard from so lately that a candidate should be ignored (thesis 4.2.3). */
export function isLeaseValid(r: Raft): boolean {
  return r.checkQuorum && r.lead !== NO_NODE && r.electionElapsedTicks < r.electionTicks;
}

/** True if the leader itself wants the election that `m` is part of. */
export function isForced(m: Message): boolean {
  const { context } = m;
  return (
    context !== null &&
    context.length === TRANSFER_CONTEXT.length &&
    context.every((byte, i) => byte === TRANSFER_CONTEXT[i])
  );
}

/** What a trace tells of a request for a vote. */
export function ballotOf(r: Raft, m: Message): Ballot {
  return {
    type: m.type,
    from: m.from,
    candidateTerm: m.logTerm,
    candidateIndex: m.index,
    lastTerm: r.log.lastTerm(),
    lastIndex: r.log.lastIndex(),
    vote: r.vote,
    term: r.term,
  };
}

/** MsgVote and MsgPreVote of this term, or of a later one that was asked about. */
export function handleVoteRequest(r: Raft, m: Message): void {
  const canVote =
    // A repeat of the vote that was cast,
    r.vote === m.from ||
    // or a free vote, with no leader known in this term,
    (r.vote === NO_NODE && r.lead === NO_NODE) ||
    // or a mere question about a term to come.
    (m.type === "MsgPreVote" && m.term > r.term);
  const answer = message(m.type === "MsgPreVote" ? "MsgPreVoteResp" : "MsgVoteResp", m.from);
  // A learner votes as well: it may have become a voter without having heard of it.
  const hasPriority = m.index > r.log.lastIndex() || (m.priority ?? 0) >= r.priority;
  if (canVote && r.log.isUpToDate(m.index, m.logTerm) && hasPriority) {
    r.trace?.event({ kind: "voteCast", node: r.id, ...ballotOf(r, m) });
    // The term that was asked about: the asker would ignore an answer with a lower one.
    answer.term = m.term;
    r.send(answer);
    if (m.type === "MsgVote") {
      r.electionElapsedTicks = 0;
      r.vote = m.from;
    }
  } else {
    r.trace?.event({ kind: "voteRejected", node: r.id, ...ballotOf(r, m) });
    answer.term = r.term;
    answer.reject = true;
    r.send(withCommit(r, answer));
    learnCommit(r, m);
  }
}

/** With `commitInVotes` the message also tells what is committed here. */
function withCommit(r: Raft, m: Draft<Message>): Draft<Message> {
  if (!r.commitInVotes) return m;
  const commit = r.log.committed;
  return { ...m, commit, commitTerm: r.log.termOrZero(commit) };
}

/** What another node knows to be committed is so here too, if this log has that very entry. */
function learnCommit(r: Raft, { commit, commitTerm }: Message): void {
  if (commitTerm === undefined || commitTerm === NO_TERM || r.role === "leader") return;
  if (!r.log.maybeCommit(commit, commitTerm)) return;
  r.trace?.event({ kind: "commitLearned", node: r.id, commit, commitTerm });
  // An election must not be decided by a membership that is no more.
  if (r.role !== "follower" && r.log.hasUnapplied(isConfChange, r.log.committed))
    r.becomeFollower(r.term, NO_NODE);
}

/** Candidate or pre-candidate: counts an answer to its own kind of request. */
export function handleVoteResponse(r: Raft, m: Message): void {
  const { type, from, reject } = m;
  r.trace?.event({ kind: "voteReceived", node: r.id, type, from, rejected: reject, term: r.term });
  r.tracker.recordVote(from, !reject);
  const { granted, rejected, result } = r.tracker.tallyVotes();
  r.trace?.event({ kind: "votesCounted", node: r.id, type, granted, rejected });
  if (result === "won") {
    if (r.role === "preCandidate") {
      campaign(r, "election");
    } else {
      r.becomeLeader();
      broadcastAppend(r);
    }
  } else if (result === "lost") {
    // Its own term: an answer to a pre-vote carries the one that was asked about.
    r.becomeFollower(r.term, NO_NODE);
  }
  learnCommit(r, m);
}
