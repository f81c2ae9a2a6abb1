import type { BrokerContext } from "./context.ts";
import type { ReplicaLog, StoredBatch } from "./replicaLog.ts";

/**
 * A batch goes into a replica's log and, as the same bytes, into the WAL. Always with a sync: only
 * what is durable is acknowledged, to producers and to leaders, and only that is served.
 */
export function appendToReplica(
  { wal, out, partitions }: BrokerContext,
  log: ReplicaLog,
  batch: Omit<StoredBatch, "sequence">,
  asLeader: boolean,
): void {
  const { topic, partition } = log;
  const { baseOffset, lastOffset, leaderEpoch, recordCount, bytes } = batch;
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
  log.append({ baseOffset, lastOffset, leaderEpoch, recordCount, bytes, sequence });
  partitions.hasNews = true;
  if (!out.wantsEvents) return;
  out.event({ kind: "recordsAppended", topic, partition, baseOffset, lastOffset, asLeader });
}

/** A follower drops what its leader does not have, in its log and, by a record, in the WAL. */
export function truncateReplica(
  { wal, out }: BrokerContext,
  log: ReplicaLog,
  toOffset: StoredBatch["baseOffset"],
): void {
  const { topic, partition, logEndOffset: fromOffset } = log;
  log.truncate(toOffset);
  wal.append({ kind: "truncateReplica", topic, partition, toOffset });
  wal.requestSync();
  if (!out.wantsEvents) return;
  out.event({ kind: "replicaTruncated", topic, partition, fromOffset, toOffset });
}
