import { NO_NODE } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { message } from "./message.ts";
import type { Message } from "./message.ts";
import type { Raft } from "./raft.ts";
import { ReadOnly } from "./readOnly.ts";
import { broadcastHeartbeat, forwardToLeader } from "./sending.ts";
import type { StepResult } from "./stepResult.ts";

/*
 * Linearizable reads without a log entry (Raft thesis, section 6.4): a read may be served from the
 * state machine once it has applied what was committed when the read arrived, provided that the
 * leader who named that index was still leader afterwards.
 */

/** Leader: a read arrives, from its own host or forwarded by a follower. */
export function handleReadIndex(r: Raft, m: Message): StepResult {
  if (m.entries.length !== 1) return dropMalformed(r, m);
  // What earlier leaders committed is known for certain only once an entry of this term is, and
  // that goes for a lone voter too: after a restart its commit index may lie behind what it once
  // acknowledged.
  if (!r.hasCommittedInTerm()) {
    r.readsBeforeFirstCommit.push(m);
    return "ok";
  }
  startRead(r, m);
  return "ok";
}

/** Leader: its first entry of the term is committed, so the reads that waited for that may start. */
export function releaseReads(r: Raft): void {
  if (r.readsBeforeFirstCommit.length === 0 || !r.hasCommittedInTerm()) return;
  for (const m of r.readsBeforeFirstCommit.splice(0)) startRead(r, m);
}

function startRead(r: Raft, m: Message): void {
  // Not just any lone voter: a leader that was removed may have left one that now leads without it.
  if (r.readOnlyOption === "leaseBased" || r.tracker.isLoneVoter(r.id)) {
    answerRead(r, m, r.log.committed);
    return;
  }
  r.readOnly ??= new ReadOnly();
  const context = r.readOnly.add(m, r.log.committed);
  r.readOnly.receiveAck(r.id, context);
  broadcastHeartbeat(r);
}

/** Leader: a member has answered a heartbeat, and by that perhaps confirmed reads. */
export function confirmReads(r: Raft, m: Message): void {
  if (r.readOnly === null || m.context === null || m.context.length === 0) return;
  r.readOnly.receiveAck(m.from, m.context);
  for (const { request, commit } of r.readOnly.takeConfirmed(r.tracker.voters)) {
    answerRead(r, request, commit);
  }
}

function answerRead(r: Raft, request: Message, commit: Index): void {
  if (request.from === NO_NODE || request.from === r.id) {
    addReadState(r, commit, request);
    return;
  }
  const answer = message("MsgReadIndexResp", request.from);
  answer.index = commit;
  answer.entries = request.entries;
  r.send(answer);
}

/** Follower: only the leader can say what is committed, so it is asked. */
export function forwardReadIndex(r: Raft, m: Message): StepResult {
  if (r.lead === NO_NODE) {
    r.trace?.event({ kind: "readIndexWithoutLeader", node: r.id, term: r.term });
    return "readIndexDropped";
  }
  forwardToLeader(r, m);
  return "ok";
}

/** Follower: the leader's answer to a read that was forwarded. */
export function handleReadIndexResponse(r: Raft, m: Message): StepResult {
  if (m.entries.length !== 1) return dropMalformed(r, m);
  addReadState(r, m.index, m);
  return "ok";
}

function addReadState(r: Raft, index: Index, request: Message): void {
  r.readStates = [...r.readStates, { index, requestContext: request.entries[0]!.data }];
}

/** A read's context travels as the one entry of its messages. */
function dropMalformed(r: Raft, m: Message): StepResult {
  r.trace?.event({
    kind: "readIndexMalformed",
    node: r.id,
    from: m.from,
    entryCount: m.entries.length,
  });
  return "readIndexDropped";
}
