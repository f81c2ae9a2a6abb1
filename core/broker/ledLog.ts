import type { LeaderEpoch } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode } from "../wire/index.ts";
import { lookUpLeadership } from "./leadership.ts";
import type { LedPartition } from "./ledPartition.ts";
import type { ReplicaLog } from "./replicaLog.ts";
import type { ServingContext } from "./servingContext.ts";

/** The log of a partition that this broker leads. */
interface LedLog {
  readonly log: ReplicaLog;
  readonly leaderEpoch: LeaderEpoch;
  /** Null in mode "raft", where nobody but clients fetches. */
  readonly led: LedPartition | null;
  /** False for a leader that does not know yet how far earlier leaders had committed. */
  readonly isHighWatermarkKnown: boolean;
}

/**
 * Kafka's rules for who wants to read a log from its leader, in their order: an error, or the log.
 * `currentLeaderEpoch` is what the asker takes for the leader's epoch; -1: it does not say.
 */
export function ledLogFor(
  { leadershipSources, partitions, raftPartitions }: ServingContext,
  topic: string,
  partition: number,
  currentLeaderEpoch: number,
): LedLog | ErrorCode {
  const leadership = lookUpLeadership(leadershipSources, topic, partition);
  if (leadership === null) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  const { leaderEpoch, isLeader, source } = leadership;
  if (currentLeaderEpoch !== -1 && currentLeaderEpoch < leaderEpoch) {
    return ErrorCode.FENCED_LEADER_EPOCH;
  }
  if (currentLeaderEpoch > leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
  if (!isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const key = partitionKey(topic, partition);
  if (source === "raftGroup") {
    const log = partitions.logs.get(key);
    if (log === undefined) return ErrorCode.LEADER_NOT_AVAILABLE;
    return { log, leaderEpoch, led: null, isHighWatermarkKnown: raftPartitions.isReadable(key) };
  }
  const led = partitions.led.get(key);
  // It led when it went down, and asks for an epoch that it begins with a clear memory.
  if (led === undefined) return ErrorCode.LEADER_NOT_AVAILABLE;
  const { log, isHighWatermarkKnown } = led;
  return { log, leaderEpoch, led, isHighWatermarkKnown };
}
