import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskCompletion, DiskImage, DiskOperation } from "../wal/disk.ts";
import type { Chance } from "./chance.ts";
import { Recent } from "./recent.ts";
import type { RunOptions } from "./run.ts";

/** One operation that the disk works on, or has ended lately. */
export interface DiskWrite {
  readonly node: NodeId;
  /** Counts the operations of this disk over all incarnations of its node, from 1. */
  readonly number: number;
  readonly operation: DiskOperation;
  /** Bytes handed to the disk; 0 for a truncation. */
  readonly sizeBytes: number;
  readonly sync: boolean;
  readonly startedAtUs: number;
  /** From here on the disk only syncs; equal to `endsAtUs` when it does not. */
  readonly syncsFromUs: number;
  /** When it is done, or would have been. */
  readonly endsAtUs: number;
  /** When a loss of power cut it short; null when none did. */
  readonly lostAtUs: number | null;
}

/** What a loss of power did to the bytes that were not yet synced. */
export interface PowerLoss {
  readonly lostBytes: number;
  readonly keptBytes: number;
  readonly writeInterrupted: boolean;
}

/** A file as the operating system sees it, and how much of it a loss of power cannot take. */
interface FileImage {
  bytes: Uint8Array;
  sizeBytes: number;
  durableBytes: number;
}

/**
 * One node's disk. It works on one operation at a time, in the order in which they were asked for.
 * Bytes are at the mercy of the next loss of power until a sync that covers them has ended.
 */
export class Disk {
  readonly #node: NodeId;
  readonly #options: RunOptions;
  readonly #chance: Chance;
  readonly #schedule: (atUs: number, write: DiskWrite) => void;
  readonly #recent: Recent<DiskWrite> | null;
  readonly #files = new Map<string, FileImage>();
  readonly #queue: DiskOperation[] = [];
  #current: DiskWrite | null = null;
  #startedCount = 0;

  /** With `keepRecent` false nothing is kept about writes that have ended. */
  constructor(
    node: NodeId,
    options: RunOptions,
    chance: Chance,
    schedule: (atUs: number, write: DiskWrite) => void,
    keepRecent: boolean,
  ) {
    this.#node = node;
    this.#options = options;
    this.#chance = chance;
    this.#schedule = schedule;
    this.#recent = keepRecent ? new Recent() : null;
  }

  /** What it works on now. */
  get current(): DiskWrite | null {
    return this.#current;
  }

  /** What ended or was cut short within the last two seconds, in that order. */
  recentWrites(nowUs: number): readonly DiskWrite[] {
    return this.#recent?.list(nowUs) ?? [];
  }

  submit(operation: DiskOperation, nowUs: number): void {
    this.#queue.push(operation);
    if (this.#current === null) this.#startNext(nowUs);
  }

  /** The moment of `write` has come. Null when a loss of power was faster. */
  complete(write: DiskWrite, nowUs: number): DiskCompletion | null {
    if (write !== this.#current) return null;
    this.#carryOut(write);
    this.#current = null;
    this.#recent?.add(write, nowUs);
    this.#startNext(nowUs);
    return { id: write.operation.id, error: null };
  }

  /** Everything that is not durable is lost, but for a random prefix of it if tails may tear. */
  losePower(nowUs: number): PowerLoss {
    let lostBytes = 0;
    let keptBytes = 0;
    for (const file of this.#files.values()) {
      const unsyncedBytes = file.sizeBytes - file.durableBytes;
      const survives = this.#options.tornTails ? this.#chance.between(0, unsyncedBytes) : 0;
      file.sizeBytes = file.durableBytes + survives;
      file.durableBytes = file.sizeBytes;
      keptBytes += survives;
      lostBytes += unsyncedBytes - survives;
    }
    const interrupted = this.#current;
    if (interrupted !== null) this.#recent?.add({ ...interrupted, lostAtUs: nowUs }, nowUs);
    this.#current = null;
    this.#queue.length = 0;
    return { lostBytes, keptBytes, writeInterrupted: interrupted !== null };
  }

  /** The files as a node reads them when it starts. A copy: the disk goes on by itself. */
  image(): DiskImage {
    const image = new Map<string, Uint8Array>();
    for (const [name, file] of this.#files) image.set(name, file.bytes.slice(0, file.sizeBytes));
    return image;
  }

  #startNext(nowUs: number): void {
    const operation = this.#queue.shift();
    if (operation === undefined) return;
    const { writeMinUs, writeMaxUs, syncMinUs, syncMaxUs } = this.#options;
    const sync = operation.kind === "truncate" || operation.sync;
    const syncsFromUs = nowUs + this.#chance.between(writeMinUs, writeMaxUs);
    const endsAtUs = syncsFromUs + (sync ? this.#chance.between(syncMinUs, syncMaxUs) : 0);
    if (operation.kind === "append") this.#writeToCache(operation.file, operation.bytes);
    this.#current = {
      node: this.#node,
      number: ++this.#startedCount,
      operation,
      sizeBytes: operation.kind === "append" ? operation.bytes.length : 0,
      sync,
      startedAtUs: nowUs,
      syncsFromUs,
      endsAtUs,
      lostAtUs: null,
    };
    this.#schedule(endsAtUs, this.#current);
  }

  /** From its start on a write may survive in part, until its sync makes that certain. */
  #writeToCache(name: string, bytes: Uint8Array): void {
    const file = this.#file(name);
    const sizeBytes = file.sizeBytes + bytes.length;
    if (sizeBytes > file.bytes.length) {
      const grown = new Uint8Array(Math.max(4_096, 2 * sizeBytes));
      grown.set(file.bytes.subarray(0, file.sizeBytes));
      file.bytes = grown;
    }
    file.bytes.set(bytes, file.sizeBytes);
    file.sizeBytes = sizeBytes;
  }

  #carryOut(write: DiskWrite): void {
    const { operation } = write;
    const file = this.#file(operation.file);
    if (operation.kind === "truncate") {
      assert(operation.sizeBytes <= file.sizeBytes, "a truncation does not make a file longer");
      file.sizeBytes = operation.sizeBytes;
    }
    if (write.sync) file.durableBytes = file.sizeBytes;
  }

  #file(name: string): FileImage {
    let file = this.#files.get(name);
    if (file === undefined) {
      file = { bytes: new Uint8Array(0), sizeBytes: 0, durableBytes: 0 };
      this.#files.set(name, file);
    }
    return file;
  }
}
