import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { isConfChange, message } from "./message.ts";
import type { Message, Snapshot } from "./message.ts";
import type { Progress } from "./progress.ts";
import type { Raft } from "./raft.ts";
import { confirmReads, releaseReads } from "./readIndex.ts";
import { broadcastAppend, maybeSendAppend, traceProgress } from "./sending.ts";
import type { StepResult } from "./stepResult.ts";
import { continueTransfer } from "./transfer.ts";

/*
 * How the leader's log becomes everybody's (Raft paper, section 5.3): what followers do with what
 * sending.ts sends, and then what the leader makes of their answers.
 */

/** A leader's entries arrive (Raft paper, figure 2, AppendEntries RPC, receiver). */
export function handleAppend(r: Raft, m: Message): void {
  if (r.requestedSnapshot !== NO_INDEX) {
    sendSnapshotRequest(r);
    return;
  }
  const answer = message("MsgAppResp", m.from);
  if (m.index < r.log.committed) {
    // All of that is settled here already; the leader's picture of us is old.
    answer.index = r.log.committed;
    r.send(answer);
    return;
  }
  const lastNew = r.log.maybeAppend(m);
  if (lastNew !== undefined) {
    answer.index = lastNew;
    r.send(answer);
    return;
  }
  r.trace?.event({
    kind: "appendRejected",
    node: r.id,
    from: m.from,
    index: m.index,
    logTerm: m.logTerm,
    ownTerm: r.log.termOrZero(m.index),
  });
  // The leader's log has no term above m.logTerm up to there, so our entries of higher terms
  // cannot be in it: the hint skips them all at once.
  const last = r.log.lastIndex();
  const hint = r.log.findConflictByTerm(m.index < last ? m.index : last, m.logTerm);
  answer.index = m.index;
  answer.reject = true;
  answer.rejectHint = hint.index;
  answer.logTerm = hint.term;
  r.send(answer);
}

export function handleHeartbeat(r: Raft, m: Message): void {
  r.log.commitTo(m.commit);
  if (r.requestedSnapshot !== NO_INDEX) {
    sendSnapshotRequest(r);
    return;
  }
  const answer = message("MsgHeartbeatResp", m.from);
  answer.context = m.context;
  r.send(answer);
}

/** The leader no longer has the entries this node lacks (Raft paper, section 7). */
export function handleSnapshot(r: Raft, m: Message): void {
  assert(m.snapshot !== null, "a MsgSnap carries a snapshot");
  const { index, term } = m.snapshot.metadata;
  const restored = restore(r, m.snapshot);
  r.trace?.event({
    kind: restored ? "snapshotRestored" : "snapshotIgnored",
    node: r.id,
    snapshotIndex: index,
    snapshotTerm: term,
    commit: r.log.committed,
  });
  const answer = message("MsgAppResp", m.from);
  answer.index = restored ? r.log.lastIndex() : r.log.committed;
  r.send(answer);
}

/**
 * Asks the leader for a snapshot, whatever the log has: for a host whose state machine has lost its
 * state (raft-rs's request-snapshot). The leader repeats what it sends, so this is repeated too.
 */
export function requestSnapshot(r: Raft): StepResult {
  const last = r.log.lastIndex();
  const isAllowed =
    r.role === "follower" &&
    r.lead !== NO_NODE &&
    !r.log.hasPendingSnapshot() &&
    r.requestedSnapshot === NO_INDEX &&
    // Only what this leader sent is certain to be in its log.
    r.log.lastTerm() === r.term;
  if (!isAllowed) return "requestSnapshotDropped";
  r.requestedSnapshot = last;
  sendSnapshotRequest(r);
  return "ok";
}

function sendSnapshotRequest(r: Raft): void {
  r.trace?.event({ kind: "snapshotRequested", node: r.id, index: r.requestedSnapshot });
  const answer = message("MsgAppResp", r.lead);
  answer.index = r.log.committed;
  answer.reject = true;
  answer.rejectHint = r.log.lastIndex();
  answer.logTerm = r.log.lastTerm();
  r.send({ ...answer, requestSnapshot: r.requestedSnapshot });
}

/** Replaces log and membership by the snapshot's, unless it has nothing new. */
function restore(r: Raft, snapshot: Snapshot): boolean {
  const { index, term, confState } = snapshot.metadata;
  // One that was asked for replaces even a log that agrees with it; but it must reach the end of
  // that log, for what was acknowledged must not be lost.
  const isRequested = r.requestedSnapshot !== NO_INDEX && index >= r.requestedSnapshot;
  if (index < r.log.committed || (index === r.log.committed && !isRequested)) return false;
  assert(r.role === "follower", "only a follower restores a snapshot");
  const members = [confState.voters, confState.learners, confState.votersOutgoing];
  if (!members.some((ids) => ids.includes(r.id))) {
    r.trace?.event({ kind: "snapshotLacksNode", node: r.id, confState });
    return false;
  }
  // The host is applying a membership change, which would be made to the snapshot's membership next:
  // a newer one, that has it already. The leader sends another snapshot.
  if (r.log.hasUnapplied(isConfChange, r.log.applying)) return false;
  if (!isRequested && r.log.matchesTerm(index, term)) {
    // The entries are all here: knowing that they are committed is enough.
    traceRestore(r, "commitFastForwarded", snapshot);
    r.log.commitTo(index);
    return false;
  }
  r.log.restore(snapshot);
  r.switchToConfState(confState);
  r.requestedSnapshot = NO_INDEX;
  traceRestore(r, "logRestored", snapshot);
  return true;
}

