import type { NodeId } from "../base/ids.ts";
import type { DiskCompletion, DiskError, DiskImage, DiskOperation } from "../wal/disk.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { NO_DISK_FAULTS } from "./diskFaults.ts";
import type { DiskFault, DiskFaults, DiskFile, DiskProbe } from "./diskFaults.ts";
import { DiskFiles, SECTOR_BYTES, someSectors } from "./diskFiles.ts";
import type { ByteRange, FileImage } from "./diskFiles.ts";
import { Recent } from "./recent.ts";
import type { RunOptions } from "./run.ts";

/** One operation that the disk works on, or has ended lately; a read, too. */
export interface DiskWrite {
  readonly node: NodeId;
  /** Counts the operations of this disk over all incarnations of its node, from 1. */
  readonly number: number;
  readonly operation: DiskOperation;
  /** Bytes handed to the disk; 0 for everything but an append. */
  readonly sizeBytes: number;
  /** Whether something is durable once it is done. */
  readonly sync: boolean;
  readonly startedAtUs: number;
  /** From here on the disk only syncs; equal to `endsAtUs` when it does not. */
  readonly syncsFromUs: number;
  /** When it is done, or would have been. */
  readonly endsAtUs: number;
  /** When a loss of power cut it short; null when none did. */
  readonly lostAtUs: number | null;
}

/** How an operation ended. */
export interface DiskEnd {
  readonly completion: DiskCompletion;
  /** What went wrong with its sync, for those who watch. Of lies only the first is told. */
  readonly trouble: "syncFailed" | "syncLied" | null;
}

/** What a loss of power did to the bytes that were not yet synced. */
export interface PowerLoss {
  readonly lostBytes: number;
  readonly keptBytes: number;
  readonly writeInterrupted: boolean;
  /** The write in whose middle the power went, because a person wanted it to be torn. */
  readonly torn: {
    readonly file: string;
    readonly keptBytes: number;
    readonly lostBytes: number;
  } | null;
}

/** What the disk wants to be woken for: a write has ended, or its node is to lose power in it. */
export type DiskMoment = "written" | "torn";

/** An operation while the disk works on it. */
interface Work {
  readonly write: DiskWrite;
  readonly begun: Begun;
}
interface Begun {
  readonly error: DiskError | null;
  readonly appended: Appended | null;
}
/** What an append has put into the cache, at the end of a file. */
interface Appended extends ByteRange {
  readonly name: string;
  readonly file: FileImage;
}

const BEGUN: Begun = { error: null, appended: null };
const NO_SPACE: DiskError = { kind: "full", message: "no space left on the device" };
const SYNC_FAILED: DiskError = { kind: "failed", message: "fsync failed: input/output error" };

/**
 * One node's disk. It works on one operation at a time, in the order in which they were asked for.
 * Bytes are at the mercy of the next loss of power until a sync that covers them has ended. Faults
 * belong to the disk: they outlive restarts and wipes, until a person switches them off.
 */
export class Disk implements DiskProbe {
  readonly #node: NodeId;
  readonly #options: RunOptions;
  readonly #schedule: (atUs: number, moment: DiskMoment, write: DiskWrite) => void;
  readonly #recent: Recent<DiskWrite> | null;
  /** How long appends and truncations take, and which tails tear. Older than the other streams. */
  readonly #chance: Chance;
  /** How long everything else takes. */
  readonly #nameChance: Chance;
  readonly #sectorChance: Chance;
  readonly #tearChance: Chance;
  readonly #fullChance: Chance;
  readonly #files = new DiskFiles();
  readonly #queue: DiskOperation[] = [];
  #work: Work | null = null;
  #startedCount = 0;
  #faults = NO_DISK_FAULTS;
  #hasLied = false;
  /** Where the file of the write under way will end, if that write is to be torn. */
  #tornSizeBytes = 0;

  /** With `keepRecent` false nothing is kept about writes that have ended. */
  constructor(
    node: NodeId,
    seed: number,
    options: RunOptions,
    schedule: (atUs: number, moment: DiskMoment, write: DiskWrite) => void,
    keepRecent: boolean,
  ) {
    this.#node = node;
    this.#options = options;
    this.#schedule = schedule;
    this.#recent = keepRecent ? new Recent() : null;
    this.#chance = splitChance(seed, "disk", node, 0);
    this.#nameChance = splitChance(seed, "diskName", node, 0);
    this.#sectorChance = splitChance(seed, "diskSector", node, 0);
    this.#tearChance = splitChance(seed, "diskTear", node, 0);
    this.#fullChance = splitChance(seed, "diskFull", node, 0);
  }

  /** What it works on now. */
  get current(): DiskWrite | null {
    return this.#work?.write ?? null;
  }

  /** What ended or was cut short within the last two seconds, in that order. */
  recentWrites(nowUs: number): readonly DiskWrite[] {
    return this.#recent?.list(nowUs) ?? [];
  }

