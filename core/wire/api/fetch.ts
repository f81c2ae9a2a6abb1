import type { Api } from "../api.ts";
import type { FetchRequest, FetchResponse } from "../request.ts";
import { currentLeader, nodeEndpoint } from "./leader.ts";
import { bytes, flat, grouped, int16, int32, int64, int8, list, message } from "../schema.ts";
import { nullAsEmpty, nullable, orElse, since, string, struct, tagged, until } from "../schema.ts";
import { uuid } from "../schema.ts";

/** By name up to version 12, by id from 13 on (KIP-516). */
const topic = { topic: until(12, string), topicId: since(13, uuid) };

export const fetch: Api<FetchRequest, FetchResponse> = {
  key: 1,
  minVersion: 4,
  maxVersion: 17,
  flexibleSince: 12,
  request: message({
    _clusterId: since(12, tagged(0, nullable(string))),
    replicaId: until(14, orElse(-1, int32)),
    // KIP-903.
    _replicaState: since(
      15,
      tagged(1, flat({ replicaId: orElse(-1, int32), replicaEpoch: orElse(-1, int64) })),
    ),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    _isolationLevel: int8,
    _sessionId: since(7, int32),
    _sessionEpoch: since(7, orElse(-1, int32)),
    partitions: grouped(topic, {
      partition: int32,
      currentLeaderEpoch: since(9, orElse(-1, int32)),
      fetchOffset: int64,
      lastFetchedEpoch: since(12, orElse(-1, int32)),
      _logStartOffset: since(5, orElse(-1, int64)),
      maxBytes: int32,
      _replicaDirectoryId: since(17, tagged(0, uuid)),
    }),
    _forgottenTopics: since(7, grouped(topic, { _partition: int32 }, true)),
    _rackId: since(11, string),
  }),
  response: message({
    _throttleTimeMs: int32,
    errorCode: since(7, int16),
    _sessionId: since(7, int32),
    partitions: grouped(topic, {
      partition: int32,
      errorCode: int16,
      highWatermark: int64,
      lastStableOffset: int64,
      logStartOffset: since(5, orElse(-1, int64)),
      divergingEpoch: since(
        12,
        tagged(0, struct({ epoch: orElse(-1, int32), endOffset: orElse(-1, int64) })),
      ),
      currentLeader: since(12, tagged(1, currentLeader)),
      _snapshotId: since(12, tagged(2, struct({ _endOffset: int64, _epoch: int32 }))),
      _abortedTransactions: nullAsEmpty(list(struct({ _producerId: int64, _firstOffset: int64 }))),
      _preferredReadReplica: since(11, orElse(-1, int32)),
      records: nullAsEmpty(bytes),
    }),
    nodeEndpoints: since(16, tagged(0, list(nodeEndpoint))),
  }),
};
