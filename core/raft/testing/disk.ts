import { index, NO_INDEX } from "../../base/ids.ts";
import type { Index } from "../../base/ids.ts";
import { NO_LIMIT_BYTES } from "../entrySize.ts";
import { MemoryStorage } from "../memoryStorage.ts";
import type { ConfState, Entry, HardState, Snapshot } from "../message.ts";

/** What one Ready wants stored. */
export interface Write {
  readonly snapshot: Snapshot | null;
  readonly entries: readonly Entry[];
  readonly hardState: HardState | null;
}

export function write(storage: MemoryStorage, { snapshot, entries, hardState }: Write): void {
  if (snapshot !== null) storage.applySnapshot(snapshot);
  storage.append(entries);
  if (hardState !== null) storage.setHardState(hardState);
}

/** A state machine as it was stored: how far it had come, and what it said. */
export interface SavedState {
  readonly index: Index;
  readonly confState: ConfState;
  readonly digest: number;
}

/** A disk with a cache: what was written can be read at once, and survives a crash once synced. */
export class Disk {
  /** Everything that was written: what a node reads. */
  storage: MemoryStorage;
  saved: SavedState | null = null;
  #durable: MemoryStorage;
  readonly #unsynced: Write[] = [];
  /** Committed for certain, since the stored state machine or snapshot contains it. */
  #applied: Index = NO_INDEX;

  constructor(storage: MemoryStorage) {
    this.storage = storage;
    this.#durable = copyOf(storage);
  }

  write(each: Write): void {
    write(this.storage, each);
    this.#unsynced.push(each);
  }

  /** The first `count` writes are durable now. */
  sync(count: number = this.#unsynced.length): void {
    for (const each of this.#unsynced.splice(0, count)) write(this.#durable, each);
    this.#raiseCommit();
  }

  /** True if a crash could not take the entry. */
  holds({ index: i, term }: Entry): boolean {
    const held = this.#durable.term(i);
    return held === term || held === "compacted";
  }

  /** Some of what was not synced survives as well: the cache may have been written out in part. */
  crash(lucky: number): void {
    this.sync(lucky % (this.#unsynced.length + 1));
    this.#unsynced.length = 0;
    this.storage = copyOf(this.#durable);
  }

  /** Whatever a test has done to the storage of a node that is down, is what the node finds. */
  reopen(): void {
    this.storage = copyOf(this.storage);
    this.#durable = copyOf(this.storage);
    const { saved } = this;
    if (saved === null || saved.index <= this.storage.snapshot().metadata.index) this.saved = null;
    else this.storage.setConfState(saved.confState);
  }

  /** Stores the state machine. */
  save(state: SavedState): void {
    this.saved = state;
    this.#applied = state.index;
    this.#raiseCommit();
  }

  /** Keeps a snapshot of the state machine, for members whose log does not reach this one's. */
  snapshot(i: Index, data: Uint8Array, confState: ConfState): void {
    this.#applied = i;
    for (const storage of [this.storage, this.#durable]) storage.createSnapshot(i, data, confState);
    this.#raiseCommit();
  }

  /** Drops the entries up to the snapshot. */
  compact(): void {
    for (const storage of [this.storage, this.#durable]) {
      storage.compact(storage.snapshot().metadata.index);
    }
  }

  /**
   * A commit index alone is not always synced, so that one on the disk may lie behind the state
   * machine there; a host has to put that right before it starts a node with it.
   */
  #raiseCommit(): void {
    const { hardState } = this.#durable.initialState();
    if (hardState === null || hardState.commit >= this.#applied) return;
    this.#durable.setHardState({ ...hardState, commit: this.#applied });
  }
}

/** A copy down to the bytes, so that nothing of a crashed node can leak into its successor. */
function copyOf(storage: MemoryStorage): MemoryStorage {
  const lo = storage.firstIndex();
  const hi = index(storage.lastIndex() + 1);
  const entries = lo < hi ? storage.entries(lo, hi, NO_LIMIT_BYTES) : [];
  if (typeof entries === "string") throw new Error(entries);
  const { hardState, confState } = storage.initialState();
  const copy = new MemoryStorage(confState);
  const snapshot = storage.snapshot();
  if (snapshot.metadata.index > 0) copy.applySnapshot(snapshot);
  copy.append(entries.map((entry) => ({ ...entry, data: entry.data.slice() })));
  if (hardState !== null) copy.setHardState(hardState);
  return copy;
}