  get faults(): DiskFaults {
    return this.#faults;
  }

  get files(): readonly DiskFile[] {
    return this.#files.list();
  }

  /** The files as a node reads them when it starts. A copy: the disk goes on by itself. */
  image(): DiskImage {
    return this.#files.image();
  }

  submit(operation: DiskOperation, nowUs: number): void {
    this.#queue.push(operation);
    if (this.#work === null) this.#startNext(nowUs);
  }

  /** The moment of `write` has come. Null when a loss of power was faster. */
  complete(write: DiskWrite, nowUs: number): DiskEnd | null {
    const work = this.#work;
    if (work === null || work.write !== write) return null;
    const { operation } = write;
    const { error } = work.begun;
    const end = error === null ? this.#carryOut(operation) : failed(operation, error);
    this.#work = null;
    this.#recent?.add(write, nowUs);
    this.#startNext(nowUs);
    return end;
  }

  /**
   * Everything that is not durable is lost, but for what its faults say. With `isTorn` the power
   * goes in the middle of the write under way, of which a first part stays.
   */
  losePower(nowUs: number, isTorn: boolean): PowerLoss {
    const work = this.#work;
    const undoneBytes = this.#faults.lostNames ? this.#files.undoNames() : 0;
    const torn = isTorn ? (work?.begun.appended ?? null) : null;
    const { lostBytes, keptBytes } = this.#files.losePower((file) =>
      file === torn?.file
        ? [{ from: file.durableBytes, to: this.#tornSizeBytes }]
        : this.#survivors(file),
    );
    if (isTorn) this.#faults = { ...this.#faults, tear: false };
    if (work !== null) this.#recent?.add({ ...work.write, lostAtUs: nowUs }, nowUs);
    this.#work = null;
    this.#queue.length = 0;
    return {
      lostBytes: lostBytes + undoneBytes,
      keptBytes,
      writeInterrupted: work !== null,
      torn: torn === null ? null : this.#tornWrite(torn),
    };
  }

  setFault(fault: DiskFault, on: boolean): void {
    this.#faults = { ...this.#faults, [fault]: on };
    if (fault === "lyingSync") this.#hasLied = false;
  }

  /** The sync that ends next fails, and so may be one under way. */
  failNextSync(): void {
    this.#faults = { ...this.#faults, failSync: true };
  }

  /** The append under way is torn, or the next one that is long enough. */
  tearNextWrite(nowUs: number): void {
    this.#faults = { ...this.#faults, tear: true };
    this.#planTear(nowUs);
  }

  /** Changes what is there, durable or not. The place must exist. */
  flipBit(name: string, byte: number, bit: number): void {
    const file = this.#files.find(name);
    if (file !== undefined) this.#files.flipBit(file, byte, bit);
  }

  /** Removes everything at once, for good, and whatever it was asked for. */
  wipe(): void {
    this.#files.clear();
    this.#work = null;
    this.#queue.length = 0;
  }

  #startNext(nowUs: number): void {
    const operation = this.#queue.shift();
    if (operation === undefined) return;
    const begun = this.#begin(operation);
    const { writeUs, syncUs } = this.#durations(operation);
    const syncsFromUs = nowUs + writeUs;
    const write = {
      node: this.#node,
      number: ++this.#startedCount,
      operation,
      sizeBytes: operation.kind === "append" ? operation.bytes.length : 0,
      sync: isSynced(operation),
      startedAtUs: nowUs,
      syncsFromUs,
      endsAtUs: syncsFromUs + (begun.error === null ? syncUs : 0),
      lostAtUs: null,
    };
    this.#work = { write, begun };
    this.#schedule(write.endsAtUs, "written", write);
    this.#planTear(nowUs);
  }

  /** Appends and truncations draw from a stream of their own, as they did when nothing else was. */
  #durations(operation: DiskOperation): { readonly writeUs: number; readonly syncUs: number } {
    const { writeMinUs, writeMaxUs, syncMinUs, syncMaxUs, slowDiskFactor } = this.#options;
    const { kind } = operation;
    const chance = kind === "append" || kind === "truncate" ? this.#chance : this.#nameChance;
    const factor = this.#faults.slow ? slowDiskFactor : 1;
    const isSyncOnly = kind === "sync" || kind === "syncDirectory";
    return {
      writeUs: isSyncOnly ? 0 : factor * chance.between(writeMinUs, writeMaxUs),
      syncUs: isSynced(operation) ? factor * chance.between(syncMinUs, syncMaxUs) : 0,
    };
  }

