import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { hup } from "./election.ts";
import { message } from "./message.ts";
import type { Message } from "./message.ts";
import type { Progress } from "./progress.ts";
import type { Raft } from "./raft.ts";
import { forwardToLeader, maybeSendAppend } from "./sending.ts";

/*
 * How a leader hands over its office (Raft thesis, section 3.10): it takes on no more proposals,
 * brings the transferee's log up to its own, and then has it stand for election at once.
 */

/** Leader: its host, or a follower's, wants `m.from` to lead; `progress` is that member's. */
export function handleTransferLeader(r: Raft, m: Message, progress: Progress): void {
  const transferee = m.from;
  if (progress.isLearner) {
    r.trace?.event({ kind: "transferToLearner", node: r.id });
    return;
  }
  const earlier = r.leadTransferee;
  if (earlier === transferee) {
    r.trace?.event({ kind: "transferRepeated", node: r.id, term: r.term, transferee });
    return;
  }
  if (earlier !== NO_NODE) {
    r.leadTransferee = NO_NODE;
    r.trace?.event({ kind: "transferAborted", node: r.id, term: r.term, transferee: earlier });
  }
  if (transferee === r.id) {
    r.trace?.event({ kind: "transferToSelf", node: r.id });
    return;
  }
  r.trace?.event({ kind: "transferStarted", node: r.id, term: r.term, transferee });
  // It has one election timeout; after that the leader gives up and takes proposals again.
  r.electionElapsedTicks = 0;
  r.leadTransferee = transferee;
  if (progress.match === r.log.lastIndex()) {
    sendTimeoutNow(r, transferee);
    r.trace?.event({ kind: "transferUpToDate", node: r.id, transferee });
  } else {
    maybeSendAppend(r, progress, true);
  }
}

/** Leader: a member has acknowledged entries. If it is the transferee it may be ready now. */
export function continueTransfer(r: Raft, progress: Progress): void {
  if (progress.id !== r.leadTransferee || progress.match !== r.log.lastIndex()) return;
  r.trace?.event({ kind: "transferCaughtUp", node: r.id, transferee: progress.id });
  sendTimeoutNow(r, progress.id);
}

function sendTimeoutNow(r: Raft, to: NodeId): void {
  r.send(message("MsgTimeoutNow", to));
}

/** Follower: only the leader can hand over its office. */
export function forwardTransferLeader(r: Raft, m: Message): void {
  if (r.lead === NO_NODE) {
    r.trace?.event({ kind: "transferWithoutLeader", node: r.id, term: r.term });
    return;
  }
  forwardToLeader(r, m);
}

/** Follower: the leader hands over its office to this node. */
export function handleTimeoutNow(r: Raft, m: Message): void {
  r.trace?.event({ kind: "timeoutNowReceived", node: r.id, term: r.term, from: m.from });
  // Without PreVote, and past all leases: the leader itself wants this election.
  hup(r, "transfer");
}
