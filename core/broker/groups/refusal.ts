import { NO_BYTES } from "../../base/bytes.ts";
import { ErrorCode } from "../../wire/errorCode.ts";
import type {
  FindCoordinatorRequest,
  HeartbeatRequest,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupRequest,
  OffsetCommitRequest,
  OffsetFetchGroup,
  OffsetFetchGroupResponse,
  OffsetFetchRequest,
  Response,
  SyncGroupRequest,
} from "../../wire/request.ts";

/** What a coordinator is asked about one group. */
export type OneGroupRequest =
  | JoinGroupRequest
  | SyncGroupRequest
  | HeartbeatRequest
  | LeaveGroupRequest
  | OffsetCommitRequest;
export type GroupRequest = OneGroupRequest | OffsetFetchRequest | FindCoordinatorRequest;

export function refused(request: OneGroupRequest, errorCode: ErrorCode): Response {
  const { api } = request;
  switch (api) {
    case "joinGroup":
      return joinRefused(request.memberId, errorCode);
    case "syncGroup":
      return syncRefused(errorCode);
    case "heartbeat":
      return { api, errorCode };
    case "leaveGroup":
      return { api, errorCode, members: [] };
    case "offsetCommit": {
      const partitions = request.partitions.map(({ topic, partition }) => {
        return { topic, partition, errorCode };
      });
      return { api, partitions };
    }
  }
}

export function joinRefused(memberId: string, errorCode: ErrorCode): JoinGroupResponse {
  return {
    api: "joinGroup",
    errorCode,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: "",
    skipAssignment: false,
    memberId,
    members: [],
  };
}

export function syncRefused(errorCode: ErrorCode): Response {
  const nothing = { protocolType: null, protocolName: null, assignment: NO_BYTES };
  return { api: "syncGroup", errorCode, ...nothing };
}

/** Each partition has the error as well: the first versions of the answer have no other place. */
export function fetchRefused(
  { groupId, partitions }: OffsetFetchGroup,
  errorCode: ErrorCode,
): OffsetFetchGroupResponse {
  return {
    groupId,
    errorCode,
    partitions: (partitions ?? []).map(({ topic, partition }) => {
      return { ...nothingCommitted(topic, partition), errorCode };
    }),
  };
}

export function nothingCommitted(
  topic: string,
  partition: number,
): OffsetFetchGroupResponse["partitions"][number] {
  const committed = { committedOffset: -1, committedLeaderEpoch: -1, metadata: "" };
  return { topic, partition, ...committed, errorCode: ErrorCode.NONE };
}

/** What the error of a write to the offsets topic says to the clients of a coordinator. */
export function coordinatorError(errorCode: ErrorCode): ErrorCode {
  switch (errorCode) {
    case ErrorCode.NONE:
    case ErrorCode.NOT_COORDINATOR:
    case ErrorCode.COORDINATOR_NOT_AVAILABLE:
      return errorCode;
    case ErrorCode.NOT_LEADER_OR_FOLLOWER:
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return ErrorCode.NOT_COORDINATOR;
    case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
    case ErrorCode.LEADER_NOT_AVAILABLE:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
    case ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND:
    case ErrorCode.REQUEST_TIMED_OUT:
      return ErrorCode.COORDINATOR_NOT_AVAILABLE;
    default:
      return ErrorCode.UNKNOWN_SERVER_ERROR;
  }
}
