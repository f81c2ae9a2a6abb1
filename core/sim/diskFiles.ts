import { NO_BYTES } from "../base/bytes.ts";
import type { DiskImage } from "../wal/disk.ts";
import type { DiskFile } from "./diskFaults.ts";

/** A sector is written whole or not at all, and what another sector holds does not change by it. */
export const SECTOR_BYTES = 512;

/** Bytes of a file, from one position to before another. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** One file, as the operating system sees it and as it is where no loss of power reaches it. */
export interface FileImage {
  /** The first `sizeBytes` are what everybody reads. */
  bytes: Uint8Array;
  sizeBytes: number;
  /** So many of them a sync has vouched for. */
  believedBytes: number;
  /** So many of them really survive a loss of power: fewer than believed once a sync has lied. */
  durableBytes: number;
  /** What survives behind those: the rest of a file that was cut, while no sync has saved the cut. */
  uncut: Uint8Array;
  version: number;
}

/**
 * The files of one disk, and what a loss of power leaves of them. Bytes and names become durable
 * apart from each other: bytes by a sync of their file, names by a sync of the directory.
 */
export class DiskFiles {
  #names = new Map<string, FileImage>();
  /** The directory as it was last synced. */
  #durableNames = new Map<string, FileImage>();
  #lastVersion = 0;

  find(name: string): FileImage | undefined {
    return this.#names.get(name);
  }

  create(name: string): void {
    this.#names.set(name, {
      bytes: NO_BYTES,
      sizeBytes: 0,
      believedBytes: 0,
      durableBytes: 0,
      uncut: NO_BYTES,
      version: ++this.#lastVersion,
    });
  }

  /** Moves a file that is there; one that had the other name is gone. */
  rename(file: FileImage, from: string, to: string): void {
    this.#names.delete(from);
    this.#names.set(to, file);
  }

  remove(name: string): void {
    this.#names.delete(name);
  }

  append(file: FileImage, bytes: Uint8Array): void {
    const sizeBytes = file.sizeBytes + bytes.length;
    if (sizeBytes > file.bytes.length) {
      // Most files stay as they are once they are full: what they have to spare is lost to memory.
      const grown = new Uint8Array(Math.max(SECTOR_BYTES, sizeBytes + (sizeBytes >> 2)));
      grown.set(file.bytes.subarray(0, file.sizeBytes));
      file.bytes = grown;
    }
    file.bytes.set(bytes, file.sizeBytes);
    file.sizeBytes = sizeBytes;
  }

  cut(file: FileImage, sizeBytes: number): void {
    if (sizeBytes < file.durableBytes) {
      const cutBytes = file.durableBytes - sizeBytes;
      const uncut = new Uint8Array(cutBytes + file.uncut.length);
      uncut.set(file.bytes.subarray(sizeBytes, file.durableBytes));
      uncut.set(file.uncut, cutBytes);
      file.uncut = uncut;
      file.durableBytes = sizeBytes;
    }
    file.sizeBytes = sizeBytes;
    file.believedBytes = Math.min(file.believedBytes, sizeBytes);
    file.version = ++this.#lastVersion;
  }

  flipBit(file: FileImage, byte: number, bit: number): void {
    file.bytes[byte]! ^= 1 << bit;
    file.version = ++this.#lastVersion;
  }

  sync(file: FileImage): void {
    file.durableBytes = file.sizeBytes;
    file.believedBytes = file.sizeBytes;
    file.uncut = NO_BYTES;
  }

  /** A sync that says it was done, and was not. */
  pretendSync(file: FileImage): void {
    file.believedBytes = file.sizeBytes;
  }

  /**
   * A sync that failed: the pages that it should have saved count as clean from now on, and what
   * was in them is gone (Rebello, ATC'20).
   */
  failSync(file: FileImage): void {
    file.sizeBytes = file.believedBytes;
    file.version = ++this.#lastVersion;
  }

  syncNames(): void {
    this.#durableNames = new Map(this.#names);
  }

  /** Takes back every change of a name that no sync has saved; gives the bytes gone with files. */
  undoNames(): number {
    const before = this.#names;
    this.#names = new Map(this.#durableNames);
    const left = new Set(this.#names.values());
    let lostBytes = 0;
    for (const file of before.values()) if (!left.has(file)) lostBytes += file.sizeBytes;
    return lostBytes;
  }

  clear(): void {
    this.#names.clear();
    this.#durableNames.clear();
  }

  /**
   * Of every file the durable bytes are left, and those of the others that `survivors` names, in
   * ascending order. All names are left as they are.
   */
  losePower(survivors: (file: FileImage) => readonly ByteRange[]): {
    readonly lostBytes: number;
    readonly keptBytes: number;
  } {
    this.syncNames();
    let lostBytes = 0;
    let keptBytes = 0;
    for (const file of this.#names.values()) {
      const kept = survivors(file);
      const keptHere = kept.reduce((sum, { from, to }) => sum + to - from, 0);
      const lostHere = file.sizeBytes - file.durableBytes - keptHere;
      keptBytes += keptHere;
      lostBytes += lostHere;
      if (lostHere > 0 || file.uncut.length > 0) this.#rebuild(file, kept);
      this.sync(file);
    }
    return { lostBytes, keptBytes };
  }

  /** A copy of what is there. */
  image(): DiskImage {
    const image = new Map<string, Uint8Array>();
    for (const [name, file] of this.#names) image.set(name, file.bytes.slice(0, file.sizeBytes));
    return image;
  }

  list(): readonly DiskFile[] {
    const files = [...this.#names].map(([name, file]) => ({
      name,
      bytes: file.bytes,
      sizeBytes: file.sizeBytes,
      durableBytes: file.believedBytes,
      liedBytes: file.believedBytes - file.durableBytes,
      isNameDurable: this.#durableNames.get(name) === file,
      version: file.version,
    }));
    return files.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** What is left of a file. Between two survivors there are zeros, which nobody wrote. */
  #rebuild(file: FileImage, kept: readonly ByteRange[]): void {
    const { bytes, durableBytes, uncut } = file;
    file.sizeBytes = Math.max(durableBytes + uncut.length, kept.at(-1)?.to ?? 0);
    file.bytes = new Uint8Array(file.sizeBytes);
    file.bytes.set(bytes.subarray(0, durableBytes));
    file.bytes.set(uncut, durableBytes);
    for (const { from, to } of kept) file.bytes.set(bytes.subarray(from, to), from);
    file.version = ++this.#lastVersion;
  }
}

/** Any of the sectors that hold unsynced bytes, in no order: a disk writes them as it likes. */
export function someSectors(
  { durableBytes, sizeBytes }: FileImage,
  isKept: () => boolean,
): readonly ByteRange[] {
  const kept: ByteRange[] = [];
  for (let from = durableBytes; from < sizeBytes;) {
    const to = Math.min(sizeBytes, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (isKept()) kept.push({ from, to });
    from = to;
  }
  return kept;
}
