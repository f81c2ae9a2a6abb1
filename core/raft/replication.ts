import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_NODE } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { NO_ENTRIES, message } from "./message.ts";
import type { Message, Snapshot } from "./message.ts";
import type { Progress } from "./progress.ts";
import { hex } from "./raft.ts";
import type { Raft } from "./raft.ts";

/*
 * How the leader's log reaches the others: the leader's sending first, then what followers do with
 * it, then what the leader makes of their answers (Raft paper, section 5.3).
 */

/** Sends every other member what it lacks, and the commit index. */
export function broadcastAppend(r: Raft): void {
  for (const id of r.tracker.ids) {
    if (id !== r.id) maybeSendAppend(r, id, true);
  }
}

export function broadcastHeartbeat(r: Raft): void {
  for (const id of r.tracker.ids) {
    if (id !== r.id) sendHeartbeat(r, id);
  }
}

/**
 * Sends a MsgApp to `to` if its flow control allows; without entries only if `sendIfEmpty`, which
 * is how the commit index travels. False if nothing was sent.
 */
function maybeSendAppend(r: Raft, to: NodeId, sendIfEmpty: boolean): boolean {
  const progress = r.progressOf(to);
  if (progress.isPaused()) return false;
  const previous = (progress.next - 1) as Index;
  const previousTerm = r.log.term(previous);
  // The log no longer reaches back to where the follower's ends.
  if (typeof previousTerm === "string") return maybeSendSnapshot(r, to, progress);

  // In a full window an empty message still goes out: if all that filled it was lost, the answer
  // to this one is what frees it.
  const entries = progress.isWindowFull()
    ? NO_ENTRIES
    : r.log.entriesFrom(progress.next, r.maxSizePerMsgBytes);
  if (typeof entries === "string") return sendIfEmpty && maybeSendSnapshot(r, to, progress);
  if (entries.length === 0 && !sendIfEmpty) return false;

  const m = message("MsgApp", to);
  m.index = previous;
  m.logTerm = previousTerm;
  m.entries = entries;
  m.commit = r.log.committed;
  r.send(m);
  progress.sentEntries(entries.length);
  progress.sentCommit(r.log.committed);
  return true;
}

function maybeSendSnapshot(r: Raft, to: NodeId, progress: Progress): boolean {
  if (!progress.recentActive) {
    r.trace?.log(
      r.id,
      "debug",
      `ignore sending snapshot to ${hex(to)} since it is not recently active`,
    );
    return false;
  }
  const snapshot = r.log.snapshot();
  if (snapshot === "snapshotTemporarilyUnavailable") {
    r.trace?.log(
      r.id,
      "debug",
      `${hex(r.id)} failed to send snapshot to ${hex(to)} ` +
        `because snapshot is temporarily unavailable`,
    );
    return false;
  }
  if (typeof snapshot === "string") assert(false, `snapshot is ${snapshot}`);
  const { index, term } = snapshot.metadata;
  assert(index !== NO_INDEX, "need non-empty snapshot");
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} [firstindex: ${r.log.firstIndex()}, commit: ${r.log.committed}] ` +
      `sent snapshot[index: ${index}, term: ${term}] to ${hex(to)} [${progress}]`,
  );
  progress.becomeSnapshot(index);
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} paused sending replication messages to ${hex(to)} [${progress}]`,
  );
  const m = message("MsgSnap", to);
  m.snapshot = snapshot;
  r.send(m);
  return true;
}

function sendHeartbeat(r: Raft, to: NodeId): void {
  const progress = r.progressOf(to);
  const m = message("MsgHeartbeat", to);
  // Never beyond what the follower is known to hold: past that its log may differ from ours.
  m.commit = progress.match < r.log.committed ? progress.match : r.log.committed;
  r.send(m);
  progress.sentCommit(m.commit);
}

