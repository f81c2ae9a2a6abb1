/** What a person can switch on and off at one node's disk. All are off on a new disk. */
export type DiskFault =
  /** A loss of power takes everything that was not synced, to the last byte. */
  | "lostCache"
  /** A loss of power keeps any of the unsynced sectors of 512 bytes, in no order; the rest is zero. */
  | "tornSectors"
  /** A loss of power undoes every create, rename and remove that no directory sync has covered. */
  | "lostNames"
  /** A sync says that it is done, and has done nothing. */
  | "lyingSync"
  /** Everything takes `slowDiskFactor` times as long. */
  | "slow"
  /** There is no room: an append writes part of its bytes and fails, a create fails. */
  | "full";

export const DISK_FAULTS: readonly DiskFault[] = [
  "lostCache",
  "tornSectors",
  "lostNames",
  "lyingSync",
  "slow",
  "full",
];

/** How a disk misbehaves now. */
export interface DiskFaults extends Readonly<Record<DiskFault, boolean>> {
  /** Its next sync fails; once. */
  readonly failSync: boolean;
  /** The node loses its power in the middle of the next write, and part of that stays; once. */
  readonly tear: boolean;
}

export const NO_DISK_FAULTS: DiskFaults = {
  lostCache: false,
  tornSectors: false,
  lostNames: false,
  lyingSync: false,
  slow: false,
  full: false,
  failSync: false,
  tear: false,
};

/** A file as the operating system sees it, and what of it a loss of power cannot take. */
export interface DiskFile {
  readonly name: string;
  /** Not a copy, and only valid until the disk changes: the first `sizeBytes` are the file's. */
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  /** A sync has covered so many bytes from the start; a disk that lies says so too, see `liedBytes`. */
  readonly durableBytes: number;
  /** Of those that the node believes durable, how many at the end are not: its disk has lied. */
  readonly liedBytes: number;
  /** Whether its name survives a loss of power. */
  readonly isNameDurable: boolean;
  /** Grows whenever the contents change in another way than by growing: a cut, a flip, a loss. */
  readonly version: number;
}

/** One node's disk, for pictures. Nothing in here changes anything. */
export interface DiskProbe {
  /** In order of name. */
  readonly files: readonly DiskFile[];
  readonly faults: DiskFaults;
}
