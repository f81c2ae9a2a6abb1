import type { Api } from "../api.ts";
import { ErrorCode } from "../errorCode.ts";
import type { LeaveGroupRequest, LeaveGroupResponse } from "../request.ts";
import { int16, int32, list, message, nullable, since, string, struct } from "../schema.ts";

/** Several members in one request from this version on (KIP-345). */
const MEMBERS_SINCE = 3;

export const leaveGroup: Api<LeaveGroupRequest, LeaveGroupResponse> = {
  key: 13,
  minVersion: 0,
  maxVersion: 5,
  flexibleSince: 4,
  request: message({
    groupId: string,
    members: list(
      struct({
        memberId: string,
        groupInstanceId: since(MEMBERS_SINCE, nullable(string)),
        reason: since(5, nullable(string)),
      }),
      MEMBERS_SINCE,
    ),
  }),
  response: message({
    _throttleTimeMs: since(1, int32),
    errorCode: int16,
    members: since(
      MEMBERS_SINCE,
      list(struct({ memberId: string, groupInstanceId: nullable(string), errorCode: int16 })),
    ),
  }),
};

/** Where the answer has one error code alone, it is that of the one member. */
export function leaveGroupAsWritten(
  response: LeaveGroupResponse,
  version: number,
): LeaveGroupResponse {
  if (version >= MEMBERS_SINCE || response.errorCode !== ErrorCode.NONE) return response;
  return { ...response, errorCode: response.members[0]?.errorCode ?? ErrorCode.NONE };
}
