import { NO_INDEX } from "../base/ids.ts";
import type { Index, Term } from "../base/ids.ts";
import { entriesSizeBytes } from "./entrySize.ts";
import type { Entry, Message, Snapshot } from "./message.ts";
import { maybeAutoLeave } from "./proposal.ts";
import type { Raft } from "./raft.ts";
import type { StepResult } from "./stepResult.ts";

/* What the host reports: that something is stored, or applied. */

/**
 * The host has stored what was unstable when a Ready was taken at `term`: entries that ended at
 * `lastIndex` (0 if there were none), and `snapshot`.
 */
export function storedUpTo(
  r: Raft,
  term: Term,
  lastIndex: Index,
  lastTerm: Term,
  snapshot: Snapshot | null,
): void {
  if (lastIndex !== NO_INDEX) {
    if (term === r.term) {
      r.log.unstable.stableTo(lastIndex, lastTerm);
    } else {
      // Another leader may have replaced those entries, and perhaps put the same ones back: the
      // writes of what came between are still to follow. A later report settles what is stable.
      const messageTerm = term;
      r.trace?.event({ kind: "lowerTermAppendIgnored", node: r.id, term: r.term, messageTerm });
    }
  }
  // A snapshot holds committed state only, which no term can take back.
  if (snapshot !== null) {
    const { index } = snapshot.metadata;
    r.log.unstable.stableSnapshotTo(index);
    appliedTo(r, index, 0);
  }
}

/** The host has applied `entries`, the oldest of those it was handed. */
export function applied(r: Raft, entries: readonly Entry[]): void {
  appliedTo(r, entries[entries.length - 1]!.index, entriesSizeBytes(entries));
  r.reduceUncommittedSize(entries);
}

function appliedTo(r: Raft, index: Index, sizeBytes: number): void {
  r.log.appliedTo(index > r.log.applied ? index : r.log.applied, sizeBytes);
  maybeAutoLeave(r);
}

/** The host's threads of work report by message, when storage is written in the background. */
export function stepStorage(r: Raft, m: Message): StepResult {
  if (m.type === "MsgStorageAppendResp") {
    storedUpTo(r, m.term, m.index, m.logTerm, m.snapshot);
    return "ok";
  }
  if (m.type === "MsgStorageApplyResp") {
    if (m.entries.length > 0) applied(r, m.entries);
    return "ok";
  }
  return "stepLocalMessage";
}
