import { index, nodeId, term } from "../../base/ids.ts";
import type { DiskCompletion, DiskImage, DiskOperation } from "../disk.ts";
import type { RecoveredRecord } from "../logScan.ts";
import type { EntryRecord, WalRecord } from "../record.ts";
import { recoverWal } from "../recoverWal.ts";
import type { WalRecovered, WalRecovery } from "../recoverWal.ts";
import { WalWriter } from "../walWriter.ts";
import type { WalWriterOptions } from "../walWriter.ts";
import { PlainDisk } from "./plainDisk.ts";

export const NODE = nodeId(1);

/** Recovery and everything that it handed out. */
export function readLog(image: DiskImage): { recovery: WalRecovery; found: RecoveredRecord[] } {
  const found: RecoveredRecord[] = [];
  return { recovery: recoverWal(image, { node: NODE }, (record) => found.push(record)), found };
}

/** The same for a log that must be sound. */
export function recovered(image: DiskImage): {
  recovery: WalRecovered;
  found: RecoveredRecord[];
  records: WalRecord[];
} {
  const { recovery, found } = readLog(image);
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
  return { recovery, found, records: found.map(({ record }) => record) };
}

export interface OpenedWal {
  readonly writer: WalWriter;
  readonly recovery: WalRecovered;
  readonly found: readonly RecoveredRecord[];
}

/** A node that starts on that disk, as far as its log goes. */
export function openWal(disk: PlainDisk, options: Partial<WalWriterOptions> = {}): OpenedWal {
  const { recovery, found } = recovered(disk.image());
  let lastId = 0;
  const writer = new WalWriter(recovery.start, {
    segmentBytesMax: 1_000_000,
    nextOperationId: () => ++lastId,
    carryOver: () => [],
    ...options,
  });
  return { writer, recovery, found };
}

/** Lets the disk carry out the next operation. */
export function perform(writer: WalWriter, disk: PlainDisk): DiskOperation | null {
  const operation = writer.nextOperation();
  if (operation === null) return null;
  disk.start(operation);
  for (const completion of disk.finishAll()) writer.complete(completion);
  return operation;
}

/** Lets the disk do all there is to do. */
export function settle(writer: WalWriter, disk: PlainDisk): DiskOperation[] {
  const operations: DiskOperation[] = [];
  for (let next = perform(writer, disk); next !== null; next = perform(writer, disk)) {
    operations.push(next);
  }
  return operations;
}

/** A disk with a log of these records; each list is one write with a sync. */
export function diskWithLog(
  writes: readonly (readonly WalRecord[])[],
  options: Partial<WalWriterOptions> = {},
): PlainDisk {
  const disk = new PlainDisk();
  const { writer } = openWal(disk, options);
  for (const records of writes) {
    for (const record of records) writer.append(record);
    writer.requestSync();
    settle(writer, disk);
  }
  return disk;
}

export function done(operation: DiskOperation): DiskCompletion {
  return { id: operation.id, error: null, bytes: null };
}

export function entry(at: number, fields: Partial<EntryRecord> = {}): EntryRecord {
  return {
    kind: "entry",
    group: 0,
    term: term(1),
    index: index(at),
    entryType: "EntryNormal",
    context: null,
    data: new Uint8Array(10).fill(at),
    ...fields,
  };
}
