import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import type { RaftConfig } from "./config.ts";
import { countWithinSize, entriesSizeBytes, entrySizeBytes } from "./entrySize.ts";
import { NO_ENTRIES } from "./message.ts";
import type { Entry, Message, Snapshot } from "./message.ts";
import type { Storage, StorageError } from "./storage.ts";
import type { RaftTrace } from "./trace.ts";
import { Unstable } from "./unstable.ts";

/** Where two logs may meet, as far as one of them can tell. */
interface LogPosition {
  readonly index: Index;
  /** 0 if unknown. */
  readonly term: Term;
}

/**
 * The log as Raft sees it: what Storage holds, continued or replaced by what is still unstable,
 * with three marks in it. Always: applied <= applying <= committed <= lastIndex.
 */
export class RaftLog {
  readonly unstable: Unstable;
  /** Highest index known to be stored by a quorum (Raft paper, figure 2: commitIndex). */
  committed: Index;
  /** Highest index handed out for applying. */
  applying: Index;
  /** Highest index that the host has applied (figure 2: lastApplied). */
  applied: Index;
  readonly #storage: Storage;
  readonly #node: NodeId;
  readonly #trace: RaftTrace | undefined;
  #maxApplyingBytes: number;
  /** One Ready at a time is stored before it is applied, so it may commit what it carries. */
  readonly #appliesUnstable: boolean;
  #applyingBytes = 0;
  #applyingPaused = false;

  constructor(config: RaftConfig, maxApplyingBytes: number) {
    const { storage, id, trace } = config;
    this.#storage = storage;
    this.#maxApplyingBytes = maxApplyingBytes;
    this.#appliesUnstable = (config.storageWrites ?? "sync") === "sync";
    this.#node = id;
    this.#trace = trace;
    this.unstable = new Unstable((storage.lastIndex() + 1) as Index, id, trace);
    // What was compacted away had been committed and applied.
    const compacted = (storage.firstIndex() - 1) as Index;
    this.committed = compacted;
    this.applying = compacted;
    this.applied = compacted;
  }

  firstIndex(): Index {
    return this.unstable.firstIndex() ?? this.#storage.firstIndex();
  }

  lastIndex(): Index {
    // What is unstable begins where storage, or the snapshot that is to replace it, ends.
    return (this.unstable.end - 1) as Index;
  }

  lastTerm(): Term {
    const last = this.lastIndex();
    const term = this.term(last);
    if (typeof term === "string") {
      assert(false, `unexpected error when getting the last term at ${last}: ${term}`);
    }
    return term;
  }

  /** Term of the entry at `i`; also known one place before the first entry. */
  term(i: Index): Term | StorageError {
    const { offset, entries, snapshot } = this.unstable;
    if (i >= offset) return i < offset + entries.length ? entries[i - offset]!.term : "unavailable";
    if (snapshot === null) return this.#storage.term(i);
    // What storage still holds before the snapshot is about to be replaced by it.
    return i === snapshot.metadata.index ? snapshot.metadata.term : "compacted";
  }

  termOrZero(i: Index): Term {
    const term = this.term(i);
    return typeof term === "string" ? NO_TERM : term;
  }

  /** True if this log has an entry of that term at that index (Log Matching property). */
  matchesTerm(i: Index, term: Term): boolean {
    return this.term(i) === term;
  }

  /** True if a log that ends so is at least as up to date as ours (Raft paper, section 5.4.1). */
  isUpToDate(lastIndex: Index, lastTerm: Term): boolean {
    const ours = this.lastTerm();
    return lastTerm > ours || (lastTerm === ours && lastIndex >= this.lastIndex());
  }

