import { assert } from "../../base/assert.ts";
import { NO_BYTES } from "../../base/bytes.ts";
import type { Offset } from "../../base/ids.ts";
import type { DiskCompletion, DiskOperation } from "../../wal/disk.ts";
import type { WalRecord, WalWriter } from "../../wal/index.ts";
import type { BrokerConfig } from "../config.ts";
import type { Outbox } from "../outbox.ts";
import type { Partitions } from "../partitions.ts";
import { openInWal } from "../replica.ts";
import type { ReplicaLog } from "../replicaLog.ts";
import type { FileCut, PartitionFile } from "./flushedPart.ts";
import { encodeSegmentHeader, partitionFileName, sealBatch } from "./segmentFile.ts";
import type { SegmentOwner } from "./storedSegments.ts";

/** The parts of a node that its partitions' segments concern. */
export interface FlusherParts {
  readonly config: Pick<
    BrokerConfig,
    "segmentBytesMax" | "partitionFlushBytes" | "partitionMemoryBytes"
  >;
  readonly owner: SegmentOwner;
  readonly wal: WalWriter;
  readonly partitions: Pick<Partitions, "logs" | "dropped">;
  readonly out: Outbox;
  /** Files that hold nothing that counts, as found when the node started. */
  readonly leftovers: readonly string[];
  /** One counter for all operations of a node. */
  readonly nextOperationId: () => number;
  /** The WAL may be needed less far back than before. */
  readonly release: () => void;
}

/** What the disk works on, and what follows when that is done. */
type Work =
  | { readonly kind: "removeLeftover" | "syncDirectory" }
  | { readonly kind: "cut"; readonly log: ReplicaLog; readonly cut: FileCut }
  | {
      readonly kind: "begin";
      readonly log: ReplicaLog;
      readonly file: Omit<PartitionFile, "sizeBytes">;
    }
  | { readonly kind: "flush"; readonly log: ReplicaLog; readonly from: Offset };

/**
 * Brings committed batches from the WAL into segments of their partitions, in the background, so
 * that the WAL can go and memory stays small. Nothing is acknowledged by it: that the WAL did. One
 * operation at a time.
 *
 * Why a loss of power at any point is harmless (what recovery makes of it: `RecoveredReplicas`):
 * - A flush. The WAL keeps a batch until the sync of its segment has completed, and before the first
 *   write to a segment the name of its file is durable. A torn write is thus one that the WAL still
 *   has.
 * - A truncation. Its record is durable in the WAL before a file is cut, so that whatever the files
 *   have lost, that record says from where on the log is in the WAL. It stays until the files, and
 *   the names of those that were removed, are durably as it says: then they alone say the same.
 * - A deletion is a truncation to 0, and its files go first. A new log of the same name has nothing
 *   that is durable, and so nothing to flush, before that truncation is durable.
 * A log that a Raft group keeps is truncated only to be deleted. Its batches are entries of the group
 * in the WAL, or in a snapshot of it, until they are flushed (`PartitionSnapshot`); its deletion is
 * the record that the group has gone.
 */
export class SegmentFlusher {
  readonly #parts: FlusherParts;
  readonly #leftovers: string[];
  #areLeftoversGone: boolean;
  /** A file was made or removed since the directory was synced. */
  #isDirectoryChanged = false;
  /** Deleted logs that still have files. */
  #leaving: ReplicaLog[] = [];
  /** Logs with something to do, as of the last tick. */
  #due: ReplicaLog[] = [];
  #work: Work | null = null;
  #operation: DiskOperation | null = null;
  #isFull = false;
  /** False from a write that found no room until the next tick. */
  #mayTry = true;

  constructor(parts: FlusherParts) {
    this.#parts = parts;
    this.#leftovers = [...parts.leftovers];
    this.#areLeftoversGone = parts.leftovers.length === 0;
  }

