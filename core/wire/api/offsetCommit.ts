import type { Api } from "../api.ts";
import type { OffsetCommitRequest, OffsetCommitResponse } from "../request.ts";
import { grouped, int16, int32, int64, message, nullable, orElse, since } from "../schema.ts";
import { string, until } from "../schema.ts";

export const offsetCommit: Api<OffsetCommitRequest, OffsetCommitResponse> = {
  key: 8,
  minVersion: 2,
  maxVersion: 9,
  flexibleSince: 8,
  request: message({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(7, nullable(string)),
    _retentionTimeMs: until(4, orElse(-1, int64)),
    partitions: grouped(
      { topic: string },
      {
        partition: int32,
        committedOffset: int64,
        committedLeaderEpoch: since(6, orElse(-1, int32)),
        metadata: nullable(string),
      },
    ),
  }),
  response: message({
    _throttleTimeMs: since(3, int32),
    partitions: grouped({ topic: string }, { partition: int32, errorCode: int16 }),
  }),
};
