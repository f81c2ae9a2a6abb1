import { assert } from "../base/assert.ts";
import type { DiskCompletion, DiskOperation } from "./disk.ts";
import {
  encodeSnapshot,
  snapshotFileName,
  snapshotOfFileName,
  temporaryFileName,
} from "./snapshotFile.ts";
import type { SnapshotFile, SnapshotsFound } from "./snapshotFile.ts";

export type SnapshotProgress =
  | { readonly outcome: "completed" }
  /** It survives a loss of power from now on, and is the one in force. */
  | { readonly outcome: "saved"; readonly snapshot: SnapshotFile }
  /** There was no room. The save is given up, and may be tried again. */
  | { readonly outcome: "full"; readonly reason: string }
  /** The node must stop. */
  | { readonly outcome: "failed"; readonly reason: string };

/** What a save has yet to do, in this order. */
type Step = "create" | "append" | "rename" | "syncDirectory";
const STEPS: readonly Step[] = ["create", "append", "rename", "syncDirectory"];

interface Save {
  readonly snapshot: SnapshotFile;
  step: number;
}

interface GroupFiles {
  newestIndex: number;
  /** They go when the group's next save is done. */
  superseded: string[];
}

/**
 * The snapshots of a node's groups on the disk. One is written to a file of another name, synced,
 * and renamed; with the sync of the directory it is in force, and only then do older ones of its
 * group go. A save that is interrupted anywhere leaves the snapshot before it as it was.
 */
export class SnapshotStore {
  readonly #nextOperationId: () => number;
  /** Files to remove as soon as the disk is free. */
  readonly #removals: string[];
  readonly #groups = new Map<number, GroupFiles>();
  #save: Save | null = null;
  #inFlight: DiskOperation | null = null;
  #failure: string | null = null;

  /** `nextOperationId` is one counter for all operations of a node. */
  constructor(found: SnapshotsFound, nextOperationId: () => number) {
    this.#nextOperationId = nextOperationId;
    this.#removals = [...found.leftovers];
    for (const snapshot of found.snapshots) {
      const files = this.#filesOf(snapshot.group);
      files.newestIndex = Math.max(files.newestIndex, snapshot.index);
      files.superseded.push(snapshotFileName(snapshot));
    }
    for (const { file } of found.ignored) {
      const named = snapshotOfFileName(file);
      if (named !== null) this.#filesOf(named.group).superseded.push(file);
    }
  }

  /** The snapshot that is being written; null when none is. */
  get saving(): SnapshotFile | null {
    return this.#save?.snapshot ?? null;
  }

  /** Begins to write a snapshot. One at a time, and never an older one than there is. */
  save(snapshot: SnapshotFile): void {
    const { newestIndex } = this.#filesOf(snapshot.group);
    assert(this.#save === null, "one snapshot is saved at a time");
    assert(snapshot.index >= newestIndex, "what is saved last is the snapshot in force");
    this.#save = { snapshot, step: 0 };
  }

  /** A group has gone, and with it what it has here. Not while a snapshot of it is written. */
  forget(group: number): void {
    assert(this.#save?.snapshot.group !== group, "a group that is being saved is there");
    this.#removals.push(...this.#filesOf(group).superseded);
    this.#groups.delete(group);
  }

  /** The next thing for the disk to do; null while it is busy or there is nothing to do. */
  nextOperation(): DiskOperation | null {
    if (this.#inFlight !== null || this.#failure !== null) return null;
    const operation = this.#nextRemoval() ?? this.#nextStep();
    this.#inFlight = operation;
    return operation;
  }

  /** Whether an operation is this store's, and not the log's. */
  owns(id: number): boolean {
    return this.#inFlight?.id === id;
  }

  /** The disk has carried out, or failed at, the operation in flight. */
  complete({ id, error }: DiskCompletion): SnapshotProgress {
    const operation = this.#inFlight;
    assert(operation !== null && operation.id === id, `completion ${id} for no operation`);
    this.#inFlight = null;
    if (error !== null) {
      const mayTryAgain = operation.kind === "append" || operation.kind === "create";
      if (error.kind === "full" && mayTryAgain) this.#giveUp(operation.kind === "append");
      else this.#failure = error.message;
      return { outcome: this.#failure === null ? "full" : "failed", reason: error.message };
    }
    const save = this.#save;
    if (operation.kind === "remove" || save === null) return { outcome: "completed" };
    save.step++;
    if (save.step < STEPS.length) return { outcome: "completed" };
    return this.#saved(save.snapshot);
  }

  #nextRemoval(): DiskOperation | null {
    const file = this.#removals.shift();
    return file === undefined ? null : { kind: "remove", id: this.#nextOperationId(), file };
  }

  #nextStep(): DiskOperation | null {
    if (this.#save === null) return null;
    const { snapshot, step } = this.#save;
    const id = this.#nextOperationId();
    const file = temporaryFileName(snapshot);
    const kind = STEPS[step]!;
    switch (kind) {
      case "create":
        return { kind, id, file };
      case "append":
        return { kind, id, file, bytes: encodeSnapshot(snapshot), sync: true };
      case "rename":
        return { kind, id, file, to: snapshotFileName(snapshot) };
      case "syncDirectory":
        return { kind, id };
    }
  }

  #saved(snapshot: SnapshotFile): SnapshotProgress {
    const file = snapshotFileName(snapshot);
    const files = this.#filesOf(snapshot.group);
    // One of the same name has been replaced.
    this.#removals.push(...files.superseded.filter((older) => older !== file));
    files.superseded = [file];
    files.newestIndex = snapshot.index;
    this.#save = null;
    return { outcome: "saved", snapshot };
  }

  #filesOf(group: number): GroupFiles {
    let files = this.#groups.get(group);
    if (files === undefined) {
      files = { newestIndex: 0, superseded: [] };
      this.#groups.set(group, files);
    }
    return files;
  }

  #giveUp(isCreated: boolean): void {
    const save = this.#save;
    assert(save !== null, "only a save runs out of room");
    if (isCreated) this.#removals.push(temporaryFileName(save.snapshot));
    this.#save = null;
  }
}