  /** The last attempt to write a segment has found the disk full. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** The first WAL record that is needed by what is still to be done to files. */
  get neededSequence(): number {
    if (!this.#areLeftoversGone) return 0;
    let needed = Number.POSITIVE_INFINITY;
    for (const log of this.#gone()) needed = Math.min(needed, log.neededSequence);
    return needed;
  }

  /** Whose records those of a new segment of the WAL may be. */
  carryOver(): WalRecord[] {
    const records: WalRecord[] = [];
    const kept = this.#parts.partitions.logs.values();
    for (const { topic, partition, topicId, isInWal } of [...this.#gone(), ...kept]) {
      if (isInWal) records.push({ kind: "openReplica", topic, partition, topicId });
    }
    return records;
  }

  /** Roles may have changed: what this node no longer keeps goes, before its name is used again. */
  noteChanges(): void {
    const { partitions, wal, out } = this.#parts;
    for (const log of partitions.dropped.splice(0)) {
      const { topic, partition } = log;
      const { neededSequence, batches, flushed } = log;
      const isInFiles = batches.length > 0 || flushed.files.length > 0;
      if (isInFiles || neededSequence < Number.POSITIVE_INFINITY) {
        this.#leaving.push(log);
        // That the group of a log has gone stands in the WAL already (`RaftStore.drop`).
        if (log.group === 0) this.#writeDeletion(log);
        log.truncate(log.logStartOffset, true);
        flushed.discard(wal.lastSequence);
      }
      out.event({ kind: "replicaRemoved", topic, partition });
    }
  }

  #writeDeletion(log: ReplicaLog): void {
    const { wal } = this.#parts;
    const { topic, partition, logStartOffset: toOffset } = log;
    openInWal(wal, log);
    wal.append({ kind: "truncateReplica", topic, partition, toOffset });
    wal.requestSync();
    // Nothing of it follows, but perhaps records of another topic of that name.
    log.isInWal = false;
  }

  /** Looks for what there is to do, and tries again what the full disk has refused. */
  tick(): void {
    this.#mayTry = true;
    const { partitions, config } = this.#parts;
    const due: ReplicaLog[] = [];
    for (const log of partitions.logs.values()) {
      log.dropFromMemory(config.partitionMemoryBytes);
      if (this.#isDue(log)) due.push(log);
    }
    this.#due = due;
  }

  /** The next thing for the disk to do; null while it is busy or there is nothing to do. */
  nextOperation(): DiskOperation | null {
    if (this.#operation !== null || !this.#mayTry) return null;
    this.#operation = this.#nextLeftover() ?? this.#nextDirectorySync() ?? this.#nextOfLogs();
    return this.#operation;
  }

  owns(operation: number): boolean {
    return this.#operation?.id === operation;
  }

  /** Returns what the disk failed of, or null. */
  complete({ error }: DiskCompletion): string | null {
    const operation = this.#operation;
    const work = this.#work;
    assert(operation !== null && work !== null, "what has completed was asked for");
    this.#operation = null;
    this.#work = null;
    if (error !== null) {
      const mayTryAgain = work.kind === "begin" || work.kind === "flush";
      if (error.kind !== "full" || !mayTryAgain) return error.message;
      this.#isFull = true;
      this.#mayTry = false;
      // What was written in part is cut off first.
      if (work.kind === "flush") work.log.flushed.finish(false);
      if (work.kind === "begin") work.log.flushed.begun(null);
      return null;
    }
    this.#carriedOut(work);
    return null;
  }

  /** Logs that this node has no part in any more, noted or not. */
  #gone(): readonly ReplicaLog[] {
    return [...this.#leaving, ...this.#parts.partitions.dropped];
  }

  #carriedOut(work: Work): void {
    switch (work.kind) {
      case "removeLeftover":
        this.#isDirectoryChanged = true;
        return;
      case "syncDirectory":
        this.#isDirectoryChanged = false;
        this.#areLeftoversGone = this.#leftovers.length === 0;
        return;
      case "begin":
        work.log.flushed.begun(work.file);
        this.#isDirectoryChanged = true;
        return;
      case "cut":
        work.log.flushed.carriedOut(work.cut);
        if (work.cut.kind === "remove") this.#isDirectoryChanged = true;
        return;
      case "flush":
        this.#flushed(work.log, work.from);
    }
  }

  #flushed(log: ReplicaLog, fromOffset: Offset): void {
    const { config, out, release } = this.#parts;
    this.#isFull = false;
    log.flushed.finish(true);
    log.dropFromMemory(config.partitionMemoryBytes);
    if (log.neededSequence === Number.POSITIVE_INFINITY) log.isInWal = false;
    const { topic, partition, flushedEndOffset: toOffset } = log;
    if (out.wantsEvents && toOffset > fromOffset) {
      const { file } = log.flushed.files.at(-1)!;
      out.event({ kind: "batchesFlushed", topic, partition, fromOffset, toOffset, file });
    }
    // Unless there is as much again, the others come first.
    if (log.flushableBytes < config.partitionFlushBytes && this.#due[0] === log) this.#due.shift();
    release();
  }

  /** There are files to cut, or much to flush, or a little that keeps much of the WAL alive. */
  #isDue(log: ReplicaLog): boolean {
    if (log.flushed.isCutOpen) return true;
    const { config, wal } = this.#parts;
    const bytes = log.flushableBytes;
    if (bytes === 0 || bytes >= config.partitionFlushBytes) return bytes > 0;
    return (
      log.neededSequence < wal.segmentStart && this.#closedWalBytes() >= config.segmentBytesMax
    );
  }

  /** Size of the segments of the WAL that lie behind the one that is written to. */
  #closedWalBytes(): number {
    const { segments } = this.#parts.wal;
    let bytes = 0;
    for (let at = 0; at < segments.length - 1; at++) bytes += segments[at]!.sizeBytes;
    return bytes;
  }

  /** Files of the same name may be made later, so these go before anything else. */
  #nextLeftover(): DiskOperation | null {
    const file = this.#leftovers.shift();
    if (file === undefined) return null;
    return this.#start({ kind: "removeLeftover" }, { kind: "remove", file });
  }

