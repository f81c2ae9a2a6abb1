import { assert } from "../../base/assert.ts";
import type { Offset } from "../../base/ids.ts";
import type { DiskCompletion, DiskOperation } from "../../wal/disk.ts";
import { BATCH_HEADER_BYTES, validateRecordBatch } from "../../wire/index.ts";
import type { Partitions } from "../partitions.ts";
import type { LogRead, ReplicaLog } from "../replicaLog.ts";
import { sealBatch } from "./segmentFile.ts";

/** What somebody has asked to read, from memory or from the disk. */
export interface ReadTicket {
  /** Whole batches, as `ReplicaLog.read` gives them. */
  readonly result: Uint8Array | "waiting";
}

interface Read {
  readonly log: ReplicaLog;
  readonly from: Offset;
  readonly end: Offset;
  readonly maxBytes: number;
  readonly ticket: { result: ReadTicket["result"] };
}

type OnDisk = Extract<LogRead, { kind: "onDisk" }>;

/** Reads what is no longer in memory, one read at a time, and trusts no byte of it unchecked. */
export class SegmentReader {
  readonly #partitions: Pick<Partitions, "hasNews">;
  readonly #nextOperationId: () => number;
  readonly #queue: Read[] = [];
  #inFlight: { readonly id: number; readonly read: Read; readonly place: OnDisk } | null = null;

  /** `partitions.hasNews` is set when a read that had to wait has its bytes. */
  constructor(partitions: Pick<Partitions, "hasNews">, nextOperationId: () => number) {
    this.#partitions = partitions;
    this.#nextOperationId = nextOperationId;
  }

  /** As `ReplicaLog.read`; what is on the disk comes later. */
  request(log: ReplicaLog, from: Offset, end: Offset, maxBytes: number): ReadTicket {
    const read = log.read(from, end, maxBytes);
    if (read.kind === "bytes") return { result: read.bytes };
    const ticket: Read["ticket"] = { result: "waiting" };
    this.#queue.push({ log, from, end, maxBytes, ticket });
    return ticket;
  }

  /** The next thing for the disk to do; null while it is busy or there is nothing to do. */
  nextOperation(): DiskOperation | null {
    if (this.#inFlight !== null) return null;
    for (let read = this.#queue.shift(); read !== undefined; read = this.#queue.shift()) {
      // Asked again: its log may have been cut, or be gone. The disk keeps the order from here on.
      const place = read.log.read(read.from, read.end, read.maxBytes);
      if (place.kind === "bytes") {
        this.#settle(read, place.bytes);
        continue;
      }
      const id = this.#nextOperationId();
      this.#inFlight = { id, read, place };
      const { file, position, sizeBytes } = place;
      return { kind: "read", id, file, position, sizeBytes };
    }
    return null;
  }

  owns(operation: number): boolean {
    return this.#inFlight?.id === operation;
  }

  /** Returns why the disk cannot be relied on, or null. */
  complete({ error, bytes }: DiskCompletion): string | null {
    assert(this.#inFlight !== null, "what has completed was asked for");
    const { read, place } = this.#inFlight;
    this.#inFlight = null;
    if (error !== null || bytes === null) {
      return `The disk failed: ${error?.message ?? "a read brought nothing"}`;
    }
    const opened = unsealed(bytes, place);
    const problem = damageOf(opened, place);
    if (problem !== null) {
      return `${place.file} is damaged from byte ${place.position} on: ${problem}.`;
    }
    this.#settle(read, opened);
    return null;
  }

  #settle({ ticket }: Read, bytes: Uint8Array): void {
    ticket.result = bytes;
    this.#partitions.hasNews = true;
  }
}

/** The batches as clients get them, as far as they are there. */
function unsealed(bytes: Uint8Array, { batches }: OnDisk): Uint8Array {
  const opened = bytes.slice();
  let at = 0;
  for (const { sizeBytes } of batches) {
    if (at + BATCH_HEADER_BYTES > opened.length) break;
    sealBatch(opened, at);
    at += sizeBytes;
  }
  return opened;
}

/**
 * Why the bytes are not those that were written there; null if they are. A batch's checksum covers
 * neither its first offset nor its leader epoch, so these are compared with what is in memory.
 */
function damageOf(bytes: Uint8Array, { sizeBytes, batches }: OnDisk): string | null {
  if (bytes.length !== sizeBytes) return `${bytes.length} of ${sizeBytes} bytes are there`;
  let at = 0;
  for (const { baseOffset, leaderEpoch, sizeBytes: batchBytes } of batches) {
    const validated = validateRecordBatch(bytes.subarray(at, at + batchBytes));
    if (!validated.ok) return validated.message;
    const { header } = validated;
    const isThatOne = header.baseOffset === baseOffset && header.leaderEpoch === leaderEpoch;
    if (!isThatOne) return `the batch of record ${baseOffset} is another`;
    at += batchBytes;
  }
  return null;
}
