import type { Api } from "../api.ts";
import type { OffsetFetchRequest, OffsetFetchResponse } from "../request.ts";
import { bool, grouped, int16, int32, int64, list, message, nullable, orElse } from "../schema.ts";
import { since, string, struct } from "../schema.ts";

/** Several groups in one request from this version on. */
const GROUPS_SINCE = 8;

export const offsetFetch: Api<OffsetFetchRequest, OffsetFetchResponse> = {
  key: 9,
  minVersion: 1,
  maxVersion: 9,
  flexibleSince: 6,
  request: message({
    groups: list(
      struct({
        groupId: string,
        _memberId: since(9, nullable(string)),
        _memberEpoch: since(9, orElse(-1, int32)),
        // Clients know null from version 2 on; in 1 an empty list asks for nothing.
        partitions: nullable(grouped({ topic: string }, { partition: int32 }, true)),
      }),
      GROUPS_SINCE,
    ),
    _requireStable: since(7, bool),
  }),
  response: message({
    _throttleTimeMs: since(3, int32),
    groups: list(
      struct({
        groupId: since(GROUPS_SINCE, string),
        partitions: grouped(
          { topic: string },
          {
            partition: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(5, orElse(-1, int32)),
            metadata: nullable(string),
            errorCode: int16,
          },
        ),
        errorCode: since(2, int16),
      }),
      GROUPS_SINCE,
    ),
  }),
};