  #nextDirectorySync(): DiskOperation | null {
    if (!this.#isDirectoryChanged) return null;
    return this.#start({ kind: "syncDirectory" }, { kind: "syncDirectory" });
  }

  #nextOfLogs(): DiskOperation | null {
    for (const log of this.#leaving) {
      const operation = this.#nextCut(log);
      if (operation !== null) return operation;
    }
    this.#leaving = this.#leaving.filter((log) => log.flushed.isCutOpen);
    for (let log = this.#due[0]; log !== undefined; log = this.#due[0]) {
      const operation = this.#nextCut(log) ?? this.#nextFlush(log);
      if (operation !== null) return operation;
      this.#due.shift();
    }
    return null;
  }

  #nextCut(log: ReplicaLog): DiskOperation | null {
    const cut = log.flushed.nextCut();
    if (cut === null) {
      // The directory is synced by now.
      if (log.flushed.isCutOpen) {
        log.flushed.cutDone();
        this.#parts.release();
      }
      return null;
    }
    if (log.flushed.cutSequence > this.#parts.wal.durableSequence) return null;
    return this.#start({ kind: "cut", log, cut }, cut);
  }

  #nextFlush(log: ReplicaLog): DiskOperation | null {
    if (log.flushed.nextCut() !== null || log.flushableBytes === 0) return null;
    const { owner, config } = this.#parts;
    const baseOffset = log.flushedEndOffset;
    const { topic, topicId, partition } = log;
    const last = log.flushed.files.at(-1);
    if (last === undefined || last.sizeBytes >= config.segmentBytesMax) {
      const file = partitionFileName(log, baseOffset);
      const header = encodeSegmentHeader({ ...owner, topic, topicId, partition, baseOffset });
      const begun = {
        file,
        baseOffset,
        firstBatch: log.flushed.count,
        headerBytes: header.length,
      };
      log.flushed.willBegin();
      return this.#start({ kind: "begin", log, file: begun }, { kind: "create", file });
    }
    const identity = { ...owner, topic, topicId, partition, baseOffset: last.baseOffset };
    const header = last.sizeBytes === 0 ? encodeSegmentHeader(identity) : NO_BYTES;
    const { past, bytes } = log.nextFlush(config.segmentBytesMax - last.sizeBytes);
    const all = joined(header, bytes);
    let position = header.length;
    for (const { sizeBytes } of log.batches.slice(log.flushed.count, past)) {
      sealBatch(all, position);
      position += sizeBytes;
    }
    log.flushed.start(past, all.length);
    const { file } = last;
    const work: Work = { kind: "flush", log, from: baseOffset };
    return this.#start(work, { kind: "append", file, bytes: all, sync: true });
  }

  #start(work: Work, operation: WithoutId<DiskOperation>): DiskOperation {
    this.#work = work;
    return { ...operation, id: this.#parts.nextOperationId() };
  }
}

type WithoutId<Operation> = Operation extends DiskOperation ? Omit<Operation, "id"> : never;

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const all = new Uint8Array(head.length + tail.length);
  all.set(head);
  all.set(tail, head.length);
  return all;
}
