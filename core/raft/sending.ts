import { assert } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { entriesSizeBytes, payloadsSizeBytes } from "./entrySize.ts";
import { NO_ENTRIES, message } from "./message.ts";
import type { Entry, Message } from "./message.ts";
import type { Progress } from "./progress.ts";
import type { Raft } from "./raft.ts";
import type { PeerProgressKind } from "./trace.ts";

/*
 * What a leader sends to the other members: entries, snapshots, heartbeats (Raft paper, 5.3); and
 * what others send to the leader of their own accord.
 */

/** Sends every other member what it lacks, and the commit index. */
export function broadcastAppend(r: Raft): void {
  for (const member of r.tracker.members) {
    if (member.id !== r.id) maybeSendAppend(r, member, true);
  }
}

/** Heartbeats to every other member; they also carry what confirms the reads that wait. */
export function broadcastHeartbeat(r: Raft): void {
  const context = r.readOnly === null ? null : r.readOnly.heartbeatContext();
  for (const member of r.tracker.members) {
    if (member.id !== r.id) sendHeartbeat(r, member, context);
  }
}

/**
 * Sends a MsgApp to a member if its flow control allows; without entries only if `sendIfEmpty`,
 * which is how the commit index travels. False if nothing was sent.
 */
export function maybeSendAppend(r: Raft, progress: Progress, sendIfEmpty: boolean): boolean {
  if (progress.isPaused()) return false;
  if (progress.requestedSnapshot !== NO_INDEX) return maybeSendSnapshot(r, progress);
  // Most acknowledgements leave nothing to send.
  if (!sendIfEmpty && progress.next > r.log.lastIndex()) return false;
  const previous = (progress.next - 1) as Index;
  const previousTerm = r.log.term(previous);
  // The log no longer reaches back to where the follower's ends.
  if (typeof previousTerm === "string") return maybeSendSnapshot(r, progress);

  // In a full window an empty message still goes out: if all that filled it was lost, the answer
  // to this one is what frees it.
  const entries = progress.isWindowFull()
    ? NO_ENTRIES
    : r.log.entriesFrom(progress.next, r.maxSizePerMsgBytes);
  if (typeof entries === "string") return sendIfEmpty && maybeSendSnapshot(r, progress);
  if (entries.length === 0 && !sendIfEmpty) return false;

  if (!r.batchAppend || !joinQueued(r, progress, entries)) {
    const m = message("MsgApp", progress.id);
    m.index = previous;
    m.logTerm = previousTerm;
    m.entries = entries;
    m.commit = r.log.committed;
    r.send(m);
  }
  const hasByteLimit = r.tracker.limits.maxBytes > 0;
  progress.sentEntries(entries.length, hasByteLimit ? payloadsSizeBytes(entries) : 0);
  progress.sentCommit(r.log.committed);
  return true;
}

/** Lets entries travel in a MsgApp that waits to be sent. False if they have to go on their own. */
function joinQueued(r: Raft, progress: Progress, entries: readonly Entry[]): boolean {
  const m = r.queued.find((each) => each.type === "MsgApp" && each.to === progress.id);
  if (m === undefined) return false;
  if (entries.length > 0) {
    const next = m.index + m.entries.length + 1;
    const sizeBytes = entriesSizeBytes(m.entries) + entriesSizeBytes(entries);
    if (entries[0]!.index !== next || sizeBytes > r.maxSizePerMsgBytes) return false;
    m.entries = m.entries.concat(entries);
  }
  m.commit = r.log.committed;
  return true;
}

function maybeSendSnapshot(r: Raft, progress: Progress): boolean {
  const peer = progress.id;
  if (!progress.recentActive) {
    r.trace?.event({ kind: "snapshotPeerInactive", node: r.id, peer });
    return false;
  }
  const snapshot = r.log.snapshot(progress.requestedSnapshot, peer);
  if (snapshot === "snapshotTemporarilyUnavailable") {
    r.trace?.event({ kind: "snapshotUnavailable", node: r.id, peer });
    return false;
  }
  if (typeof snapshot === "string") assert(false, `snapshot is ${snapshot}`);
  const { index, term } = snapshot.metadata;
  assert(index !== NO_INDEX, "need non-empty snapshot");
  r.trace?.event({
    kind: "snapshotSent",
    node: r.id,
    peer,
    progress: String(progress),
    snapshotIndex: index,
    snapshotTerm: term,
    firstIndex: r.log.firstIndex(),
    commit: r.log.committed,
  });
  progress.becomeSnapshot(index);
  traceProgress(r, "replicationPaused", progress);
  const m = message("MsgSnap", peer);
  m.snapshot = snapshot;
  r.send(m);
  return true;
}

function sendHeartbeat(r: Raft, progress: Progress, context: Uint8Array | null): void {
  const m = message("MsgHeartbeat", progress.id);
  // Never beyond what the follower is known to hold: past that its log may differ from ours.
  m.commit = progress.match < r.log.committed ? progress.match : r.log.committed;
  m.context = context;
  r.send(m);
  progress.sentCommit(m.commit);
}

/** Follower: passes on what only the leader can answer, as if the leader had been asked itself. */
export function forwardToLeader(r: Raft, m: Message): void {
  const forwarded = message(m.type, r.lead);
  forwarded.from = m.from;
  forwarded.entries = m.entries;
  r.send(forwarded);
}

/** Tells the trace of a change in what the leader knows of a member. */
export function traceProgress(r: Raft, kind: PeerProgressKind, progress: Progress): void {
  r.trace?.event({ kind, node: r.id, peer: progress.id, progress: String(progress) });
}
