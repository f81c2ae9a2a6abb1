import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";
import { countWithinSize } from "./entrySize.ts";
import type { ConfState, Entry, HardState, Snapshot } from "./message.ts";
import type { Storage, StorageError } from "./storage.ts";

/** The ConfState of a group of these voters and nobody else. */
export function confStateOf(voters: readonly NodeId[]): ConfState {
  return { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
}

/** What a write to storage came to nothing for. */
export type StorageWriteError = "compacted" | "snapshotOutOfDate";

const NO_DATA = new Uint8Array(0);

/**
 * Storage in memory: the cache of the log that a host keeps beside its disk, or all there is in a
 * simulation. The host writes to it; `advance` expects to find a Ready's entries here.
 */
export class MemoryStorage implements Storage {
  #hardState: HardState | null = null;
  #confState: ConfState;
  #snapshot: Snapshot;
  /** The entries from `#offset + 1` on, without gaps. */
  #entries: Entry[] = [];
  /** The last entry that was compacted away. */
  #offset: Index = NO_INDEX;
  #offsetTerm: Term = NO_TERM;

  /** An empty log, of a group whose first members are `confState`. */
  constructor(confState: ConfState = confStateOf([])) {
    this.#confState = confState;
    this.#snapshot = {
      metadata: { confState, index: NO_INDEX, term: NO_TERM },
      data: NO_DATA,
    };
  }

  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState } {
    return { hardState: this.#hardState, confState: this.#confState };
  }

  /** @throws InvariantError if `hi` lies beyond lastIndex() + 1. */
  entries(lo: Index, hi: Index, maxBytes: number): readonly Entry[] | StorageError {
    if (lo <= this.#offset) return "compacted";
    if (hi > this.lastIndex() + 1) {
      assert(false, `entries' hi(${hi}) is out of bound lastindex(${this.lastIndex()})`);
    }
    if (this.#entries.length === 0) return "unavailable";
    const from = lo - this.#offset - 1;
    const to = hi - this.#offset - 1;
    return this.#entries.slice(from, from + countWithinSize(this.#entries, from, to, maxBytes));
  }

  term(i: Index): Term | StorageError {
    if (i < this.#offset) return "compacted";
    if (i === this.#offset) return this.#offsetTerm;
    const at = i - this.#offset - 1;
    return at < this.#entries.length ? this.#entries[at]!.term : "unavailable";
  }

  lastIndex(): Index {
    return (this.#offset + this.#entries.length) as Index;
  }

  firstIndex(): Index {
    return (this.#offset + 1) as Index;
  }

  /** The snapshot that was kept last, unless it does not reach as far as is asked for. */
  snapshot(): Snapshot;
  snapshot(requestIndex: Index): Snapshot | StorageError;
  snapshot(requestIndex: Index = NO_INDEX): Snapshot | StorageError {
    const { index } = this.#snapshot.metadata;
    return index < requestIndex ? "snapshotTemporarilyUnavailable" : this.#snapshot;
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
  }

  /** The membership that the host has reached by applying, for the next start. */
  setConfState(confState: ConfState): void {
    this.#confState = confState;
  }

  /**
   * Stores entries after those that precede them; what was there from their first index on goes, as
   * a follower's log must when a new leader replaces its end (Raft paper, section 5.3).
   *
   * @throws InvariantError if they would leave a gap.
   */
  append(entries: readonly Entry[]): void {
    if (entries.length === 0) return;
    const first = this.firstIndex();
    const end = entries[0]!.index + entries.length;
    if (end <= first) return;
    const fresh = entries[0]!.index < first ? entries.slice(first - entries[0]!.index) : entries;
    const at = fresh[0]!.index - first;
    if (at > this.#entries.length) {
      const gap = `[last: ${this.lastIndex()}, append at: ${fresh[0]!.index}]`;
      assert(false, `missing log entry ${gap}`);
    }
    if (at < this.#entries.length) this.#entries.length = at;
    for (const entry of fresh) this.#entries.push(entry);
  }

  /** The snapshot takes the place of the log. */
  applySnapshot(snapshot: Snapshot): "ok" | StorageWriteError {
    const held = this.#snapshot.metadata.index;
    const { index, term, confState } = snapshot.metadata;
    if (held !== NO_INDEX && held >= index) return "snapshotOutOfDate";
    this.#snapshot = snapshot;
    this.#confState = confState;
    this.#entries = [];
    this.#offset = index;
    this.#offsetTerm = term;
    return "ok";
  }

  /**
   * Keeps `data`, the state machine's state after it applied the entry at `i`, as what snapshots
   * answer from now on. The log stays; `compact` shortens it.
   *
   * @throws InvariantError if `i` lies beyond the log.
   */
  createSnapshot(
    i: Index,
    data: Uint8Array,
    confState: ConfState = this.#confState,
  ): Snapshot | StorageWriteError {
    if (i <= this.#snapshot.metadata.index) return "snapshotOutOfDate";
    if (i > this.lastIndex()) {
      assert(false, `snapshot ${i} is out of bound lastindex(${this.lastIndex()})`);
    }
    const term = this.term(i);
    if (typeof term === "string") return "compacted";
    this.#snapshot = { metadata: { confState, index: i, term }, data };
    return this.#snapshot;
  }

  /**
   * Drops the entries up to and including `i`, which the host must have applied.
   *
   * @throws InvariantError if `i` lies beyond the log.
   */
  compact(i: Index): "ok" | StorageWriteError {
    if (i <= this.#offset) return "compacted";
    if (i > this.lastIndex()) {
      assert(false, `compact ${i} is out of bound lastindex(${this.lastIndex()})`);
    }
    const count = i - this.#offset;
    this.#offsetTerm = this.#entries[count - 1]!.term;
    this.#entries = this.#entries.slice(count);
    this.#offset = i;
    return "ok";
  }
}
