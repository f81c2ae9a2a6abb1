import { assert } from "../../base/assert.ts";
import { leaderEpoch as asLeaderEpoch, NO_INDEX, NO_TERM, offset } from "../../base/ids.ts";
import type { Index, Offset, Term } from "../../base/ids.ts";
import type { Entry, Snapshot } from "../../raft/index.ts";
import { ErrorCode, readBatchHeader, rewriteBatchOffsets, splitBatches } from "../../wire/index.ts";
import type { BatchHeader } from "../../wire/index.ts";
import type { Outbox } from "../outbox.ts";
import { storedBatch } from "../replicaLog.ts";
import type { ReplicaLog } from "../replicaLog.ts";
import type { StateMachine } from "../stateMachine.ts";
import { decodePartitionSnapshot, encodePartitionSnapshot } from "./partitionSnapshot.ts";

/** A batch on its way through the log of its partition's group. */
export interface RaftProposal {
  readonly index: Index;
  readonly term: Term;
  /** Null until it is decided. */
  errorCode: ErrorCode | null;
  /** The first offset that its records have; -1 until it is decided, and when they were refused. */
  baseOffset: number;
}

/**
 * What the group of a partition agrees on: the partition's log. An entry is a batch, as its producer
 * sent it. Each replica gives it its place when it applies it, and all give it the same: offsets
 * count on from the end of the log, and the leader epoch is the entry's term. Whether a producer
 * repeats itself is decided here as well, so that a retry that was proposed twice is stored once.
 */
export class PartitionState implements StateMachine {
  readonly #log: ReplicaLog;
  readonly #out: Outbox;
  readonly #sequenceOf: (index: Index) => number;
  #appliedIndex: Index = NO_INDEX;
  #appliedTerm: Term = NO_TERM;
  /** Of the batches that were applied since the last snapshot. */
  #newBytes = 0;
  /** This node leads the group. */
  isLeading = false;
  /** Of this node while it leads, in the order of their indexes. */
  #proposals: RaftProposal[] = [];

  /**
   * `log` is as the partition's segments have it, up to where the group's snapshot goes on;
   * `sequenceOf` gives the WAL record of an entry, which is durable when the entry is applied.
   */
  constructor(log: ReplicaLog, out: Outbox, sequenceOf: (index: Index) => number) {
    this.#log = log;
    this.#out = out;
    this.#sequenceOf = sequenceOf;
  }

  get appliedIndex(): Index {
    return this.#appliedIndex;
  }

  get appliedTerm(): Term {
    return this.#appliedTerm;
  }

  /** The first WAL record that is needed for a batch that is in no segment yet. */
  get neededSequence(): number {
    return this.#log.neededSequence;
  }

  /** A snapshot repeats what is in no segment yet: at most half of what came since the last one. */
  get isSnapshotSmall(): boolean {
    return 2 * this.#log.flushableBytes <= this.#newBytes;
  }

  apply(entry: Entry): void {
    this.passOver(entry);
    // A new leader's first entry is empty: it commits what came before (Raft paper, section 8).
    if (entry.data.length === 0) return;
    const header = readBatchHeader(entry.data);
    if (header === null) assert(false, `${this.#log.key}: entry ${entry.index} is no batch`);
    const check = this.#log.producers.check(header);
    switch (check.kind) {
      case "refused":
        this.#decided(entry, check.errorCode, -1);
        return;
      case "duplicate":
        this.#decided(entry, ErrorCode.NONE, check.baseOffset);
        this.#tellDuplicate(header.producerId, check.baseOffset);
        return;
      case "next":
        this.#append(entry, header);
    }
  }

  passOver({ index, term }: Entry): void {
    if (index !== this.#appliedIndex + 1) {
      assert(false, `${this.#log.key}: entry ${index} was applied after ${this.#appliedIndex}`);
    }
    this.#appliedIndex = index;
    this.#appliedTerm = term;
  }

