/**
 * The write-ahead log alone: what a checksum, a group commit and a restart cost. The disk answers
 * at once and keeps what it is given, so that only the log's own work is measured.
 */
import { crc32c, index, nodeId, term } from "@chronik/core/base";
import { freshWal, recoverWal, WalWriter } from "@chronik/core/wal";
import type { DiskImage, DiskOperation } from "@chronik/core/wal";
import type { Suite, Workload } from "./suite.ts";

const MEGABYTE = 1_000_000;
const IDENTITY = { node: nodeId(1) };
/** Large enough for segments not to matter, small enough for there to be several. */
const SEGMENT_BYTES_MAX = 16 * MEGABYTE;

/** A disk that has room for files of a segment's size. */
class Files {
  readonly #files = new Map<string, { bytes: Uint8Array; sizeBytes: number }>();
  readonly #fileBytesMax: number;

  constructor(fileBytesMax: number) {
    this.#fileBytesMax = fileBytesMax;
  }

  carryOut(operation: DiskOperation): void {
    if (operation.kind === "create") {
      this.#files.set(operation.file, { bytes: new Uint8Array(this.#fileBytesMax), sizeBytes: 0 });
    } else if (operation.kind === "append") {
      const file = this.#files.get(operation.file)!;
      file.bytes.set(operation.bytes, file.sizeBytes);
      file.sizeBytes += operation.bytes.length;
    }
  }

  image(): DiskImage {
    const image = new Map<string, Uint8Array>();
    for (const [name, { bytes, sizeBytes }] of this.#files) {
      image.set(name, bytes.subarray(0, sizeBytes));
    }
    return image;
  }
}

/** A writer of entries of one size, and the files that it writes. */
class Log {
  readonly #files: Files;
  readonly #writer: WalWriter;
  readonly #data: Uint8Array;
  #entryCount = 0;

  constructor(dataBytes: number, segmentBytesMax: number) {
    let lastId = 0;
    this.#files = new Files(segmentBytesMax + MEGABYTE);
    this.#data = new Uint8Array(dataBytes).fill(0x78);
    this.#writer = new WalWriter(freshWal(IDENTITY), {
      segmentBytesMax,
      nextOperationId: () => ++lastId,
      carryOver: () => [],
    });
  }

  /** So many entries, made durable by one write. */
  appendBatch(count: number): void {
    const writer = this.#writer;
    for (let i = 0; i < count; i++) {
      writer.append({
        kind: "entry",
        group: 0,
        term: term(1),
        index: index(++this.#entryCount),
        entryType: "EntryNormal",
        context: null,
        data: this.#data,
      });
    }
    writer.requestSync();
    for (let next = writer.nextOperation(); next !== null; next = writer.nextOperation()) {
      this.#files.carryOut(next);
      writer.complete({ id: next.id, error: null, bytes: null });
    }
  }

  /** Of all entries; every segment has one record more. */
  get durableCount(): number {
    return this.#writer.durableSequence - this.#writer.segments.length;
  }

  get sizeBytes(): number {
    return this.#writer.segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  image(): DiskImage {
    return this.#files.image();
  }
}

/** About what a record takes. */
const PIECE_BYTES = 1_000;

/** The checksum of `megabytes`, in pieces of the size of a record. */
function checksumming(megabytes: number): Workload {
  const bytes = new Uint8Array(MEGABYTE).fill(0x5a);
  const pieces = MEGABYTE / PIECE_BYTES;
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
        for (let at = 0; at < MEGABYTE; at += PIECE_BYTES) {
          seed = crc32c(bytes, at, at + PIECE_BYTES, seed);
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
      const log = new Log(1_000, SEGMENT_BYTES_MAX);
      return () => {
        for (let i = 0; i < batches; i++) log.appendBatch(batch);
        return { durable: log.durableCount };
      };
    },
  };
}

/** A restart from a log of that size: every record read, checked and handed out. */
function recovering(name: string, megabytes: number, dataBytes: number): Workload {
  const entryBytes = entrySizeBytes(dataBytes);
  const count = Math.ceil((megabytes * MEGABYTE) / entryBytes);
  return {
    name,
    what: `recovery of a log of ${megabytes} MB in entries of ${dataBytes} bytes`,
    unit: "MB",
    units: megabytes,
    expected: { entries: count },
    prepare: () => {
      const log = new Log(dataBytes, SEGMENT_BYTES_MAX);
      for (let left = count; left > 0; left -= 1_000) log.appendBatch(Math.min(left, 1_000));
      const image = log.image();
      return () => {
        let entries = 0;
        const recovery = recoverWal(image, IDENTITY, ({ record }) => {
          if (record.kind === "entry") entries++;
        });
        if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
        return { entries };
      };
    },
  };
}

/** What an entry takes in the log. */
function entrySizeBytes(dataBytes: number): number {
  const log = new Log(dataBytes, SEGMENT_BYTES_MAX);
  log.appendBatch(1);
  const emptyBytes = log.sizeBytes;
  log.appendBatch(1);
  return log.sizeBytes - emptyBytes;
}

/** The workloads, or a `share` of each, for tests. */
export function walWorkloads(share = 1): readonly Workload[] {
  return [
    checksumming(Math.ceil(1_000 * share)),
    appending(Math.ceil(10_000 * share), 8),
    recovering("recover", Math.ceil(64 * share), 1_000),
    recovering("recover100", Math.ceil(64 * share), 100),
  ];
}

export const walSuite: Suite = {
  name: "wal",
  what: "the write-ahead log alone, over a disk that answers at once",
  workloads: walWorkloads(),
  references: [],
  referenceMachine: "",
};
