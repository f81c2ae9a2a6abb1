import { expect } from "vitest";
import { nodeId, offset } from "../../../base/ids.ts";
import { partitionKey } from "../../../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../../../metadata/clusterMetadata.ts";
import type { DiskCompletion, DiskOperation } from "../../../wal/disk.ts";
import { recoverWal, WalWriter } from "../../../wal/index.ts";
import { PlainDisk } from "../../../wal/testing/plainDisk.ts";
import type { Mercy } from "../../../wal/testing/plainDisk.ts";
import { encodeRecordBatch, readBatchHeader } from "../../../wire/index.ts";
import { Outbox } from "../../outbox.ts";
import { RecoveredReplicas } from "../../recoveredReplicas.ts";
import { appendToReplica, truncateReplica } from "../../replica.ts";
import { ReplicaLog, storedBatch } from "../../replicaLog.ts";
import { SegmentFlusher } from "../segmentFlusher.ts";
import { SegmentReader } from "../segmentReader.ts";
import { sealBatch } from "../segmentFile.ts";

const NODE = nodeId(1);

/** What a partition holds, as plainly as can be. */
interface Plain {
  readonly topicId: string;
  readonly batches: readonly Uint8Array[];
}

interface Sizes {
  readonly segmentBytesMax: number;
  readonly partitionFlushBytes: number;
  readonly partitionMemoryBytes: number;
}

/** A batch of so many records; `tag` makes its bytes unlike any others. */
export function batchAt(base: number, records: number, epoch: number, tag: number, size = 1) {
  const value = new Uint8Array(size).fill(tag);
  return encodeRecordBatch({
    baseOffset: base,
    leaderEpoch: epoch,
    firstTimestampMs: 1000 + tag,
    records: Array.from({ length: records }, () => ({ key: null, value })),
  });
}

/** As a batch stands in a segment file. */
export function sealed(batch: Uint8Array): Uint8Array {
  const bytes = batch.slice();
  sealBatch(bytes, 0);
  return bytes;
}

export function idOf(number: number): string {
  return number.toString(16).padStart(8, "0").repeat(4);
}

/**
 * A node's replicas, its WAL and its disk, and as plain arrays what every replica held after every
 * WAL record. After a loss of power all replicas must be as they were after the last record that the
 * WAL still has, whatever has been flushed, cut and removed meanwhile.
 */