  /**
   * Follower's side of AppendEntries (Raft paper, figure 2, receiver rules 2 to 5). Returns the
   * last index that now agrees with the leader's log, or undefined if the logs do not meet where
   * the message starts.
   */
  maybeAppend(m: Message): Index | undefined {
    if (!this.matchesTerm(m.index, m.logTerm)) return undefined;
    const lastNew = (m.index + m.entries.length) as Index;
    const conflict = this.#findConflict(m.entries);
    if (conflict !== NO_INDEX) {
      if (conflict <= this.committed) {
        const committed = `[committed(${this.committed})]`;
        assert(false, `entry ${conflict} conflict with committed entry ${committed}`);
      }
      // Only from the conflict on: an old message must not cut off what came after it.
      const skip = conflict - (m.index + 1);
      this.append(skip === 0 ? m.entries : m.entries.slice(skip));
    }
    this.commitTo(m.commit < lastNew ? m.commit : lastNew);
    return lastNew;
  }

  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const after = entries[0]!.index - 1;
    if (after < this.committed) {
      assert(false, `after(${after}) is out of range [committed(${this.committed})]`);
    }
    this.unstable.truncateAndAppend(entries);
  }

  /**
   * Highest index at or below `i` whose term is not above `term`, or is unknown. From one (index,
   * term) pair of another log both sides can so skip a whole term per message when they look for
   * the place where their logs meet (Raft paper, end of section 5.3).
   */
  findConflictByTerm(i: Index, term: Term): LogPosition {
    for (let at = i; at > 0; at--) {
      const ours = this.term(at);
      if (typeof ours === "string") return { index: at, term: NO_TERM };
      if (ours <= term) return { index: at, term: ours };
    }
    return { index: NO_INDEX, term: NO_TERM };
  }

  commitTo(to: Index): void {
    if (to <= this.committed) return;
    if (to > this.lastIndex()) {
      assert(
        false,
        `tocommit(${to}) is out of range [lastIndex(${this.lastIndex()})]. ` +
          `Was the raft log corrupted, truncated, or lost?`,
      );
    }
    this.committed = to;
  }

  /**
   * Commits up to `to`, which a quorum has stored, but only if the entry there is of the leader's
   * own `term`: figure 8 of the Raft paper shows how an older one could still be overwritten.
   */
  maybeCommit(to: Index, term: Term): boolean {
    if (to <= this.committed || !this.matchesTerm(to, term)) return false;
    this.commitTo(to);
    return true;
  }

  appliedTo(i: Index, sizeBytes: number): void {
    if (i > this.committed || i < this.applied) {
      const range = `[prevApplied(${this.applied}), committed(${this.committed})]`;
      assert(false, `applied(${i}) is out of range ${range}`);
    }
    this.applied = i;
    if (this.applying < i) this.applying = i;
    this.#applyingBytes = Math.max(0, this.#applyingBytes - sizeBytes);
    this.#applyingPaused = this.#applyingBytes >= this.#maxApplyingBytes;
  }

  /** Takes effect with the next entries that are handed out, or reported as applied. */
  setMaxApplyingBytes(maxApplyingBytes: number): void {
    this.#maxApplyingBytes = maxApplyingBytes;
    this.#applyingPaused = this.#applyingBytes >= maxApplyingBytes;
  }

  /** True if `nextCommittedEntries` would return any. */
  hasNextCommittedEntries(): boolean {
    // A snapshot that waits to be applied comes first; entries would overtake it.
    if (this.#applyingPaused || this.hasPendingSnapshot()) return false;
    return this.applying < this.#maxAppliable();
  }

  /** The next entries to apply, as many as the budget allows. */
  nextCommittedEntries(): readonly Entry[] {
    if (!this.hasNextCommittedEntries()) return NO_ENTRIES;
    const budget = this.#maxApplyingBytes - this.#applyingBytes;
    if (budget <= 0) {
      const sum = `(${this.#maxApplyingBytes}-${this.#applyingBytes})=${budget}`;
      assert(false, `applying entry size ${sum} not positive`);
    }
    const lo = (this.applying + 1) as Index;
    const entries = this.slice(lo, (this.#maxAppliable() + 1) as Index, budget);
    if (typeof entries === "string") {
      assert(false, `unexpected error when getting unapplied entries (${entries})`);
    }
    return entries;
  }

  /** The host has been handed `entries` to apply. */
  acceptApplying(entries: readonly Entry[]): void {
    const last = entries[entries.length - 1]!.index;
    if (last > this.committed) {
      const range = `[prevApplying(${this.applying}), committed(${this.committed})]`;
      assert(false, `applying(${last}) is out of range ${range}`);
    }
    this.applying = last;
    this.#applyingBytes += entriesSizeBytes(entries);
    // If entries were held back, the next one would not have fitted into the budget.
    this.#applyingPaused =
      this.#applyingBytes >= this.#maxApplyingBytes || last < this.#maxAppliable();
  }

  /** A snapshot has arrived that the host has not yet stored. */
  hasPendingSnapshot(): boolean {
    return this.unstable.snapshot !== null;
  }

  snapshot(requestIndex: Index, to: NodeId): Snapshot | StorageError {
    const { snapshot } = this.unstable;
    const reaches = snapshot !== null && snapshot.metadata.index >= requestIndex;
    return reaches ? snapshot : this.#storage.snapshot(requestIndex, to);
  }

  restore(snapshot: Snapshot): void {
    const { index, term } = snapshot.metadata;
    this.#trace?.event({
      kind: "logRestoreStarted",
      node: this.#node,
      snapshotIndex: index,
      snapshotTerm: term,
      committed: this.committed,
      applied: this.applied,
      applying: this.applying,
      unstableOffset: this.unstable.offset,
      unstableOffsetInProgress: this.unstable.offsetInProgress,
      unstableCount: this.unstable.entries.length,
    });
    this.committed = index;
    this.unstable.restore(snapshot);
  }

  /** Entries from `lo` to the end, as far as `maxBytes` reaches. */
  entriesFrom(lo: Index, maxBytes: number): readonly Entry[] | StorageError {
    const last = this.lastIndex();
    return lo > last ? NO_ENTRIES : this.slice(lo, (last + 1) as Index, maxBytes);
  }

  /** Entries with lo <= index < hi, at least one if lo < hi, as far as `maxBytes` reaches. */
  slice(lo: Index, hi: Index, maxBytes: number): readonly Entry[] | StorageError {
    if (lo > hi) assert(false, `invalid slice ${lo} > ${hi}`);
    const { entries, offset } = this.unstable;
    // What is unstable is not compacted: storage need not be asked.
    if (lo < offset && lo < this.firstIndex()) return "compacted";
    if (hi > this.lastIndex() + 1) {
      const bounds = `[${this.firstIndex()},${this.lastIndex()}]`;
      assert(false, `slice[${lo},${hi}) out of bound ${bounds}`);
    }
    if (lo === hi) return NO_ENTRIES;

    if (lo >= offset) {
      const count = countWithinSize(entries, lo - offset, hi - offset, maxBytes);
      return this.unstable.slice(lo, (lo + count) as Index);
    }
    const cut = hi < offset ? hi : offset;
    const stable = this.#storage.entries(lo, cut, maxBytes);
    if (stable === "unavailable") {
      assert(false, `entries[${lo}:${cut}) is unavailable from storage`);
    }
    // Fewer than asked for: the next one did not fit, so nothing after it is wanted either.
    if (typeof stable === "string" || hi <= offset || stable.length < cut - lo) return stable;
    const left = maxBytes - entriesSizeBytes(stable);
    if (left < entrySizeBytes(entries[0]!)) return stable;
    return stable.concat(entries.slice(0, countWithinSize(entries, 0, hi - offset, left)));
  }

  /** True if an entry up to `last` that `wanted` accepts is committed but not yet applied. */
  hasUnapplied(wanted: (entry: Entry) => boolean, last: Index): boolean {
    // What a snapshot that waits to be stored has overtaken is gone.
    const first = this.firstIndex();
    let lo = (this.applied < first ? first : this.applied + 1) as Index;
    const hi = (last + 1) as Index;
    // In pages: after a long outage this range may be large.
    while (lo < hi) {
      const page = this.slice(lo, hi, this.#maxApplyingBytes);
      if (typeof page === "string" || page.length === 0) {
        const reason = typeof page === "string" ? page : "nothing";
        assert(false, `error scanning unapplied entries [${lo}, ${hi}): ${reason}`);
      }
      if (page.some(wanted)) return true;
      lo = (lo + page.length) as Index;
    }
    return false;
  }

  #maxAppliable(): Index {
    const stable = (this.unstable.offset - 1) as Index;
    return this.#appliesUnstable || this.committed < stable ? this.committed : stable;
  }

  /** First index at which `entries` differ from this log or go beyond it; 0 if they do neither. */
  #findConflict(entries: readonly Entry[]): Index {
    for (const { index, term } of entries) {
      if (this.matchesTerm(index, term)) continue;
      if (index <= this.lastIndex()) {
        this.#trace?.event({
          kind: "conflictFound",
          node: this.#node,
          index,
          existingTerm: this.termOrZero(index),
          conflictingTerm: term,
        });
      }
      return index;
    }
    return NO_INDEX;
  }
}
