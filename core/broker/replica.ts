import { offset } from "../base/ids.ts";
import type { Offset } from "../base/ids.ts";
import { rewriteBatchOffsets } from "../wire/index.ts";
import type { BatchHeader } from "../wire/index.ts";
import type { BrokerConfig } from "./config.ts";
import type { BrokerContext } from "./context.ts";
import type { LedPartition } from "./ledPartition.ts";
import { storedBatch } from "./replicaLog.ts";
import type { HeldBatch, ReplicaLog } from "./replicaLog.ts";

/** The parts of a broker that a change of a replica's log concerns. */
interface ReplicaContext extends Pick<BrokerContext, "wal" | "out"> {
  readonly partitions: Pick<BrokerContext["partitions"], "hasNews">;
  readonly config: Pick<BrokerConfig, "shareBatch">;
}

/**
 * A batch goes into a replica's log and, as the same bytes, into the WAL. Always with a sync: only
 * what is durable is acknowledged, to producers and to leaders, and only that is served.
 */
export function appendToReplica(
  { wal, out, partitions, config }: ReplicaContext,
  log: ReplicaLog,
  batch: HeldBatch,
  asLeader: boolean,
): void {
  const { topic, partition } = log;
  const { baseOffset, lastOffset, leaderEpoch, recordCount } = batch;
  const bytes = config.shareBatch?.(batch.bytes) ?? batch.bytes;
  openInWal(wal, log);
  const sequence = wal.append({
    kind: "produce",
    topic,
    partition,
    baseOffset,
    lastOffset,
    recordCount,
    leaderEpoch,
    batch: bytes,
  });
  wal.requestSync();
  log.append({ ...batch, bytes, sequence });
  partitions.hasNews = true;
  if (!out.wantsEvents) return;
  out.event({ kind: "recordsAppended", topic, partition, baseOffset, lastOffset, asLeader });
}

/** A producer's batch at a leader, which gives the records their offsets and its epoch. */
export function appendAsLeader(
  context: ReplicaContext,
  { log, leaderEpoch }: Pick<LedPartition, "log" | "leaderEpoch">,
  header: BatchHeader,
  records: Uint8Array,
): { readonly baseOffset: Offset; readonly lastOffset: Offset } {
  const baseOffset = log.logEndOffset;
  const lastOffset = offset(baseOffset + header.recordCount - 1);
  const bytes = rewriteBatchOffsets(records, baseOffset, leaderEpoch);
  const stored = storedBatch({ ...header, baseOffset, lastOffset, leaderEpoch }, bytes);
  appendToReplica(context, log, stored, true);
  return { baseOffset, lastOffset };
}

/**
 * A follower drops what its leader does not have, in its log and, by a record, in the WAL; segments
 * of the partition follow once that is durable. `losesCommitted`: see `ReplicaLog.truncate`.
 */
export function truncateReplica(
  { wal, out }: Pick<ReplicaContext, "wal" | "out">,
  log: ReplicaLog,
  toOffset: Offset,
  losesCommitted = false,
): void {
  const { topic, partition, logEndOffset: fromOffset, highWatermark } = log;
  openInWal(wal, log);
  const end = log.truncate(toOffset, losesCommitted);
  log.flushed.noteCut(wal.append({ kind: "truncateReplica", topic, partition, toOffset: end }));
  wal.requestSync();
  if (!out.wantsEvents) return;
  const committedCount = Math.max(0, highWatermark - end);
  const cut = { topic, partition, fromOffset, toOffset: end, committedCount };
  out.event({ kind: "replicaTruncated", ...cut });
}

/**
 * Tells the WAL which topic the records are of. From then on every segment of the WAL that begins
 * repeats it (`SegmentFlusher.carryOver`), until the log needs none of them any more.
 */
export function openInWal(wal: BrokerContext["wal"], log: ReplicaLog): void {
  if (log.isInWal) return;
  log.isInWal = true;
  const { topic, partition, topicId } = log;
  wal.append({ kind: "openReplica", topic, partition, topicId });
}
