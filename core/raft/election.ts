import { NO_NODE } from "../base/ids.ts";
import type { Term } from "../base/ids.ts";
import { isConfChange, message } from "./message.ts";
import type { Message } from "./message.ts";
import { hex } from "./raft.ts";
import type { Raft } from "./raft.ts";
import { broadcastAppend } from "./replication.ts";

/* How a leader is chosen (Raft paper, sections 5.2 and 5.4.1; PreVote: thesis 9.6). */

/** Asking first, or standing at once. */
type Campaign = "preElection" | "election";

/** Starts an election, if this node may stand in one. */
export function hup(r: Raft): void {
  if (r.role === "leader") {
    r.trace?.log(r.id, "debug", `${hex(r.id)} ignoring MsgHup because already leader`);
    return;
  }
  if (!r.isPromotable()) {
    r.trace?.log(r.id, "warning", `${hex(r.id)} is unpromotable and can not campaign`);
    return;
  }
  // A node that lags behind in applying does not know yet who may vote.
  if (r.log.hasUnapplied(isConfChange)) {
    r.trace?.log(
      r.id,
      "warning",
      `${hex(r.id)} cannot campaign at term ${r.term} ` +
        `since there are still pending configuration changes to apply`,
    );
    return;
  }
  r.trace?.log(r.id, "info", `${hex(r.id)} is starting a new election at term ${r.term}`);
  campaign(r, r.preVote ? "preElection" : "election");
}

function campaign(r: Raft, kind: Campaign): void {
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
    r.trace?.log(
      r.id,
      "info",
      `${hex(r.id)} [logterm: ${lastTerm}, index: ${lastIndex}] sent ${type} request ` +
        `to ${hex(id)} at term ${r.term}`,
    );
    const m = message(type, id);
    m.term = term;
    m.index = lastIndex;
    m.logTerm = lastTerm;
    r.send(m);
  }
}

/** True if a leader was heard from so lately that a candidate should be ignored (thesis 4.2.3). */
export function isLeaseValid(r: Raft): boolean {
  return r.checkQuorum && r.lead !== NO_NODE && r.electionElapsedTicks < r.electionTicks;
}

/** "1 [logterm: 2, index: 9, vote: 3] cast MsgVote for 2 [logterm: 2, index: 9] at term 4". */
export function describeVote(r: Raft, verb: string, m: Message): string {
  return (
    `${hex(r.id)} [logterm: ${r.log.lastTerm()}, index: ${r.log.lastIndex()}, ` +
    `vote: ${hex(r.vote)}] ${verb} ${hex(m.from)} ` +
    `[logterm: ${m.logTerm}, index: ${m.index}] at term ${r.term}`
  );
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
  if (canVote && r.log.isUpToDate(m.index, m.logTerm)) {
    r.trace?.log(r.id, "info", describeVote(r, `cast ${m.type} for`, m));
    // The term that was asked about: the asker would ignore an answer with a lower one.
    answer.term = m.term;
    r.send(answer);
    if (m.type === "MsgVote") {
      r.electionElapsedTicks = 0;
      r.vote = m.from;
    }
  } else {
    r.trace?.log(r.id, "info", describeVote(r, `rejected ${m.type} from`, m));
    answer.term = r.term;
    answer.reject = true;
    r.send(answer);
  }
}

/** Candidate or pre-candidate: counts an answer to its own kind of request. */
export function handleVoteResponse(r: Raft, m: Message): void {
  r.trace?.log(
    r.id,
    "info",
    `${hex(r.id)} received ${m.type}${m.reject ? " rejection" : ""} from ${hex(m.from)} ` +
      `at term ${r.term}`,
  );
  r.tracker.recordVote(m.from, !m.reject);
  const { granted, rejected, result } = r.tracker.tallyVotes();
  r.trace?.log(
    r.id,
    "info",
    `${hex(r.id)} has received ${granted} ${m.type} votes and ${rejected} vote rejections`,
  );
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
}
