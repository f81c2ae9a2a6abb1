import { ErrorCode } from "../wire/index.ts";
import type {
  ListOffsetsPartition,
  ListOffsetsPartitionResponse,
  ListOffsetsRequest,
  ListOffsetsResponse,
} from "../wire/index.ts";
import { ledLogFor } from "./ledLog.ts";
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
  context: ServingContext,
  asked: ListOffsetsPartition,
  isConsumer: boolean,
): ListOffsetsPartitionResponse {
  const { topic, partition, currentLeaderEpoch, timestampMs } = asked;
  const led = ledLogFor(context, topic, partition, currentLeaderEpoch);
  if (typeof led === "number") return refused(asked, led);
  const { log, leaderEpoch } = led;
  if (isConsumer && timestampMs !== EARLIEST && !led.isHighWatermarkKnown) {
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