  /** From its start on an append may survive in part, until its sync makes that certain. */
  #begin(operation: DiskOperation): Begun {
    if (operation.kind === "create") {
      return this.#faults.full ? { error: NO_SPACE, appended: null } : BEGUN;
    }
    if (operation.kind !== "append") return BEGUN;
    const file = this.#files.find(operation.file);
    if (file === undefined) return { error: noSuchFile(operation.kind), appended: null };
    const { bytes } = operation;
    const isFull = this.#faults.full && bytes.length > 0;
    const written = isFull ? bytes.subarray(0, this.#fullChance.below(bytes.length)) : bytes;
    const from = file.sizeBytes;
    this.#files.append(file, written);
    const appended = { name: operation.file, file, from, to: file.sizeBytes };
    return { error: isFull ? NO_SPACE : null, appended };
  }

  #carryOut(operation: DiskOperation): DiskEnd {
    if (operation.kind === "syncDirectory") return this.#sync(operation, null);
    const file = this.#files.find(operation.file);
    if (operation.kind === "create") {
      if (file !== undefined) {
        return failed(operation, { kind: "failed", message: "create failed: the file exists" });
      }
      this.#files.create(operation.file);
      return done(operation);
    }
    if (operation.kind === "remove") {
      this.#files.remove(operation.file);
      return done(operation);
    }
    if (file === undefined) return failed(operation, noSuchFile(operation.kind));
    switch (operation.kind) {
      case "append":
        return operation.sync ? this.#sync(operation, file) : done(operation);
      case "sync":
        return this.#sync(operation, file);
      case "truncate":
        if (operation.sizeBytes > file.sizeBytes) {
          return failed(operation, {
            kind: "failed",
            message: "truncate failed: the file is shorter than that",
          });
        }
        this.#files.cut(file, operation.sizeBytes);
        return this.#sync(operation, file);
      case "rename":
        this.#files.rename(file, operation.file, operation.to);
        return done(operation);
      case "read": {
        const { position, sizeBytes } = operation;
        const to = Math.min(position + sizeBytes, file.sizeBytes);
        return done(operation, file.bytes.slice(position, Math.max(position, to)));
      }
    }
  }

  /** Saves a file or, with null, the directory; unless this disk has been told to do otherwise. */
  #sync(operation: DiskOperation, file: FileImage | null): DiskEnd {
    if (this.#faults.failSync) {
      this.#faults = { ...this.#faults, failSync: false };
      if (file === null) this.#files.undoNames();
      else this.#files.failSync(file);
      return { ...failed(operation, SYNC_FAILED), trouble: "syncFailed" };
    }
    if (this.#faults.lyingSync) {
      if (file !== null) this.#files.pretendSync(file);
      const trouble = this.#hasLied ? null : "syncLied";
      this.#hasLied = true;
      return { ...done(operation), trouble };
    }
    if (file === null) this.#files.syncNames();
    else this.#files.sync(file);
    return done(operation);
  }

  /** What a loss of power leaves of the bytes that are not durable. */
  #survivors(file: FileImage): readonly ByteRange[] {
    const { lostCache, tornSectors } = this.#faults;
    if (lostCache) return [];
    if (tornSectors) return someSectors(file, () => this.#sectorChance.below(2) === 1);
    if (!this.#options.tornTails) return [];
    const { durableBytes, sizeBytes } = file;
    const keptBytes = this.#chance.between(0, sizeBytes - durableBytes);
    return [{ from: durableBytes, to: durableBytes + keptBytes }];
  }

  /** A write that cannot be torn, because it is too short or as good as done, is let through. */
  #planTear(nowUs: number): void {
    const work = this.#work;
    if (!this.#faults.tear || work === null || work.begun.appended === null) return;
    const { from, to } = work.begun.appended;
    const sector = this.#faults.tornSectors ? SECTOR_BYTES : 1;
    const first = Math.floor(from / sector) + 1;
    const last = Math.ceil(to / sector) - 1;
    const lastUs = work.write.endsAtUs - 1;
    if (first > last || nowUs >= lastUs) return;
    this.#tornSizeBytes = sector * this.#tearChance.between(first, last);
    this.#schedule(this.#tearChance.between(nowUs + 1, lastUs), "torn", work.write);
  }

  /** Null if the file is gone with its name. */
  #tornWrite({ name, file, from, to }: Appended): PowerLoss["torn"] {
    if (this.#files.find(name) !== file) return null;
    const keptBytes = this.#tornSizeBytes - from;
    return { file: name, keptBytes, lostBytes: to - from - keptBytes };
  }
}

function isSynced(operation: DiskOperation): boolean {
  switch (operation.kind) {
    case "append":
      return operation.sync;
    case "sync":
    case "syncDirectory":
    case "truncate":
      return true;
    default:
      return false;
  }
}

function done({ id }: DiskOperation, bytes: Uint8Array | null = null): DiskEnd {
  return { completion: { id, error: null, bytes }, trouble: null };
}

function failed({ id }: DiskOperation, error: DiskError): DiskEnd {
  return { completion: { id, error, bytes: null }, trouble: null };
}

function noSuchFile(operation: DiskOperation["kind"]): DiskError {
  return { kind: "failed", message: `${operation} failed: there is no such file` };
}
