import type { Api } from "../api.ts";
import type { JoinGroupRequest, JoinGroupResponse } from "../request.ts";
import { bool, bytes, int16, int32, list, message, nullable, orElse, since } from "../schema.ts";
import { string, struct } from "../schema.ts";

export const joinGroup: Api<JoinGroupRequest, JoinGroupResponse> = {
  key: 11,
  minVersion: 0,
  maxVersion: 9,
  flexibleSince: 6,
  request: message({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, orElse(-1, int32)),
    memberId: string,
    groupInstanceId: since(5, nullable(string)),
    protocolType: string,
    protocols: list(struct({ name: string, metadata: bytes })),
    reason: since(8, nullable(string)),
  }),
  response: message({
    _throttleTimeMs: since(2, int32),
    errorCode: int16,
    generationId: int32,
    protocolType: since(7, nullable(string)),
    protocolName: nullable(string, 7),
    leader: string,
    skipAssignment: since(9, bool),
    memberId: string,
    members: list(
      struct({ memberId: string, groupInstanceId: since(5, nullable(string)), metadata: bytes }),
    ),
  }),
};

/** Version 0 means its session timeout for both. */
export function joinGroupAsMeant(request: JoinGroupRequest, version: number): JoinGroupRequest {
  return version > 0 ? request : { ...request, rebalanceTimeoutMs: request.sessionTimeoutMs };
}
