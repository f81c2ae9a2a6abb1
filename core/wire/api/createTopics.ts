import type { Api } from "../api.ts";
import type { CreateTopicsRequest, CreateTopicsResponse } from "../request.ts";
import { bool, int16, int32, int8, list, message, nullAsEmpty, nullable } from "../schema.ts";
import { orElse, since, string, struct, tagged, uuid } from "../schema.ts";

export const createTopics: Api<CreateTopicsRequest, CreateTopicsResponse> = {
  key: 19,
  minVersion: 0,
  maxVersion: 7,
  flexibleSince: 5,
  request: message({
    topics: list(
      struct({
        topic: string,
        partitionCount: int32,
        replicationFactor: int16,
        assignments: nullAsEmpty(list(struct({ partition: int32, brokerIds: list(int32) }))),
        configs: nullAsEmpty(list(struct({ name: string, value: nullable(string) }))),
      }),
    ),
    timeoutMs: int32,
    validateOnly: since(1, bool),
  }),
  response: message({
    _throttleTimeMs: since(2, int32),
    topics: list(
      struct({
        topic: string,
        topicId: since(7, uuid),
        errorCode: int16,
        errorMessage: since(1, nullable(string)),
        _configErrorCode: since(5, tagged(0, int16)),
        partitionCount: since(5, orElse(-1, int32)),
        replicationFactor: since(5, orElse(-1, int16)),
        _configs: since(
          5,
          nullAsEmpty(
            list(
              struct({
                _name: string,
                _value: nullable(string),
                _readOnly: bool,
                _configSource: orElse(-1, int8),
                _isSensitive: bool,
              }),
            ),
          ),
        ),
      }),
    ),
  }),
};
