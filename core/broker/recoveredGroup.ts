import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Index, Term } from "../base/ids.ts";
import { MemoryStorage } from "../raft/index.ts";
import type { ConfState, Entry, HardState, SnapshotMetadata } from "../raft/index.ts";
import type { EntryRecord, SnapshotFile, SnapshotRecord } from "../wal/index.ts";

/** What a group's records and snapshots come to, or the sentence that says why they do not. */
export type GroupRecovery =
  | {
      readonly ok: true;
      readonly storage: MemoryStorage;
      /** A snapshot that took the place of the log, which the log itself does not say yet. */
      readonly unmarked: SnapshotMetadata | null;
    }
  | { readonly ok: false; readonly sentence: string };

/**
 * Puts one Raft group together again from its records, in the order in which they were written, and
 * from the snapshots that the disk holds.
 */
export class RecoveredGroup {
  #hardState: HardState | null = null;
  /** The entry before `#entries`. */
  #base: Index = NO_INDEX;
  #entries: Entry[] = [];
  /** The last snapshot that the log speaks of. */
  #marker: SnapshotRecord | null = null;
  #problem: string | null = null;

  entry({ term, index, entryType: type, data, context }: EntryRecord): void {
    const last = this.#base + this.#entries.length;
    const isBeyond = index > last + 1;
    if (isBeyond && this.#entries.length > 0) return this.#missing(last + 1);
    if (isBeyond || index <= this.#base) {
      // Older segments have gone, so the log may begin anywhere; even with entries that a leader has
      // replaced further on, from one before them. That a snapshot holds the rest is seen at the end.
      this.#base = (index - 1) as Index;
      this.#entries = [];
    }
    this.#entries.length = index - this.#base - 1;
    this.#entries.push(
      context === null ? { term, index, type, data } : { term, index, type, data, context },
    );
  }

  hardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  marker(marker: SnapshotRecord): void {
    this.#marker = marker;
    this.#startAfter(marker.index, marker.installed);
  }

  /** `snapshots` are those that can be read, newest first. */
  finish(initial: ConfState, snapshots: readonly SnapshotFile[]): GroupRecovery {
    const snapshot = snapshots[0] ?? null;
    const marked = this.#marker?.index ?? NO_INDEX;
    if (marked > (snapshot?.index ?? NO_INDEX)) {
      return refused(`The snapshot up to entry ${marked}, which the log speaks of, is not there.`);
    }
    const first = (snapshot?.index ?? 0) + 1;
    if (this.#base >= first) this.#missing(first);
    if (this.#problem !== null) return refused(this.#problem);
    let unmarked: SnapshotMetadata | null = null;
    const storage = new MemoryStorage(initial);
    if (snapshot !== null) {
      const { index, term, members: confState, data } = snapshot;
      const metadata = { index, term, confState };
      // It was made durable just before the power went; the log was to say so next.
      if (index > marked) {
        if (!this.#agreesWith(index, term)) unmarked = metadata;
        this.#startAfter(index, unmarked !== null);
      }
      storage.applySnapshot({ metadata, data });
    }
    storage.append(this.#entries);
    const hardState = this.#hardStateWith(snapshot);
    if (hardState !== null) storage.setHardState(hardState);
    return { ok: true, storage, unmarked };
  }

  /** A vote belongs to its term: with a snapshot of a later one comes a term without a vote. */
  #hardStateWith(snapshot: SnapshotFile | null): HardState | null {
    const stored = this.#hardState;
    if (snapshot === null || snapshot.term <= (stored?.term ?? NO_TERM)) return stored;
    return { term: snapshot.term, vote: NO_NODE, commit: stored?.commit ?? NO_INDEX };
  }

  /** Whether the log holds the entry that a snapshot ends with, and so belongs behind it. */
  #agreesWith(index: Index, term: Term): boolean {
    return this.#entries[index - this.#base - 1]?.term === term;
  }

  #startAfter(index: Index, isInstalled: boolean): void {
    const covered = index - this.#base;
    if (isInstalled || covered > this.#entries.length) this.#entries = [];
    else if (covered > 0) this.#entries = this.#entries.slice(covered);
    else return;
    this.#base = index;
  }

  #missing(index: number): void {
    this.#problem ??= `Entry ${index} is missing from the log, and no snapshot holds it.`;
  }
}

function refused(sentence: string): GroupRecovery {
  return { ok: false, sentence };
}
