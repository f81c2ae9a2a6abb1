import type { Api } from "../api.ts";
import type { HeartbeatRequest, HeartbeatResponse } from "../request.ts";
import { int16, int32, message, nullable, since, string } from "../schema.ts";

export const heartbeat: Api<HeartbeatRequest, HeartbeatResponse> = {
  key: 12,
  minVersion: 0,
  maxVersion: 4,
  flexibleSince: 4,
  request: message({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullable(string)),
  }),
  response: message({ _throttleTimeMs: since(1, int32), errorCode: int16 }),
};
