/**
 * The write-ahead log alone: what a checksum, a group commit and a restart cost. The disk answers
 * at once and keeps what it is given, so that only the log's own work is measured.
 */
import { crc32c, index, term } from "@chronik/core/base";
import { recoverWal, segmentFileName, WalWriter } from "@chronik/core/wal";
import type { DiskImage, WalStart } from "@chronik/core/wal";
import type { Suite, Workload } from "./suite.ts";

const MEGABYTE = 1_000_000;
const PAYLOAD = new Uint8Array(1_000).fill(0x78);
/** Headers and fields of a record with an entry, and its share of the segment's header. */
const ENTRY_OVERHEAD_BYTES_MAX = 200;
const FRESH: WalStart = {
  segment: 1,
  file: segmentFileName(1),
  sizeBytes: 0,
  lastSequence: 0,
  truncate: null,
};

/** A writer and the file that it writes, which has room for so many entries. */
class Log {
  readonly #writer = new WalWriter(FRESH);
  readonly #file: Uint8Array;
  #size = 0;

  constructor(entryCount: number) {
    this.#file = new Uint8Array(entryCount * (PAYLOAD.length + ENTRY_OVERHEAD_BYTES_MAX));
  }

  /** So many entries, made durable by one write. */
  appendBatch(count: number): void {
    const writer = this.#writer;
    for (let i = 0; i < count; i++) {
      writer.append({
        kind: "entry",
        group: 0,
        term: term(1),
        index: index(writer.lastSequence + 1),
        entryType: "EntryNormal",
        data: PAYLOAD,
      });
    }
    writer.requestSync();
    const operation = writer.nextOperation();
    if (operation?.kind !== "append") throw new Error("the log asked for no write");
    this.#file.set(operation.bytes, this.#size);
    this.#size += operation.bytes.length;
    writer.complete({ id: operation.id, error: null });
  }

  get durableCount(): number {
    return this.#writer.durableSequence;
  }

  image(): DiskImage {
    return new Map([[FRESH.file, this.#file.subarray(0, this.#size)]]);
  }
}

/** The checksum of `megabytes`, in pieces of the size of a record. */
function checksumming(megabytes: number): Workload {
  const bytes = new Uint8Array(MEGABYTE).fill(0x5a);
  const pieces = MEGABYTE / PAYLOAD.length;
  return {
    name: "crc32c",
    what: `the checksum of ${megabytes} MB, 1 kB at a time`,
    unit: "MB",
    units: megabytes,
    expected: { checksums: megabytes * pieces },
    prepare: () => () => {
      let checksums = 0;
      let seed = 0;
      for (let i = 0; i < megabytes; i++) {
        for (let at = 0; at < MEGABYTE; at += PAYLOAD.length) {
          seed = crc32c(bytes, at, at + PAYLOAD.length, seed);
          checksums++;
        }
      }
      // Chained, so that none of them can be left out.
      if (seed === 0) throw new Error("the checksum came to nothing");
      return { checksums };
    },
  };
}

function appending(batches: number, batch: number): Workload {
  return {
    name: "append",
    what: `${batch} entries of 1 kB appended and synced as one group commit`,
    unit: "batches",
    units: batches,
    expected: { durable: batches * batch },
    prepare: () => {
      const log = new Log(batches * batch);
      return () => {
        for (let i = 0; i < batches; i++) log.appendBatch(batch);
        return { durable: log.durableCount };
      };
    },
  };
}

/** A restart from a log of about that size: every record read, checked and made an object. */
function recovering(megabytes: number): Workload {
  const batch = 8;
  const batches = Math.ceil((megabytes * MEGABYTE) / (batch * PAYLOAD.length));
  return {
    name: "recover",
    what: `recovery of a log of ${megabytes} MB in records of 1 kB`,
    unit: "MB",
    units: megabytes,
    expected: { records: batches * batch },
    prepare: () => {
      const log = new Log(batches * batch);
      for (let i = 0; i < batches; i++) log.appendBatch(batch);
      const image = log.image();
      return () => {
        const recovery = recoverWal(image);
        if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
        return { records: recovery.records.length };
      };
    },
  };
}

/** The workloads, or a `share` of each, for tests. */
export function walWorkloads(share = 1): readonly Workload[] {
  return [
    checksumming(Math.ceil(1_000 * share)),
    appending(Math.ceil(10_000 * share), 8),
    recovering(Math.ceil(64 * share)),
  ];
}

export const walSuite: Suite = {
  name: "wal",
  what: "the write-ahead log alone, over a disk that answers at once",
  workloads: walWorkloads(),
  references: [],
  referenceMachine: "",
};
