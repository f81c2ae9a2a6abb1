import type { Api } from "../api.ts";
import type { ListOffsetsRequest, ListOffsetsResponse } from "../request.ts";
import { grouped, int16, int32, int64, int8, message, orElse, since, string } from "../schema.ts";

export const listOffsets: Api<ListOffsetsRequest, ListOffsetsResponse> = {
  key: 2,
  minVersion: 1,
  maxVersion: 10,
  flexibleSince: 6,
  request: message({
    replicaId: int32,
    _isolationLevel: since(2, int8),
    partitions: grouped(
      { topic: string },
      {
        partition: int32,
        currentLeaderEpoch: since(4, orElse(-1, int32)),
        timestampMs: int64,
      },
    ),
    _timeoutMs: since(10, int32),
  }),
  response: message({
    _throttleTimeMs: since(2, int32),
    partitions: grouped(
      { topic: string },
      {
        partition: int32,
        errorCode: int16,
        timestampMs: int64,
        offset: int64,
        leaderEpoch: since(4, orElse(-1, int32)),
      },
    ),
  }),
};
