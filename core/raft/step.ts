import { assert } from "../base/assert.ts";
import { NO_NODE, NO_TERM } from "../base/ids.ts";
import { payloadsSizeBytes, entriesSizeBytes } from "./entrySize.ts";
import {
  describeVote,
  handleVoteRequest,
  handleVoteResponse,
  hup,
  isLeaseValid,
} from "./election.ts";
import { isConfChange, message } from "./message.ts";
import type { Entry, Message } from "./message.ts";
import { hex } from "./raft.ts";
import type { Raft } from "./raft.ts";
import {
  broadcastAppend,
  broadcastHeartbeat,
  checkQuorumActive,
  handleAppend,
  handleAppendResponse,
  handleHeartbeat,
  handleHeartbeatResponse,
  handleSnapshot,
} from "./replication.ts";

/** What became of a message or proposal. All but "ok" leave the node as it was. */
export type StepResult = "ok" | "proposalDropped" | "stepLocalMessage" | "stepPeerNotFound";

/** One unit of time passes. */
export function tick(r: Raft): void {
  r.electionElapsedTicks++;
  if (r.role === "leader") tickLeader(r);
  else if (r.isPromotable() && r.isPastElectionTimeout()) {
    r.electionElapsedTicks = 0;
    hup(r);
  }
}

function tickLeader(r: Raft): void {
  r.heartbeatElapsedTicks++;
  if (r.electionElapsedTicks >= r.electionTicks) {
    r.electionElapsedTicks = 0;
    if (r.checkQuorum) checkQuorumActive(r);
    if (r.role !== "leader") return;
  }
  if (r.heartbeatElapsedTicks >= r.heartbeatTicks) {
    r.heartbeatElapsedTicks = 0;
    broadcastHeartbeat(r);
  }
}

/** Handles one message. Its term is looked at first, for that may change the node's role. */
export function step(r: Raft, m: Message): StepResult {
  if (m.term !== NO_TERM) {
    if (m.term < r.term) {
      answerLowerTerm(r, m);
      return "ok";
    }
    if (m.term > r.term && !followHigherTerm(r, m)) return "ok";
  }
  if (m.type === "MsgVote" || m.type === "MsgPreVote") {
    handleVoteRequest(r, m);
    return "ok";
  }
  switch (r.role) {
    case "leader":
      return stepLeader(r, m);
    case "candidate":
    case "preCandidate":
      return stepCandidate(r, m);
    case "follower":
      return stepFollower(r, m);
  }
}

/**
 * A term above one's own makes a follower of any node (Raft paper, section 5.1), except where
 * PreVote and leases want it otherwise. False if the message is to be ignored.
 */
function followHigherTerm(r: Raft, m: Message): boolean {
  const isRequest = m.type === "MsgVote" || m.type === "MsgPreVote";
  if (isRequest && isLeaseValid(r)) {
    r.trace?.log(
      r.id,
      "info",
      `${describeVote(r, `ignored ${m.type} from`, m)}: lease is not expired ` +
        `(remaining ticks: ${r.electionTicks - r.electionElapsedTicks})`,
    );
    return false;
  }
  // Nobody is at that term yet: it was only asked about, or granted for the asking.
  if (m.type === "MsgPreVote") return true;
  if (m.type === "MsgPreVoteResp" && !m.reject) return true;
  r.trace?.log(
    r.id,
    "info",
    `${hex(r.id)} [term: ${r.term}] received a ${m.type} message with higher term ` +
      `from ${hex(m.from)} [term: ${m.term}]`,
  );
  const fromLeader = m.type === "MsgApp" || m.type === "MsgHeartbeat" || m.type === "MsgSnap";
  r.becomeFollower(m.term, fromLeader ? m.from : NO_NODE);
  return true;
}

function answerLowerTerm(r: Raft, m: Message): void {
  const fromLeader = m.type === "MsgHeartbeat" || m.type === "MsgApp";
  if (fromLeader && (r.checkQuorum || r.preVote)) {
    // This node is ahead in term, perhaps from elections it stood in while it was cut off. With
    // leases or PreVote its requests for votes are ignored, so that only this answer, by its
    // higher term, makes the old leader step down and lets the node rejoin.
    r.send(message("MsgAppResp", m.from));
  } else if (m.type === "MsgPreVote") {
    // Silence could leave the asker behind for ever: its log may be the better one.
    r.trace?.log(r.id, "info", describeVote(r, `rejected ${m.type} from`, m));
    const answer = message("MsgPreVoteResp", m.from);
    answer.term = r.term;
    answer.reject = true;
    r.send(answer);
  } else {
    r.trace?.log(
      r.id,
      "info",
      `${hex(r.id)} [term: ${r.term}] ignored a ${m.type} message with lower term ` +
        `from ${hex(m.from)} [term: ${m.term}]`,
    );
  }
}

