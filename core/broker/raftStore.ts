import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { confStateOf, MemoryStorage } from "../raft/index.ts";
import type { DiskCompletion, DiskOperation } from "../wal/disk.ts";
import { SnapshotStore } from "../wal/index.ts";
import type { SnapshotFile, WalRecord, WalWriter } from "../wal/index.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { Recovered } from "./recover.ts";
import { WalStorage } from "./walStorage.ts";

const NOBODY: readonly NodeId[] = [];

/** Whoever has a snapshot to save, and hears what came of it. */
export interface SnapshotSaver {
  /** It is in force. */
  saved(): void;
  /** The disk was full. */
  gaveUp(): void;
  /** Another one's is done, and the disk is free. */
  takeTurn(): void;
}

interface RaftStoreParts {
  readonly recovered: Recovered;
  readonly wal: WalWriter;
  /** One counter for all operations of a node. */
  readonly nextOperationId: () => number;
  /** The first log record that is needed for something else than a Raft group. */
  readonly neededElsewhere: () => number;
}

/**
 * What a node keeps on its disk for its Raft groups: one log for all of them, from which goes what
 * none of them needs any more, and a snapshot file for each, written one at a time.
 */
export class RaftStore {
  readonly #wal: WalWriter;
  readonly #files: SnapshotStore;
  readonly #storages = new Map<number, WalStorage>();
  readonly #unmarked: readonly WalStorage[];
  readonly #neededElsewhere: () => number;
  /** By the partitions whose logs they keep: groups that were found with segments. */
  readonly #found = new Map<PartitionKey, number>();
  /** Whose snapshot is being written, and who waits for that. */
  #saver: SnapshotSaver | null = null;
  readonly #waiting = new Set<SnapshotSaver>();
  #isFull = false;
  /** Records, in order, with which older ones have become superfluous once they are durable. */
  readonly #markers: number[] = [];
  /** Groups that have gone, each with the record that says so. */
  #gone: { readonly group: number; readonly sequence: number }[] = [];

  constructor({ recovered, wal, nextOperationId, neededElsewhere }: RaftStoreParts) {
    this.#wal = wal;
    this.#neededElsewhere = neededElsewhere;
    this.#files = new SnapshotStore(recovered.snapshots, nextOperationId);
    const unmarked: WalStorage[] = [];
    for (const [group, found] of recovered.groups) {
      const storage = new WalStorage(group, found.storage, found.unmarked, wal);
      this.#storages.set(group, storage);
      if (found.unmarked !== null) unmarked.push(storage);
    }
    this.#unmarked = unmarked;
    for (const { key, group } of recovered.logs.values()) {
      if (group !== METADATA_GROUP) this.#found.set(key, group);
    }
  }

  /** Of snapshots that the log does not speak of yet its first records must tell. */
  begin(): void {
    for (const storage of this.#unmarked) storage.writeMarker(storage.snapshot().metadata, true);
    for (const storage of this.#storages.values()) {
      if (storage.snapshot().metadata.index === NO_INDEX) continue;
      // What it covers may still be in the log: perhaps the power went before it was removed.
      this.#markers.push(this.#wal.lastSequence);
      return;
    }
  }

  has(group: number): boolean {
    return this.#storages.has(group);
  }

  get groups(): Iterable<number> {
    return this.#storages.keys();
  }

  /** The group that kept the partition's log when this node started; 0 if none did. */
  foundOf(key: PartitionKey): number {
    return this.#found.get(key) ?? METADATA_GROUP;
  }

  /** A group that this disk knows nothing of begins without members: it is told who they are. */
  storageOf(group: number): WalStorage {
    let storage = this.#storages.get(group);
    if (storage === undefined) {
      storage = new WalStorage(group, new MemoryStorage(confStateOf(NOBODY)), null, this.#wal);
      this.#storages.set(group, storage);
    }
    return storage;
  }

  /**
   * A group has gone: a snapshot of nothing takes the place of its log, so that what is left of that
   * is not missed at the next start. Its files go once that is durable.
   */
  drop(group: number, saver: SnapshotSaver | null): void {
    this.#storages.delete(group);
    if (saver !== null) this.#waiting.delete(saver);
    if (saver !== null && this.#saver === saver) this.#saver = null;
    const nothing = { index: NO_INDEX, term: NO_TERM, installed: true };
    const sequence = this.#wal.append({ kind: "snapshot", group, ...nothing });
    this.#wal.requestSync();
    this.#gone.push({ group, sequence });
    this.#markers.push(sequence);
  }

  // The log.

  /** What must stand in the log although older segments go. */
  carryOver(): WalRecord[] {
    const records: WalRecord[] = [];
    for (const storage of this.#storages.values()) storage.carryOver(records);
    return records;
  }

  /** The log is durable further: hard states are, and what only an older one needed can go. */
  writeCompleted(): void {
    const durable = this.#wal.durableSequence;
    for (const storage of this.#storages.values()) storage.writeCompleted();
    this.#forget();
    if (this.#markers.length === 0 || this.#markers[0]! > durable) return;
    while (this.#markers.length > 0 && this.#markers[0]! <= durable) this.#markers.shift();
    this.release();
  }

  /** The log is to tell, by that record, of a snapshot that is durable. */
  markerWritten(sequence: number): void {
    this.#wal.requestSync();
    this.#markers.push(sequence);
  }

  /** Lets go of the records that nobody needs any more. */
  release(): void {
    let needed = this.#neededElsewhere();
    for (const storage of this.#storages.values()) {
      needed = Math.min(needed, storage.neededSequence);
    }
    this.#wal.releaseBefore(needed);
  }

  // The snapshot files.

  /** The snapshot that is being written; null when none is. */
  get saving(): SnapshotFile | null {
    return this.#files.saving;
  }

  /** The last attempt to write one has found the disk full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Begins to save a snapshot; false if it is not `saver`'s turn, who then hears when it is. */
  save(saver: SnapshotSaver, make: () => SnapshotFile): boolean {
    if (this.#files.saving !== null) {
      this.#waiting.add(saver);
      return false;
    }
    this.#waiting.delete(saver);
    this.#saver = saver;
    this.#files.save(make());
    return true;
  }

  nextOperation(): DiskOperation | null {
    return this.#files.nextOperation();
  }

  /** Whether an operation is for a snapshot file, and not for the log. */
  owns(operation: number): boolean {
    return this.#files.owns(operation);
  }

  /** Returns what the disk failed of, or null. */
  complete(completion: DiskCompletion): string | null {
    const progress = this.#files.complete(completion);
    switch (progress.outcome) {
      case "completed":
        return null;
      case "failed":
        return progress.reason;
      case "full":
        this.#isFull = true;
        this.#finish()?.gaveUp();
        return null;
      case "saved":
        this.#isFull = false;
        this.#finish()?.saved();
        this.#nextTurn();
        return null;
    }
  }

  /** Null if the group has gone meanwhile. */
  #finish(): SnapshotSaver | null {
    const saver = this.#saver;
    this.#saver = null;
    this.#forget();
    return saver;
  }

  #nextTurn(): void {
    for (const saver of this.#waiting) {
      if (this.#files.saving !== null) return;
      this.#waiting.delete(saver);
      saver.takeTurn();
    }
  }

  #forget(): void {
    if (this.#gone.length === 0) return;
    const durable = this.#wal.durableSequence;
    const busy = this.#files.saving?.group;
    this.#gone = this.#gone.filter(({ group, sequence }) => {
      if (sequence > durable || group === busy) return true;
      assert(!this.#storages.has(group), "a group's number is not used again");
      this.#files.forget(group);
      return false;
    });
  }
}
