import type { Api } from "../api.ts";
import type { ProduceRequest, ProduceResponse } from "../request.ts";
import { currentLeader, nodeEndpoint } from "./leader.ts";
import { bytes, grouped, int16, int32, int64, list, message, nullable, orElse } from "../schema.ts";
import { since, string, struct, tagged } from "../schema.ts";

/** Versions 0 to 2 carry message sets in the format before record batches. */
export const produce: Api<ProduceRequest, ProduceResponse> = {
  key: 0,
  minVersion: 0,
  maxVersion: 11,
  flexibleSince: 9,
  request: message({
    transactionalId: since(3, nullable(string)),
    acks: int16,
    timeoutMs: int32,
    partitions: grouped({ topic: string }, { partition: int32, records: nullable(bytes) }),
  }),
  response: message({
    partitions: grouped(
      { topic: string },
      {
        partition: int32,
        errorCode: int16,
        baseOffset: int64,
        _logAppendTimeMs: since(2, orElse(-1, int64)),
        logStartOffset: since(5, orElse(-1, int64)),
        _recordErrors: since(
          8,
          list(struct({ _batchIndex: int32, _batchIndexErrorMessage: nullable(string) })),
        ),
        errorMessage: since(8, nullable(string)),
        currentLeader: since(10, tagged(0, currentLeader)),
      },
    ),
    _throttleTimeMs: since(1, int32),
    nodeEndpoints: since(10, tagged(0, list(nodeEndpoint))),
  }),
};
