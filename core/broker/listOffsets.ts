import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode } from "../wire/index.ts";
import type {
  ListOffsetsPartition,
  ListOffsetsPartitionResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
} from "../wire/index.ts";
import { lookUpLeadership } from "./leadership.ts";
import type { ServingContext } from "./servingContext.ts";

const EARLIEST = -2;
const LATEST = -1;
const MAX_TIMESTAMP = -3;
/** Of what is on the broker's own disk: all of it (KIP-405). */
const EARLIEST_LOCAL = -4;

/** Where a consumer may begin: the ends of a log, or the first record of a time or after it. */
export function answerListOffsets(
  context: ServingContext,
  { replicaId, partitions }: ListOffsetsRequest,
): ListOffsetsResponse {
  const isConsumer = replicaId === -1;
  return {
    api: "listOffsets",
    partitions: partitions.map((asked) => answer(context, asked, isConsumer)),
  };
}

function answer(
  { leadershipSources, partitions, raftPartitions }: ServingContext,
  asked: ListOffsetsPartition,
  isConsumer: boolean,
): ListOffsetsPartitionResponse {
  const { topic, partition, currentLeaderEpoch, timestampMs } = asked;
  const leadership = lookUpLeadership(leadershipSources, topic, partition);
  if (leadership === null) return refused(asked, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const { leaderEpoch, isLeader, source } = leadership;
  if (currentLeaderEpoch !== -1 && currentLeaderEpoch < leaderEpoch) {
    return refused(asked, ErrorCode.FENCED_LEADER_EPOCH);
  }
  if (currentLeaderEpoch > leaderEpoch) return refused(asked, ErrorCode.UNKNOWN_LEADER_EPOCH);
  const key = partitionKey(topic, partition);
  const led = partitions.led.get(key);
  const isRaft = source === "raftGroup";
  const log = isRaft ? partitions.logs.get(key) : led?.log;
  if (!isLeader) return refused(asked, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  if (log === undefined) return refused(asked, ErrorCode.LEADER_NOT_AVAILABLE);
  const isKnown = isRaft ? raftPartitions.isReadable(key) : (led?.isHighWatermarkKnown ?? false);
  if (isConsumer && timestampMs !== EARLIEST && !isKnown) {
    return refused(asked, ErrorCode.OFFSET_NOT_AVAILABLE);
  }
  const end = isConsumer ? log.highWatermark : log.logEndOffset;
  const found = (offset: number, ms: number): ListOffsetsPartitionResponse => {
    const errorCode = ErrorCode.NONE;
    return { topic, partition, errorCode, timestampMs: ms, offset, leaderEpoch };
  };
  switch (timestampMs) {
    case EARLIEST:
    case EARLIEST_LOCAL:
      return found(log.logStartOffset, -1);
    case LATEST:
      return found(end, -1);
    default: {
      const isLast = timestampMs === MAX_TIMESTAMP;
      const record = isLast ? log.maxTimestamp(end) : log.offsetForTimestamp(timestampMs, end);
      return record === null ? found(-1, -1) : found(record.offset, record.timestampMs);
    }
  }
}

function refused(
  { topic, partition }: ListOffsetsPartition,
  errorCode: ErrorCode,
): ListOffsetsPartitionResponse {
  return { topic, partition, errorCode, timestampMs: -1, offset: -1, leaderEpoch: -1 };
}
