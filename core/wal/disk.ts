/**
 * The seam between a node and its disk, in bytes and operation ids. A node never waits: it asks
 * for an operation and goes on; the disk answers later with `DiskCompletion`. Operations of one
 * node complete in the order in which they were asked for.
 */
export interface DiskAppend {
  readonly kind: "append";
  readonly id: number;
  readonly file: string;
  readonly bytes: Uint8Array;
  /** When true the completion means: these and all earlier bytes of this file survive a crash. */
  readonly sync: boolean;
}

/** Cuts a file to `sizeBytes` and syncs it: how recovery removes a torn tail. */
export interface DiskTruncate {
  readonly kind: "truncate";
  readonly id: number;
  readonly file: string;
  readonly sizeBytes: number;
}

export type DiskOperation = DiskAppend | DiskTruncate;

export interface DiskCompletion {
  readonly id: number;
  /** Null on success. After any error the node stops: a failed sync is never tried again. */
  readonly error: string | null;
}

/**
 * What a restarted node finds: every file by name. It is all that it finds. What it reads here is
 * durable: a disk that may hold unsynced bytes (a process died, the machine did not) syncs first.
 */
export type DiskImage = ReadonlyMap<string, Uint8Array>;