export class ReplicasUnderTest {
  readonly disk = new PlainDisk();
  readonly counts = { crashes: 0, flushed: 0, cut: 0, files: 0, walRemoved: 0, read: 0, full: 0 };
  readonly #sizes: Sizes;
  readonly #out = new Outbox(false, 0);
  #partitions = {
    logs: new Map<PartitionKey, ReplicaLog>(),
    dropped: [] as ReplicaLog[],
    hasNews: false,
  };
  #wal!: WalWriter;
  #flusher!: SegmentFlusher;
  #reader!: SegmentReader;
  /** Of each sequence up to which something has happened, what the replicas were then. */
  #history: { readonly sequence: number; readonly replicas: ReadonlyMap<PartitionKey, Plain> }[] =
    [];
  #lastTag = 0;
  #lastId = 0;

  constructor(sizes: Sizes) {
    this.#sizes = sizes;
    this.#open();
  }

  get wal(): WalWriter {
    return this.#wal;
  }

  get flusher(): SegmentFlusher {
    return this.#flusher;
  }

  log(partition: number): ReplicaLog {
    const key = partitionKey("orders", partition);
    let log = this.#partitions.logs.get(key);
    if (log === undefined) {
      log = new ReplicaLog("orders", partition, idOf(++this.#lastId));
      this.#partitions.logs.set(key, log);
    }
    return log;
  }

  append(partition: number, records: number, size: number): void {
    const log = this.log(partition);
    const tag = ++this.#lastTag & 0xff;
    const epoch = Math.max(0, log.lastEpoch) + (tag % 5 === 0 ? 1 : 0);
    const bytes = batchAt(log.logEndOffset, records, epoch, tag, size);
    appendToReplica(this.#context(), log, storedBatch(readBatchHeader(bytes)!, bytes), true);
    this.#note(log, (plain) => [...plain, bytes]);
  }

  /** That share of what is durable is committed. */
  commit(partition: number, share: number): void {
    const log = this.log(partition);
    const ends = log.batches.map(({ lastOffset }) => lastOffset + 1);
    const durable = ends.filter((end) => end <= log.durableEndOffset);
    const end = durable[Math.ceil(durable.length * share) - 1];
    if (end !== undefined) log.raiseHighWatermark(offset(end));
  }

  /** That share of it stays. */
  truncate(partition: number, share: number): void {
    const log = this.log(partition);
    const to = offset(Math.floor(log.logEndOffset * share));
    truncateReplica(this.#context(), log, to, true);
    this.#note(log, (plain) => plain.slice(0, log.batches.length));
  }

  /** The topic is deleted; the next one has the same name, and the same id if it only went away. */
  replace(partition: number, keepsId: boolean): void {
    const before = this.log(partition);
    const { key, topic, topicId } = before;
    const id = keepsId ? topicId : idOf(++this.#lastId);
    this.#partitions.logs.set(key, new ReplicaLog(topic, partition, id));
    this.#partitions.dropped.push(before);
    this.#flusher.noteChanges();
    this.#note(this.log(partition), () => []);
  }

  tick(): void {
    this.#wal.retry();
    this.#flusher.tick();
  }

  /** Asks for what is wanted of the disk, first of whom comes first. */
  issue(order: number): DiskOperation | null {
    const askers = [this.#wal, this.#flusher, this.#reader];
    for (let at = 0; at < askers.length; at++) {
      const operation = askers[(at + order) % askers.length]!.nextOperation();
      if (operation === null) continue;
      if (operation.kind === "remove" && operation.file.startsWith("wal")) this.counts.walRemoved++;
      if (operation.kind === "create" && operation.file.startsWith("orders")) this.counts.files++;
      this.disk.start(operation);
      return operation;
    }
    return null;
  }

  complete(): boolean {
    const completion = this.disk.finishNext();
    if (completion === null) return false;
    this.#completed(completion);
    return true;
  }

  /** Lets the disk do so many operations, or all there are to do. Returns how many it were. */
  settle(operations = Number.POSITIVE_INFINITY, order = 0): number {
    let count = 0;
    while (count < operations && (this.issue(order) !== null || this.complete())) {
      while (this.complete()) count++;
    }
    return count;
  }

  /** Every batch can be read, in memory or not. */
  readAll(): void {
    for (const log of this.#partitions.logs.values()) {
      const end = log.logEndOffset;
      for (let from = log.logStartOffset; from < end;) {
        const ticket = this.#reader.request(log, from, end, 300);
        if (ticket.result === "waiting") this.settle();
        const { result } = ticket;
        if (result === "waiting") throw new Error("a read was not carried out");
        const header = readBatchHeader(result)!;
        expect(header.baseOffset).toBe(from);
        for (let at = 0; at < result.length;) {
          const { sizeBytes, lastOffset } = readBatchHeader(result, at)!;
          at += sizeBytes;
          from = offset(lastOffset + 1);
        }
      }
    }
  }

  /** Whoever may release records of the WAL does so, whenever that is. */
  release(): void {
    let needed = this.#flusher.neededSequence;
    for (const log of this.#partitions.logs.values()) needed = Math.min(needed, log.neededSequence);
    this.#wal.releaseBefore(Math.min(needed, this.#wal.durableSequence + 1));
  }

  crash(mercy: Mercy): void {
    const durable = this.#wal.durableSequence;
    this.disk.losePower(mercy);
    this.#open();
    const { lastSequence } = this.#wal;
    expect(lastSequence).toBeGreaterThanOrEqual(durable);
    const at = this.#history.findLastIndex(({ sequence }) => sequence <= lastSequence);
    this.#history = at < 0 ? [] : this.#history.slice(0, at + 1);
    const expected = this.#history.at(-1)?.replicas ?? new Map<PartitionKey, Plain>();
    for (const key of new Set([...expected.keys(), ...this.#partitions.logs.keys()])) {
      const found = this.#plain(key);
      const batches = expected.get(key)?.batches ?? [];
      expect(isSame(found?.batches ?? [], batches), key).toBe(true);
      if (batches.length > 0) expect(found?.topicId, key).toBe(expected.get(key)?.topicId);
    }
    this.#history = [{ sequence: lastSequence, replicas: expected }];
    this.counts.crashes++;
  }

  #plain(key: PartitionKey): Plain | null {
    const log = this.#partitions.logs.get(key);
    if (log === undefined) return null;
    expect(log.durableEndOffset).toBe(log.logEndOffset);
    return { topicId: log.topicId, batches: log.batches.map(({ bytes }) => bytes!) };
  }

  #context() {
    return { wal: this.#wal, out: this.#out, partitions: this.#partitions, config: {} };
  }

  #note(
    { key, topicId }: ReplicaLog,
    change: (batches: readonly Uint8Array[]) => Uint8Array[],
  ): void {
    const replicas = new Map(this.#history.at(-1)?.replicas);
    const before = replicas.get(key);
    replicas.set(key, { topicId, batches: change(before?.batches ?? []) });
    this.#history.push({ sequence: this.#wal.lastSequence, replicas });
  }

  #completed(completion: DiskCompletion): void {
    if (this.#flusher.owns(completion.id)) {
      const before = this.#flushedEnds();
      expect(this.#flusher.complete(completion)).toBe(null);
      if (this.#flushedEnds() > before) this.counts.flushed++;
      if (this.#flusher.isFull) this.counts.full++;
    } else if (this.#reader.owns(completion.id)) {
      expect(this.#reader.complete(completion)).toBe(null);
      this.counts.read++;
    } else {
      const progress = this.#wal.complete(completion);
      expect(progress.outcome).not.toBe("failed");
      if (progress.outcome !== "completed") return;
      for (const log of this.#partitions.logs.values()) log.makeDurable(progress.durableSequence);
    }
  }

  #flushedEnds(): number {
    let ends = 0;
    for (const { flushedEndOffset } of this.#partitions.logs.values()) ends += flushedEndOffset;
    return ends;
  }

  #open(): void {
    const image = this.disk.image();
    const replicas = new RecoveredReplicas();
    const recovery = recoverWal(image, { node: NODE }, ({ record, sequence }) => {
      if (record.kind === "produce") replicas.produce(record, sequence);
      if (record.kind === "truncateReplica") replicas.truncate(record);
      if (record.kind === "openReplica") replicas.open(record);
    });
    if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
    const { generation } = recovery;
    const found = replicas.finish(image, { node: NODE, generation });
    if (!found.ok) throw new Error(found.sentence);
    const { logs, leftovers } = found;
    this.#partitions = { logs, dropped: [], hasNews: false };
    let lastId = 0;
    const nextOperationId = () => ++lastId;
    const wal = new WalWriter(recovery.start, {
      segmentBytesMax: this.#sizes.segmentBytesMax,
      nextOperationId,
      carryOver: () => this.#flusher.carryOver(),
    });
    const partitions = this.#partitions;
    const owner = { node: NODE, generation };
    this.#wal = wal;
    this.#flusher = new SegmentFlusher({
      config: this.#sizes,
      owner,
      wal,
      partitions,
      out: this.#out,
      leftovers,
      nextOperationId,
      release: () => this.release(),
    });
    this.#reader = new SegmentReader(partitions, nextOperationId);
    for (const log of logs.values()) if (log.flushed.isCutOpen) this.counts.cut++;
    this.counts.cut += leftovers.length;
  }
}

function isSame(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((bytes, at) => {
    const other = others[at]!;
    return bytes.length === other.length && bytes.every((byte, index) => byte === other[index]);
  });
}