/** A leader's entries arrive (Raft paper, figure 2, AppendEntries RPC, receiver). */
export function handleAppend(r: Raft, m: Message): void {
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
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} [logterm: ${r.log.termOrZero(m.index)}, index: ${m.index}] rejected MsgApp ` +
      `[logterm: ${m.logTerm}, index: ${m.index}] from ${hex(m.from)}`,
  );
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
  const answer = message("MsgHeartbeatResp", m.from);
  answer.context = m.context;
  r.send(answer);
}

/** The leader no longer has the entries this node lacks (Raft paper, section 7). */
export function handleSnapshot(r: Raft, m: Message): void {
  assert(m.snapshot !== null, "a MsgSnap carries a snapshot");
  const { index, term } = m.snapshot.metadata;
  const restored = restore(r, m.snapshot);
  r.trace?.log(
    r.id,
    "info",
    `${hex(r.id)} [commit: ${r.log.committed}] ${restored ? "restored" : "ignored"} snapshot ` +
      `[index: ${index}, term: ${term}]`,
  );
  const answer = message("MsgAppResp", m.from);
  answer.index = restored ? r.log.lastIndex() : r.log.committed;
  r.send(answer);
}

/** Replaces log and membership by the snapshot's, unless it has nothing new. */
function restore(r: Raft, snapshot: Snapshot): boolean {
  const { index, term, confState } = snapshot.metadata;
  if (index <= r.log.committed) return false;
  assert(r.role === "follower", "only a follower restores a snapshot");
  const members = [confState.voters, confState.learners, confState.votersOutgoing];
  if (!members.some((ids) => ids.includes(r.id))) {
    r.trace?.log(
      r.id,
      "warning",
      `${hex(r.id)} attempted to restore snapshot but it is not in the ConfState ` +
        `${JSON.stringify(confState)}; should never happen`,
    );
    return false;
  }
  const position = (): string =>
    `${hex(r.id)} [commit: ${r.log.committed}, lastindex: ${r.log.lastIndex()}, ` +
    `lastterm: ${r.log.lastTerm()}]`;
  if (r.log.matchesTerm(index, term)) {
    // The entries are all here: knowing that they are committed is enough.
    r.trace?.log(
      r.id,
      "info",
      `${position()} fast-forwarded commit to snapshot [index: ${index}, term: ${term}]`,
    );
    r.log.commitTo(index);
    return false;
  }
  r.log.restore(snapshot);
  r.switchToConfState(confState);
  r.trace?.log(r.id, "info", `${position()} restored snapshot [index: ${index}, term: ${term}]`);
  return true;
}

/** A member, perhaps the leader itself, has stored entries or refused them. */
export function handleAppendResponse(r: Raft, m: Message, progress: Progress): void {
  progress.recentActive = true;
  if (m.reject) handleRejection(r, m, progress);
  else handleAcknowledgement(r, m, progress);
}

function handleRejection(r: Raft, m: Message, progress: Progress): void {
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} received MsgAppResp(rejected, hint: (index ${m.rejectHint}, ` +
      `term ${m.logTerm})) from ${hex(m.from)} for index ${m.index}`,
  );
  // The follower's term at the hint is an upper bound for its terms before it, so our entries of
  // higher terms cannot match there: one probe a term of our log, rather than one an entry.
  const hint =
    m.logTerm > 0 ? r.log.findConflictByTerm(m.rejectHint, m.logTerm).index : m.rejectHint;
  if (!progress.maybeDecreaseTo(m.index, hint)) return;
  r.trace?.log(r.id, "debug", `${hex(r.id)} decreased progress of ${hex(m.from)} to [${progress}]`);
  if (progress.state.kind === "replicate") progress.becomeProbe();
  maybeSendAppend(r, m.from, true);
}

