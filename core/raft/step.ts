import { NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Term } from "../base/ids.ts";
import {
  ballotOf,
  handleVoteRequest,
  handleVoteResponse,
  hup,
  isForced,
  isLeaseValid,
} from "./election.ts";
import { message } from "./message.ts";
import type { Message } from "./message.ts";
import { dropProposal, forwardProposal, proposeEntries } from "./proposal.ts";
import type { Raft } from "./raft.ts";
import { forwardReadIndex, handleReadIndex, handleReadIndexResponse } from "./readIndex.ts";
import {
  checkQuorumActive,
  handleAppend,
  handleAppendResponse,
  handleHeartbeat,
  handleHeartbeatResponse,
  handleSnapshot,
  trackedOf,
} from "./replication.ts";
import { broadcastHeartbeat } from "./sending.ts";
import type { StepResult } from "./stepResult.ts";
import { forwardTransferLeader, handleTimeoutNow, handleTransferLeader } from "./transfer.ts";

/** One unit of time passes. */
export function tick(r: Raft): void {
  r.electionElapsedTicks++;
  if (r.role === "leader") tickLeader(r);
  else if (r.isPastElectionTimeout() && r.isPromotable()) {
    r.electionElapsedTicks = 0;
    hup(r, r.preVote ? "preElection" : "election");
  }
}

function tickLeader(r: Raft): void {
  r.heartbeatElapsedTicks++;
  if (r.electionElapsedTicks >= r.electionTicks) {
    r.electionElapsedTicks = 0;
    if (r.checkQuorum) checkQuorumActive(r);
    if (r.role !== "leader") return;
    // The transferee had its time: this node leads on, and takes proposals again.
    r.leadTransferee = NO_NODE;
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

/** What a trace tells of a message from another term. */
const termOf = (m: Message): Pick<Message, "type" | "from"> & { readonly messageTerm: Term } => ({
  type: m.type,
  from: m.from,
  messageTerm: m.term,
});

/**
 * A term above one's own makes a follower of any node (Raft paper, section 5.1), except where
 * PreVote and leases want it otherwise. False if the message is to be ignored.
 */
function followHigherTerm(r: Raft, m: Message): boolean {
  const isRequest = m.type === "MsgVote" || m.type === "MsgPreVote";
  if (isRequest && isLeaseValid(r) && !isForced(m)) {
    const leaseTicks = r.electionTicks - r.electionElapsedTicks;
    r.trace?.event({ kind: "voteIgnored", node: r.id, ...ballotOf(r, m), leaseTicks });
    return false;
  }
  // Nobody is at that term yet: it was only asked about, or granted for the asking.
  if (m.type === "MsgPreVote") return true;
  if (m.type === "MsgPreVoteResp" && !m.reject) return true;
  r.trace?.event({ kind: "higherTermReceived", node: r.id, term: r.term, ...termOf(m) });
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
    r.trace?.event({ kind: "voteRejected", node: r.id, ...ballotOf(r, m) });
    const answer = message("MsgPreVoteResp", m.from);
    answer.term = r.term;
    answer.reject = true;
    r.send(answer);
  } else {
    r.trace?.event({ kind: "lowerTermIgnored", node: r.id, term: r.term, ...termOf(m) });
  }
}

function stepLeader(r: Raft, m: Message): StepResult {
  if (m.type === "MsgProp") return proposeEntries(r, m.entries);
  if (m.type === "MsgReadIndex") return handleReadIndex(r, m);
  // A leader does not forget itself.
  if (m.type === "MsgForgetLeader") return "ok";
  const progress = trackedOf(r, m.from);
  if (progress === undefined) return "ok";
  if (m.type === "MsgAppResp") handleAppendResponse(r, m, progress);
  else if (m.type === "MsgHeartbeatResp") handleHeartbeatResponse(r, m, progress);
  else if (m.type === "MsgTransferLeader") handleTransferLeader(r, m, progress);
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
    case "MsgReadIndex":
      return "readIndexDropped";
    case "MsgTimeoutNow":
      r.trace?.event({
        kind: "timeoutNowIgnored",
        node: r.id,
        term: r.term,
        role: r.role,
        from: m.from,
      });
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
    case "MsgTransferLeader":
      forwardTransferLeader(r, m);
      return "ok";
    case "MsgTimeoutNow":
      handleTimeoutNow(r, m);
      return "ok";
    case "MsgReadIndex":
      return forwardReadIndex(r, m);
    case "MsgReadIndexResp":
      return handleReadIndexResponse(r, m);
    default:
      return "ok";
  }
}

function forgetLeader(r: Raft): void {
  // A lease is a promise not to vote for anybody else; reads rest on it.
  if (r.readOnlyOption === "leaseBased") {
    r.trace?.event({ kind: "forgetLeaderIgnored", node: r.id });
    return;
  }
  if (r.lead === NO_NODE) return;
  r.trace?.event({ kind: "leaderForgotten", node: r.id, term: r.term, lead: r.lead });
  r.lead = NO_NODE;
}
