import { assert } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { encodeMetadata } from "../metadata/index.ts";
import type { ConfState, Snapshot } from "../raft/index.ts";
import type { DiskCompletion, DiskOperation } from "../wal/disk.ts";
import type { SnapshotFile, SnapshotStore, WalWriter } from "../wal/index.ts";
import type { BrokerConfig } from "./config.ts";
import type { MetadataState } from "./metadataState.ts";
import type { Outbox } from "./outbox.ts";
import type { WalStorage } from "./walStorage.ts";

/** The parts of a node that snapshots concern. */
export interface SnapshotParts {
  readonly config: BrokerConfig;
  readonly wal: WalWriter;
  readonly store: SnapshotStore;
  readonly storage: WalStorage;
  readonly state: MetadataState;
  readonly out: Outbox;
}

/**
 * When snapshots of the metadata are taken, and what follows: once one is durable the log says so,
 * and once that is durable too, what it covers goes. Also carries a leader's snapshot to the disk.
 * One is written at a time.
 */
export class Snapshots {
  readonly #parts: SnapshotParts;
  /** Up to here the state is in a snapshot that is durable or on its way. */
  #lastIndex: Index;
  #isWanted = false;
  /** What the store works on. */
  #saving: { readonly snapshot: Snapshot; readonly isInstalled: boolean } | null = null;
  /** A leader's, until it has taken the place of the state. None is taken here meanwhile. */
  #toInstall: { readonly snapshot: Snapshot; isDurable: boolean } | null = null;
  #isFull = false;
  /** The record that tells of the last snapshot; null once it is durable and the log was cut. */
  #markerSequence: number | null = null;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.#lastIndex = parts.storage.snapshot().metadata.index;
    // What it covers may still be in the log: perhaps the power went before it was removed.
    if (this.#lastIndex > NO_INDEX) this.#markerSequence = parts.wal.lastSequence;
  }

  get saving(): SnapshotFile | null {
    return this.#parts.store.saving;
  }

  /** The last attempt to write one has found the disk full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /**
   * An entry was applied. Takes a snapshot when so many were since the last one, of exactly this
   * state: once for each crossing, however long it takes to become durable.
   */
  applied(confState: ConfState): void {
    const { state, config } = this.#parts;
    if (state.appliedIndex - this.#lastIndex >= config.snapshotEntries) this.#isWanted = true;
    if (this.#isWanted) this.#take(confState);
  }

  /** Somebody wants one now, whatever has been applied since the last. */
  take(confState: ConfState): void {
    this.#isWanted = true;
    this.#take(confState);
  }

  /** Tries again what the full disk has refused. */
  tick(confState: ConfState): void {
    if (this.#toInstall !== null) this.#saveToInstall();
    else if (this.#isWanted || this.#parts.storage.wantsSnapshot) this.take(confState);
  }

  /** A leader's snapshot is to take the place of log and state. */
  install(snapshot: Snapshot): void {
    assert(this.#toInstall === null, "one Ready is open at a time, and so one snapshot");
    this.#toInstall = { snapshot, isDurable: false };
    this.#saveToInstall();
  }

  /** A leader's snapshot is on its way to the disk, and the log must not speak of it yet. */
  get isInstalling(): boolean {
    return this.#toInstall !== null && !this.#toInstall.isDurable;
  }

  nextOperation(): DiskOperation | null {
    return this.#parts.store.nextOperation();
  }

  owns(operation: number): boolean {
    return this.#parts.store.owns(operation);
  }

  /** Returns what the disk failed of, or null. */
  complete(completion: DiskCompletion): string | null {
    const progress = this.#parts.store.complete(completion);
    switch (progress.outcome) {
      case "completed":
        return null;
      case "failed":
        return progress.reason;
      case "full":
        this.#isFull = true;
        this.#gaveUp();
        return null;
      case "saved":
        this.#isFull = false;
        this.#saved();
        return null;
    }
  }

  /** The log may be durable further: what only an older one needed can go. */
  writeCompleted(): void {
    const { wal } = this.#parts;
    if (this.#markerSequence === null || this.#markerSequence > wal.durableSequence) return;
    this.#markerSequence = null;
    wal.releaseBefore(this.#neededSequence());
  }

  /** The marker of an installed snapshot stands in the log. */
  installed({ metadata }: Snapshot): void {
    this.#toInstall = null;
    this.#lastIndex = metadata.index;
    this.#markerSequence = this.#parts.wal.durableSequence;
    this.writeCompleted();
  }

  #take(confState: ConfState): void {
    const { state, store } = this.#parts;
    if (state.appliedIndex <= this.#lastIndex) this.#isWanted = false;
    if (!this.#isWanted || store.saving !== null || this.#toInstall !== null) return;
    this.#isWanted = false;
    const index = state.appliedIndex;
    this.#lastIndex = index;
    const data = encodeMetadata(state.metadata);
    this.#save({ metadata: { confState, index, term: state.appliedTerm }, data }, false);
  }

  #saveToInstall(): void {
    if (!this.isInstalling || this.#parts.store.saving !== null) return;
    this.#save(this.#toInstall!.snapshot, true);
  }

  #save(snapshot: Snapshot, isInstalled: boolean): void {
    const { store, storage } = this.#parts;
    const { index, term, confState: members } = snapshot.metadata;
    this.#saving = { snapshot, isInstalled };
    store.save({ group: storage.group, index, term, members, data: snapshot.data });
  }

  #saved(): void {
    const { storage, config, wal, out } = this.#parts;
    assert(this.#saving !== null, "what was saved was asked for");
    const { snapshot, isInstalled } = this.#saving;
    this.#saving = null;
    if (isInstalled) {
      // The Ready loop goes on, and tells the log.
      assert(this.#toInstall !== null, "what is installed was asked for");
      this.#toInstall.isDurable = true;
      return;
    }
    const { index, term } = snapshot.metadata;
    const sizeBytes = snapshot.data.length;
    this.#markerSequence = storage.writeMarker(snapshot.metadata, false);
    wal.requestSync();
    storage.keepSnapshot(snapshot, config.snapshotTrailingEntries);
    out.event({ kind: "snapshotTaken", index, term, sizeBytes });
    this.#saveToInstall();
  }

  #gaveUp(): void {
    assert(this.#saving !== null, "what was given up was asked for");
    const { isInstalled } = this.#saving;
    this.#saving = null;
    if (isInstalled) return;
    this.#isWanted = true;
    this.#lastIndex = this.#parts.storage.snapshot().metadata.index;
  }

  /** The first record that somebody still needs: a group's, or a replica's batch. */
  #neededSequence(): number {
    const { storage, state } = this.#parts;
    return Math.min(storage.neededSequence, state.partitions.neededSequence);
  }
}