function handleAcknowledgement(r: Raft, m: Message, progress: Progress): void {
  // A probe that is answered shows where the logs meet, even if that index is known already.
  const probeAnswered = progress.state.kind === "probe" && progress.match === m.index;
  if (!progress.maybeUpdate(m.index) && !probeAnswered) return;
  const state = progress.state;
  if (state.kind === "probe") {
    progress.becomeReplicate();
  } else if (state.kind === "replicate") {
    state.inflights.freeUpTo(m.index);
  } else if (progress.match + 1 >= r.log.firstIndex()) {
    // Whichever snapshot arrived there, and however: our log reaches back to it now.
    r.trace?.log(
      r.id,
      "debug",
      `${hex(r.id)} recovered from needing snapshot, resumed sending replication messages ` +
        `to ${hex(m.from)} [${progress}]`,
    );
    progress.becomeProbe();
    progress.becomeReplicate();
  }
  if (r.maybeCommit()) {
    broadcastAppend(r);
  } else if (m.from !== r.id && progress.canBumpCommit(r.log.committed)) {
    // Heartbeats would tell it as well, but later.
    maybeSendAppend(r, m.from, true);
  }
  if (m.from === r.id) return;
  // The window may have room again for several messages.
  while (maybeSendAppend(r, m.from, false));
}

export function handleHeartbeatResponse(r: Raft, m: Message, progress: Progress): void {
  progress.recentActive = true;
  progress.setPaused(false);
  // Also to a probe that lacks nothing: its answer is what ends the probing.
  if (progress.match < r.log.lastIndex() || progress.state.kind === "probe") {
    maybeSendAppend(r, m.from, true);
  }
}

/** The host says whether a snapshot it carried has arrived. */
export function handleSnapshotStatus(r: Raft, from: NodeId, rejected: boolean): void {
  const progress = r.tracker.progress.get(from);
  if (progress === undefined || progress.state.kind !== "snapshot") return;
  if (rejected) progress.becomeProbeAfterFailedSnapshot();
  else progress.becomeProbe();
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} snapshot ${rejected ? "failed" : "succeeded"}, ` +
      `resumed sending replication messages to ${hex(from)} [${progress}]`,
  );
  // What comes next is the follower's MsgAppResp, or after a failure a heartbeat's answer.
  progress.setPaused(true);
}

/** The host could not deliver to a member: what was sent ahead is probably lost. */
export function handleUnreachable(r: Raft, from: NodeId): void {
  const progress = r.tracker.progress.get(from);
  if (progress === undefined) {
    r.trace?.log(r.id, "debug", `${hex(r.id)} no progress available for ${hex(from)}`);
    return;
  }
  if (progress.state.kind === "replicate") progress.becomeProbe();
  r.trace?.log(
    r.id,
    "debug",
    `${hex(r.id)} failed to send message to ${hex(from)} because it is unreachable [${progress}]`,
  );
}

/** Leader, once an election timeout: steps down if it may be cut off (thesis 6.2). */
export function checkQuorumActive(r: Raft): void {
  if (!r.tracker.isQuorumActive()) {
    r.trace?.log(
      r.id,
      "warning",
      `${hex(r.id)} stepped down to follower since quorum is not active`,
    );
    r.becomeFollower(r.term, NO_NODE);
  }
  for (const id of r.tracker.ids) {
    if (id !== r.id) r.progressOf(id).recentActive = false;
  }
}

/** The host has stored what was unstable when it took a Ready at `term`. */
export function storedUpTo(
  r: Raft,
  term: Term,
  last: { readonly index: Index; readonly term: Term } | null,
  snapshot: Snapshot | null,
): void {
  if (last !== null) {
    if (term === r.term) {
      r.log.unstable.stableTo(last.index, last.term);
    } else {
      // A newer leader may be replacing those entries: a later Ready will settle what is stable.
      r.trace?.log(
        r.id,
        "info",
        `${hex(r.id)} [term: ${r.term}] ignored entry appends from a MsgStorageAppendResp ` +
          `message with lower term [term: ${term}]`,
      );
    }
  }
  // A snapshot holds committed state only, which no term can take back.
  if (snapshot !== null) snapshotApplied(r, snapshot);
}

function snapshotApplied(r: Raft, snapshot: Snapshot): void {
  const { index } = snapshot.metadata;
  r.log.unstable.stableSnapshotTo(index);
  r.log.appliedTo(index > r.log.applied ? index : r.log.applied, 0);
}