function traceRestore(
  r: Raft,
  kind: "logRestored" | "commitFastForwarded",
  snapshot: Snapshot,
): void {
  r.trace?.event({
    kind,
    node: r.id,
    snapshotIndex: snapshot.metadata.index,
    snapshotTerm: snapshot.metadata.term,
    commit: r.log.committed,
    lastIndex: r.log.lastIndex(),
    lastTerm: r.log.lastTerm(),
  });
}

/** A member, perhaps the leader itself, has stored entries or refused them. */
export function handleAppendResponse(r: Raft, m: Message, progress: Progress): void {
  progress.recentActive = true;
  if (m.reject) handleRejection(r, m, progress);
  else handleAcknowledgement(r, m, progress);
}

function handleRejection(r: Raft, m: Message, progress: Progress): void {
  if (m.requestSnapshot !== undefined) {
    if (!progress.maybeRequestSnapshot(m.index, m.requestSnapshot)) return;
    if (progress.state === "replicate") progress.becomeProbe();
    maybeSendAppend(r, progress, true);
    return;
  }
  r.trace?.event({
    kind: "rejectionReceived",
    node: r.id,
    from: m.from,
    index: m.index,
    hintIndex: m.rejectHint,
    hintTerm: m.logTerm,
  });
  // The follower's term at the hint is an upper bound for its terms before it, so our entries of
  // higher terms cannot match there: one probe a term of our log, rather than one an entry.
  const hint =
    m.logTerm > 0 ? r.log.findConflictByTerm(m.rejectHint, m.logTerm).index : m.rejectHint;
  if (!progress.maybeDecreaseTo(m.index, hint)) return;
  traceProgress(r, "progressDecreased", progress);
  if (progress.state === "replicate") progress.becomeProbe();
  maybeSendAppend(r, progress, true);
}

function handleAcknowledgement(r: Raft, m: Message, progress: Progress): void {
  // A probe that is answered shows where the logs meet, even if that index is known already.
  const probeAnswered = progress.state === "probe" && progress.match === m.index;
  // A snapshot that was asked for may bring a member nothing that its log did not have.
  const requestAnswered =
    progress.requestedSnapshot !== NO_INDEX &&
    progress.state === "snapshot" &&
    m.index >= progress.pendingSnapshot;
  if (!progress.maybeUpdate(m.index) && !probeAnswered && !requestAnswered) return;
  if (progress.state === "probe") {
    progress.becomeReplicate();
  } else if (progress.state === "replicate") {
    progress.inflights.freeUpTo(m.index);
  } else if (progress.match + 1 >= r.log.firstIndex()) {
    // Whichever snapshot arrived there, and however: our log reaches back to it now.
    traceProgress(r, "replicationResumed", progress);
    progress.requestedSnapshot = NO_INDEX;
    progress.becomeProbe();
    progress.becomeReplicate();
  }
  // A copy that does not reach beyond what is committed cannot be the one that was missing.
  if (progress.match > r.log.committed && r.maybeCommit()) {
    releaseReads(r);
    if (r.broadcastsCommit()) broadcastAppend(r);
  } else if (m.from !== r.id && progress.canBumpCommit(r.log.committed) && r.broadcastsCommit()) {
    // Heartbeats would tell it as well, but later.
    maybeSendAppend(r, progress, true);
  }
  if (m.from === r.id) return;
  // The window may have room again for several messages.
  while (maybeSendAppend(r, progress, false));
  continueTransfer(r, progress);
}

export function handleHeartbeatResponse(r: Raft, m: Message, progress: Progress): void {
  progress.recentActive = true;
  progress.paused = false;
  // Also to a probe that lacks nothing: its answer is what ends the probing.
  if (progress.match < r.log.lastIndex() || progress.state === "probe") {
    maybeSendAppend(r, progress, true);
  }
  confirmReads(r, m);
}

/** Leader: the rule by which entries are committed has changed, so that more may be. */
export function commitAndTell(r: Raft): void {
  if (r.role === "leader" && r.maybeCommit()) broadcastAppend(r);
}

/** Leader: the host says whether a snapshot that it carried has arrived. */
export function handleSnapshotStatus(r: Raft, from: NodeId, rejected: boolean): void {
  const progress = trackedOf(r, from);
  if (progress === undefined || progress.state !== "snapshot") return;
  if (rejected) progress.becomeProbeAfterFailedSnapshot();
  else progress.becomeProbe();
  progress.requestedSnapshot = NO_INDEX;
  traceProgress(r, rejected ? "snapshotFailed" : "snapshotSucceeded", progress);
  // What comes next is the follower's MsgAppResp, or after a failure a heartbeat's answer.
  progress.paused = true;
}

/** Leader: the host could not deliver to a member, so what was sent ahead is probably lost. */
export function handleUnreachable(r: Raft, from: NodeId): void {
  const progress = trackedOf(r, from);
  if (progress === undefined) return;
  if (progress.state === "replicate") progress.becomeProbe();
  traceProgress(r, "peerUnreachable", progress);
}

/** What the leader knows of a node, unless that is no member (any more). */
export function trackedOf(r: Raft, id: NodeId): Progress | undefined {
  const progress = r.tracker.find(id);
  if (progress === undefined) r.trace?.event({ kind: "progressMissing", node: r.id, peer: id });
  return progress;
}

/** Leader, once an election timeout: steps down if it may be cut off (thesis 6.2). */
export function checkQuorumActive(r: Raft): void {
  if (!r.tracker.isQuorumActive()) {
    r.trace?.event({ kind: "lostQuorum", node: r.id });
    r.becomeFollower(r.term, NO_NODE);
  }
  for (const member of r.tracker.members) {
    if (member.id !== r.id) member.recentActive = false;
  }
}
