import type { DiskCompletion, DiskImage, DiskOperation } from "../disk.ts";

/** A file; every name that leads to it shares it. */
interface PlainFile {
  bytes: Uint8Array;
  durableBytes: number;
}

const SECTOR_BYTES = 512;

/** What a loss of power leaves of that which no sync has covered. */
export interface Mercy {
  /** Whether that sector of a file is kept; what is not kept reads as zeros, or not at all. */
  keepsSector(file: string, sector: number): boolean;
  /** Whether a change of a name is kept; they count from 0, which is the oldest. */
  keepsName(change: number): boolean;
}

const NO_MERCY: Mercy = { keepsSector: () => false, keepsName: () => false };

/** The plainest disk that keeps the contract. Operations are carried out when the test says so. */
export class PlainDisk {
  #names = new Map<string, PlainFile>();
  #durableNames = new Map<string, PlainFile>();
  /** Changes of names since the last sync of the directory, oldest first. */
  #nameChanges: ((names: Map<string, PlainFile>) => void)[] = [];
  readonly #queue: DiskOperation[] = [];
  /** So many bytes fit on it. */
  roomBytes = Number.POSITIVE_INFINITY;

  start(operation: DiskOperation): void {
    this.#queue.push(operation);
  }

  finishNext(): DiskCompletion | null {
    const operation = this.#queue.shift();
    if (operation === undefined) return null;
    const { id } = operation;
    const error = this.#refusal(operation);
    if (error !== null) return { id, error, bytes: null };
    return { id, error: null, bytes: this.#carryOut(operation) };
  }

  finishAll(): DiskCompletion[] {
    const completions: DiskCompletion[] = [];
    for (let next = this.finishNext(); next !== null; next = this.finishNext()) {
      completions.push(next);
    }
    return completions;
  }

  /** What was under way may have reached the disk, as far as `mercy` goes. */
  losePower(mercy: Mercy = NO_MERCY): void {
    const [underWay] = this.#queue.splice(0);
    if (underWay !== undefined && this.#refusal(underWay) === null) this.#begin(underWay);
    const names = new Map(this.#durableNames);
    const kept = this.#nameChanges.filter((_, at) => mercy.keepsName(at));
    for (const change of kept) change(names);
    this.#nameChanges = [];
    this.#names = names;
    this.#durableNames = new Map(names);
    for (const [name, file] of names) {
      file.bytes = survivors(file, (sector) => mercy.keepsSector(name, sector));
      file.durableBytes = file.bytes.length;
    }
  }

  get usedBytes(): number {
    let used = 0;
    for (const { bytes } of this.#names.values()) used += bytes.length;
    return used;
  }

  image(): DiskImage {
    return new Map([...this.#names].map(([name, { bytes }]) => [name, bytes]));
  }

  #refusal(operation: DiskOperation): DiskCompletion["error"] {
    if (operation.kind === "syncDirectory" || operation.kind === "remove") return null;
    const file = this.#names.get(operation.file);
    if (operation.kind === "create") {
      return file === undefined ? null : { kind: "failed", message: "there is such a file" };
    }
    if (file === undefined) return { kind: "failed", message: "there is no such file" };
    if (operation.kind !== "append") return null;
    const fits = Math.max(0, this.roomBytes - this.usedBytes);
    if (operation.bytes.length <= fits) return null;
    file.bytes = concat(file.bytes, operation.bytes.subarray(0, fits));
    return { kind: "full", message: "no space left on the disk" };
  }

  #carryOut(operation: DiskOperation): Uint8Array | null {
    switch (operation.kind) {
      case "create":
        return this.#changeNames(addName(operation.file, { bytes: NONE, durableBytes: 0 }));
      case "rename":
        return this.#changeNames(moveName(operation.file, operation.to));
      case "remove":
        return this.#changeNames((names) => void names.delete(operation.file));
      case "syncDirectory":
        this.#durableNames = new Map(this.#names);
        this.#nameChanges = [];
        return null;
      case "read": {
        const { position, sizeBytes } = operation;
        return this.#file(operation.file).bytes.slice(position, position + sizeBytes);
      }
      case "append":
      case "truncate":
      case "sync":
        return this.#changeBytes(operation);
    }
  }

  /** What it does before its sync, if it has one. */
  #begin(operation: DiskOperation): void {
    const { kind } = operation;
    if (kind === "append") this.#carryOut({ ...operation, sync: false });
    if (kind === "create" || kind === "rename" || kind === "remove") this.#carryOut(operation);
  }

  #changeBytes(operation: Extract<DiskOperation, { kind: "append" | "truncate" | "sync" }>): null {
    const file = this.#file(operation.file);
    if (operation.kind === "append") file.bytes = concat(file.bytes, operation.bytes);
    if (operation.kind === "truncate") file.bytes = file.bytes.slice(0, operation.sizeBytes);
    const isSynced = operation.kind !== "append" || operation.sync;
    if (isSynced) file.durableBytes = file.bytes.length;
    return null;
  }

  #changeNames(change: (names: Map<string, PlainFile>) => void): null {
    change(this.#names);
    this.#nameChanges.push(change);
    return null;
  }

  #file(name: string): PlainFile {
    return this.#names.get(name)!;
  }
}

const NONE = new Uint8Array(0);

function addName(name: string, file: PlainFile): (names: Map<string, PlainFile>) => void {
  return (names) => void names.set(name, file);
}

/** The file is not there when its creation was undone and this was not. */
function moveName(from: string, to: string): (names: Map<string, PlainFile>) => void {
  return (names) => {
    const file = names.get(from);
    names.delete(from);
    if (file !== undefined) names.set(to, file);
  };
}

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}

/** The file ends behind the last sector that is kept; what was durable is kept anyway. */
export function survivors(
  { bytes, durableBytes }: Readonly<PlainFile>,
  keeps: (sector: number) => boolean,
): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  kept.set(bytes.subarray(0, durableBytes));
  let size = durableBytes;
  for (let at = durableBytes; at < bytes.length;) {
    const sector = Math.floor(at / SECTOR_BYTES);
    const end = Math.min((sector + 1) * SECTOR_BYTES, bytes.length);
    if (keeps(sector)) {
      kept.set(bytes.subarray(at, end), at);
      size = end;
    }
    at = end;
  }
  return kept.slice(0, size);
}
