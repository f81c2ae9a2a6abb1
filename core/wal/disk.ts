/**
 * The seam between a node and its disk, in bytes and operation ids. A node never waits: it asks
 * for an operation and goes on; the disk answers later with `DiskCompletion`. Operations of one
 * node are carried out, and complete, in the order in which they were asked for. There is one
 * directory, and names have no slashes.
 *
 * What survives a loss of power is what a sync has covered, and nothing else: bytes need the sync
 * of their file, and the name of a file (that it was created, renamed or removed) needs the sync
 * of the directory. The two are independent of each other.
 */
export type DiskOperation =
  | DiskCreate
  | DiskAppend
  | DiskSync
  | DiskRead
  | DiskTruncate
  | DiskRename
  | DiskRemove
  | DiskSyncDirectory;

/** Makes an empty file. Fails when there is one of that name. */
interface DiskCreate {
  readonly kind: "create";
  readonly id: number;
  readonly file: string;
}

/** Adds bytes to the end of a file. Fails when there is no such file. */
export interface DiskAppend {
  readonly kind: "append";
  readonly id: number;
  readonly file: string;
  readonly bytes: Uint8Array;
  /** When true a sync of the file follows, in the same operation. */
  readonly sync: boolean;
}

/** Once it has completed, these and all earlier bytes of the file survive a loss of power. */
interface DiskSync {
  readonly kind: "sync";
  readonly id: number;
  readonly file: string;
}

/** Reads what is there of a range. The completion has fewer bytes when the file ends before it. */
interface DiskRead {
  readonly kind: "read";
  readonly id: number;
  readonly file: string;
  readonly position: number;
  readonly sizeBytes: number;
}

/** Cuts a file to `sizeBytes` and syncs it: how a torn tail is removed. */
export interface DiskTruncate {
  readonly kind: "truncate";
  readonly id: number;
  readonly file: string;
  readonly sizeBytes: number;
}

/** Gives a file another name, at once for all who look; a file that had that name is gone. */
interface DiskRename {
  readonly kind: "rename";
  readonly id: number;
  readonly file: string;
  readonly to: string;
}

/** Removes a file. It is no error when there is none. */
interface DiskRemove {
  readonly kind: "remove";
  readonly id: number;
  readonly file: string;
}

/** Once it has completed, all names survive a loss of power as they are now. */
interface DiskSyncDirectory {
  readonly kind: "syncDirectory";
  readonly id: number;
}

export interface DiskCompletion {
  readonly id: number;
  readonly error: DiskError | null;
  /** What a read has found; null for every other operation and on error. */
  readonly bytes: Uint8Array | null;
}

export interface DiskError {
  /**
   * "full": there was no room. Of an append any first part may have been written, and none of it
   * is synced; it may be tried again. "failed": anything else. After that the node stops, for what
   * was not synced before may be gone, and a later sync that succeeds proves nothing (Rebello,
   * ATC'20).
   */
  readonly kind: "full" | "failed";
  /** For people: "fsync failed: input/output error". */
  readonly message: string;
}

/**
 * What a restarted node finds: every file by name. It is all that it finds. What it reads here is
 * durable: a disk that may hold unsynced bytes (a process died, the machine did not) syncs first.
 */
export type DiskImage = ReadonlyMap<string, Uint8Array>;