  /** As a `PartitionSnapshot`, for this node's own disk. */
  encode(): Uint8Array {
    const { flushedEndOffset, logEndOffset } = this.#log;
    this.#newBytes = 0;
    return encodePartitionSnapshot(flushedEndOffset, this.#bytes(flushedEndOffset, logEndOffset));
  }

  /** That snapshot of this node as another can use it, with what is in segments here. */
  whole({ metadata, data }: Snapshot): Snapshot {
    const { segmentsEnd, batches } = decodePartitionSnapshot(data);
    const { logStartOffset } = this.#log;
    const flushed = this.#bytes(logStartOffset, segmentsEnd);
    return { metadata, data: encodePartitionSnapshot(logStartOffset, flushed, batches) };
  }

  /**
   * What was applied is how a later snapshot begins (Raft's State Machine Safety), so that only the
   * rest is new.
   */
  restore({ metadata, data }: Snapshot): void {
    const log = this.#log;
    assert(metadata.index > this.#appliedIndex, "a snapshot never takes the state back");
    this.#appliedIndex = metadata.index;
    this.#appliedTerm = metadata.term;
    const { segmentsEnd, batches } = decodePartitionSnapshot(data);
    assert(segmentsEnd <= log.logEndOffset, `${log.key}: what a snapshot leaves out is there`);
    const split = splitBatches(batches);
    if (!split.ok) assert(false, `${log.key}: snapshot ${metadata.index}: ${split.message}`);
    for (const bytes of split.batches) {
      const header = readBatchHeader(bytes)!;
      if (header.baseOffset >= log.logEndOffset) log.append(storedBatch(header, bytes));
    }
    this.#raiseHighWatermark();
  }

  /** Remembers what this leader has put into the log of the group. */
  proposed(index: Index, term: Term): RaftProposal {
    const proposal: RaftProposal = { index, term, errorCode: null, baseOffset: -1 };
    this.#proposals.push(proposal);
    return proposal;
  }

  /** This node does not lead any more. What it has proposed may still be committed, or not. */
  leadershipLost(errorCode: ErrorCode): void {
    for (const proposal of this.#proposals) proposal.errorCode = errorCode;
    this.#proposals = [];
  }

  /** A quorum has it on disk, so nothing is left to wait for: not even min.insync.replicas. */
  #append(entry: Entry, header: BatchHeader): void {
    const log = this.#log;
    const baseOffset = log.logEndOffset;
    const lastOffset = offset(baseOffset + header.recordCount - 1);
    const leaderEpoch = asLeaderEpoch(entry.term);
    const bytes = rewriteBatchOffsets(entry.data, baseOffset, leaderEpoch);
    const stamped = { ...header, baseOffset, lastOffset, leaderEpoch };
    log.append(storedBatch(stamped, bytes, this.#sequenceOf(entry.index)));
    this.#newBytes += bytes.length;
    this.#decided(entry, ErrorCode.NONE, baseOffset);
    if (this.#out.wantsEvents) {
      const { topic, partition } = log;
      const { isLeading: asLeader } = this;
      const place = { topic, partition, baseOffset, lastOffset };
      this.#out.event({ kind: "recordsAppended", ...place, asLeader });
    }
    this.#raiseHighWatermark();
  }

  /** Of the batches between two offsets. */
  #bytes(from: Offset, end: Offset): Uint8Array {
    const read = this.#log.read(from, end, Number.POSITIVE_INFINITY);
    if (read.kind !== "bytes") assert(false, `${this.#log.key}: its batches stay in memory`);
    return read.bytes;
  }

  #raiseHighWatermark(): void {
    const log = this.#log;
    log.makeDurable(Number.POSITIVE_INFINITY);
    const { highWatermark: from, logEndOffset: to } = log;
    if (!log.raiseHighWatermark(to) || !this.#out.wantsEvents) return;
    const { topic, partition } = log;
    const { isLeading: asLeader } = this;
    this.#out.event({ kind: "highWatermarkAdvanced", topic, partition, from, to, asLeader });
  }

  /** Tells whoever has proposed it here. */
  #decided({ index, term }: Entry, errorCode: ErrorCode, baseOffset: number): void {
    const proposal = this.#proposals[0];
    if (proposal?.index !== index) return;
    if (proposal.term !== term) assert(false, `${this.#log.key}: a leader's log was replaced`);
    proposal.errorCode = errorCode;
    proposal.baseOffset = baseOffset;
    this.#proposals.shift();
  }

  #tellDuplicate(producerId: number, baseOffset: Offset): void {
    if (!this.#out.wantsEvents) return;
    const { topic, partition } = this.#log;
    this.#out.event({ kind: "duplicateFound", topic, partition, producerId, baseOffset });
  }
}
