import type { Api } from "../api.ts";
import type { MetadataRequest, MetadataResponse } from "../request.ts";
import { bool, int16, int32, list, message, nullable, orElse, since, string } from "../schema.ts";
import { struct, until, uuid } from "../schema.ts";

/** Java's smallest int: nobody has asked for the operations. */
const NOT_ASKED = -0x8000_0000;

export const metadata: Api<MetadataRequest, MetadataResponse> = {
  key: 3,
  minVersion: 0,
  maxVersion: 12,
  flexibleSince: 9,
  request: message({
    // In version 0 an empty list asks for all topics.
    topics: nullable(list(struct({ topicId: since(10, uuid), topic: nullable(string) })), 1),
    allowAutoTopicCreation: since(4, orElse(true, bool)),
    _includeClusterAuthorizedOperations: since(8, until(10, bool)),
    _includeTopicAuthorizedOperations: since(8, bool),
  }),
  response: message({
    _throttleTimeMs: since(3, int32),
    brokers: list(
      struct({ nodeId: int32, host: string, port: int32, _rack: since(1, nullable(string)) }),
    ),
    clusterId: since(2, nullable(string)),
    controllerId: since(1, orElse(-1, int32)),
    topics: list(
      struct({
        errorCode: int16,
        topic: nullable(string, 12),
        topicId: since(10, uuid),
        isInternal: since(1, bool),
        partitions: list(
          struct({
            errorCode: int16,
            partition: int32,
            leaderId: int32,
            leaderEpoch: since(7, orElse(-1, int32)),
            replicas: list(int32),
            isr: list(int32),
            offlineReplicas: since(5, list(int32)),
          }),
        ),
        _topicAuthorizedOperations: since(8, orElse(NOT_ASKED, int32)),
      }),
    ),
    _clusterAuthorizedOperations: since(8, until(10, orElse(NOT_ASKED, int32))),
  }),
};
