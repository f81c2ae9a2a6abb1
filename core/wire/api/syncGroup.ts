import type { Api } from "../api.ts";
import type { SyncGroupRequest, SyncGroupResponse } from "../request.ts";
import { bytes, int16, int32, list, message, nullable, since, string, struct } from "../schema.ts";

export const syncGroup: Api<SyncGroupRequest, SyncGroupResponse> = {
  key: 14,
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 4,
  request: message({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullable(string)),
    protocolType: since(5, nullable(string)),
    protocolName: since(5, nullable(string)),
    assignments: list(struct({ memberId: string, assignment: bytes })),
  }),
  response: message({
    _throttleTimeMs: since(1, int32),
    errorCode: int16,
    protocolType: since(5, nullable(string)),
    protocolName: since(5, nullable(string)),
    assignment: bytes,
  }),
};
