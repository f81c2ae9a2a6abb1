import { assert } from "../base/assert.ts";
import type { Index } from "../base/ids.ts";
import type { ConfState, Snapshot } from "../raft/index.ts";
import type { SnapshotFile } from "../wal/index.ts";
import type { Outbox } from "./outbox.ts";
import type { RaftStore, SnapshotSaver } from "./raftStore.ts";
import type { StateMachine } from "./stateMachine.ts";
import type { WalStorage } from "./walStorage.ts";

/** The parts of a node that a group's snapshots concern. */
export interface SnapshotParts {
  readonly store: RaftStore;
  readonly storage: WalStorage;
  readonly state: StateMachine;
  /** After how many more entries than at the last one the next snapshot is due, as of now. */
  readonly intervalAfter: () => number;
  /** Entries before a snapshot that stay in memory for followers a little behind. */
  readonly trailingEntries: number;
  /** Who hears of the snapshots that were taken; null: nobody. */
  readonly events: Outbox | null;
}

/**
 * When snapshots of a group's state are taken, and what follows: once one is durable the log says
 * so, and once that is durable too, what it covers goes. Also carries a leader's snapshot to the
 * disk. One is written at a time.
 */
export class Snapshots implements SnapshotSaver {
  readonly #parts: SnapshotParts;
  /** Up to here the state is in a snapshot that is durable or on its way. */
  #lastIndex: Index;
  /** The members as of what was applied. */
  #confState: ConfState;
  #isWanted = false;
  /** What the store works on. */
  #saving: { readonly snapshot: Snapshot; readonly isInstalled: boolean } | null = null;
  /** A leader's, until it has taken the place of the state. None is taken here meanwhile. */
  #toInstall: { readonly snapshot: Snapshot; isDurable: boolean } | null = null;

  constructor(parts: SnapshotParts) {
    this.#parts = parts;
    this.#lastIndex = parts.storage.snapshot().metadata.index;
    this.#confState = parts.storage.initialState().confState;
  }

  /**
   * An entry was applied. Takes a snapshot when so many were since the last one, of exactly this
   * state: once for each crossing, however long it takes to become durable.
   */
  applied(confState: ConfState): void {
    this.#confState = confState;
    if (this.#isDue()) this.#isWanted = true;
    if (this.#isWanted) this.#take();
  }

  /** Somebody wants one now, whatever has been applied since the last. */
  take(): void {
    this.#isWanted = true;
    this.#take();
  }

  /** Tries again what the full disk has refused, and sees what has become due without an entry. */
  tick(): void {
    const { storage } = this.#parts;
    if (this.#toInstall !== null) this.#saveToInstall();
    else if (this.#isWanted || storage.wantsSnapshot || this.#isDue()) this.take();
  }

  #isDue(): boolean {
    const { state, intervalAfter } = this.#parts;
    return state.appliedIndex - this.#lastIndex >= intervalAfter();
  }

  takeTurn(): void {
    if (this.#toInstall !== null) this.#saveToInstall();
    else if (this.#isWanted) this.#take();
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

  /** The marker of an installed snapshot stands in the log. */
  installed({ metadata }: Snapshot): void {
    this.#toInstall = null;
    this.#lastIndex = metadata.index;
    this.#confState = metadata.confState;
    this.#parts.store.release();
  }

  #take(): void {
    const { state } = this.#parts;
    const { appliedIndex: index, appliedTerm: term } = state;
    if (index <= this.#lastIndex) this.#isWanted = false;
    if (!this.#isWanted || this.#saving !== null || this.#toInstall !== null) return;
    const metadata = { confState: this.#confState, index, term };
    if (!this.#save(() => ({ metadata, data: state.encode() }), false)) return;
    this.#isWanted = false;
    this.#lastIndex = index;
  }

  #saveToInstall(): void {
    if (!this.isInstalling || this.#saving !== null) return;
    const { snapshot } = this.#toInstall!;
    this.#save(() => snapshot, true);
  }

  /** False if the disk is busy with another group's. */
  #save(make: () => Snapshot, isInstalled: boolean): boolean {
    const { store, storage } = this.#parts;
    return store.save(this, (): SnapshotFile => {
      const snapshot = make();
      this.#saving = { snapshot, isInstalled };
      const { index, term, confState: members } = snapshot.metadata;
      return { group: storage.group, index, term, members, data: snapshot.data };
    });
  }

  saved(): void {
    const { store, storage, trailingEntries, events } = this.#parts;
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
    store.markerWritten(storage.writeMarker(snapshot.metadata, false));
    storage.keepSnapshot(snapshot, trailingEntries);
    events?.event({ kind: "snapshotTaken", index, term, sizeBytes });
    this.#saveToInstall();
  }

  gaveUp(): void {
    assert(this.#saving !== null, "what was given up was asked for");
    const { isInstalled } = this.#saving;
    this.#saving = null;
    if (isInstalled) return;
    this.#isWanted = true;
    this.#lastIndex = this.#parts.storage.snapshot().metadata.index;
  }
}