function stepLeader(r: Raft, m: Message): StepResult {
  if (m.type === "MsgProp") return handleProposal(r, m);
  // A leader does not forget itself.
  if (m.type === "MsgForgetLeader") return "ok";
  const progress = r.tracker.progress.get(m.from);
  if (progress === undefined) {
    r.trace?.log(r.id, "debug", `${hex(r.id)} no progress available for ${hex(m.from)}`);
    return "ok";
  }
  if (m.type === "MsgAppResp") handleAppendResponse(r, m, progress);
  else if (m.type === "MsgHeartbeatResp") handleHeartbeatResponse(r, m, progress);
  return "ok";
}

function stepCandidate(r: Raft, m: Message): StepResult {
  switch (m.type) {
    case "MsgProp":
      return dropProposal(r);
    case "MsgApp":
    case "MsgHeartbeat":
    case "MsgSnap":
      // Somebody else has won this term.
      r.becomeFollower(m.term, m.from);
      return stepFollower(r, m);
    case "MsgVoteResp":
      // An answer to the other kind of request is a late one, from an earlier stage.
      if (r.role === "candidate") handleVoteResponse(r, m);
      return "ok";
    case "MsgPreVoteResp":
      if (r.role === "preCandidate") handleVoteResponse(r, m);
      return "ok";
    default:
      return "ok";
  }
}

function stepFollower(r: Raft, m: Message): StepResult {
  switch (m.type) {
    case "MsgProp":
      return forwardProposal(r, m);
    case "MsgApp":
      r.electionElapsedTicks = 0;
      r.lead = m.from;
      handleAppend(r, m);
      return "ok";
    case "MsgHeartbeat":
      r.electionElapsedTicks = 0;
      r.lead = m.from;
      handleHeartbeat(r, m);
      return "ok";
    case "MsgSnap":
      r.electionElapsedTicks = 0;
      r.lead = m.from;
      handleSnapshot(r, m);
      return "ok";
    case "MsgForgetLeader":
      forgetLeader(r);
      return "ok";
    default:
      return "ok";
  }
}

function handleProposal(r: Raft, m: Message): StepResult {
  if (m.entries.length === 0) assert(false, `${hex(r.id)} stepped empty MsgProp`);
  // A leader that was taken out of the group still leads until its removal is committed, but it
  // has no say in what comes after.
  if (!r.tracker.progress.has(r.id)) return "proposalDropped";
  // Nothing here could carry out a membership change once it is committed.
  if (m.entries.some(isConfChange)) return "proposalDropped";
  if (!r.appendEntries(m.entries)) return "proposalDropped";
  broadcastAppend(r);
  return "ok";
}

function forwardProposal(r: Raft, m: Message): StepResult {
  if (r.lead === NO_NODE) return dropProposal(r);
  if (r.disableProposalForwarding) {
    r.trace?.log(
      r.id,
      "info",
      `${hex(r.id)} not forwarding to leader ${hex(r.lead)} at term ${r.term}; dropping proposal`,
    );
    return "proposalDropped";
  }
  const forwarded = message("MsgProp", r.lead);
  forwarded.from = m.from;
  forwarded.entries = m.entries;
  r.send(forwarded);
  return "ok";
}

function forgetLeader(r: Raft): void {
  if (r.lead === NO_NODE) return;
  r.trace?.log(r.id, "info", `${hex(r.id)} forgetting leader ${hex(r.lead)} at term ${r.term}`);
  r.lead = NO_NODE;
}

function dropProposal(r: Raft): StepResult {
  r.trace?.log(r.id, "info", `${hex(r.id)} no leader at term ${r.term}; dropping proposal`);
  return "proposalDropped";
}

/** The host has applied `entries`, the last ones it was handed. */
export function applied(r: Raft, entries: readonly Entry[]): void {
  const last = entries[entries.length - 1]!.index;
  r.log.appliedTo(last > r.log.applied ? last : r.log.applied, entriesSizeBytes(entries));
  r.reduceUncommittedSize(payloadsSizeBytes(entries));
}
