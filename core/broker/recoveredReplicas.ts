import { leaderEpoch } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import type { ProduceRecord, TruncateReplicaRecord } from "../wal/index.ts";
import { ReplicaLog } from "./replicaLog.ts";

/**
 * Puts a node's replicas together again from their records, in the order in which they were written.
 * Segments go that hold no batch in force, so what is left of a log may begin with batches that were
 * cut off further on, and that have lost those before them. The cut must follow.
 */
export class RecoveredReplicas {
  readonly logs = new Map<PartitionKey, ReplicaLog>();
  /** Logs that wait for the cut, with the offset that they lack. */
  readonly #broken = new Map<PartitionKey, number>();

  produce(record: ProduceRecord, sequence: number): void {
    const log = this.#logOf(record);
    const { baseOffset, lastOffset, recordCount, batch: bytes } = record;
    if (baseOffset > log.logEndOffset) {
      if (!this.#broken.has(log.key)) this.#broken.set(log.key, log.logEndOffset);
      return;
    }
    const epoch = leaderEpoch(record.leaderEpoch);
    log.append({ baseOffset, lastOffset, leaderEpoch: epoch, recordCount, bytes, sequence });
  }

  truncate(record: TruncateReplicaRecord): void {
    const log = this.#logOf(record);
    if (record.toOffset <= log.logEndOffset) this.#broken.delete(log.key);
    log.truncate(record.toOffset);
  }

  /** Why the records do not come to whole logs, in a sentence; null if they do. */
  problem(): string | null {
    for (const [key, offset] of this.#broken) {
      return `Record ${offset} of ${key} is missing from the log.`;
    }
    return null;
  }

  #logOf({ topic, partition }: ProduceRecord | TruncateReplicaRecord): ReplicaLog {
    const key = partitionKey(topic, partition);
    let log = this.logs.get(key);
    if (log === undefined) {
      log = new ReplicaLog(topic, partition);
      this.logs.set(key, log);
    }
    return log;
  }
}
