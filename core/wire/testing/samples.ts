import { leaderEpoch, nodeId, offset } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import type { RequestOf, ResponseOf } from "../apis.ts";
import { ErrorCode } from "../errorCode.ts";
import { encodeRecordBatch } from "../recordBatch.ts";
import { NO_TOPIC_ID } from "../request.ts";
import type { ClientApi } from "../request.ts";

/**
 * One request and one answer of each kind with something in every field, for the golden bytes and
 * for mutation. Lists that old versions have one item of have one here.
 */
const TOPIC_ID = "0123456789abcdef0011223344556677";

const batch = encodeRecordBatch({
  baseOffset: 0,
  leaderEpoch: -1,
  firstTimestampMs: 1_700_000_000_000,
  producerId: 4711,
  producerEpoch: 2,
  baseSequence: 9,
  records: [
    { key: utf8Encode("k"), value: utf8Encode("v1") },
    { key: null, value: null, timestampDeltaMs: 3, headers: [{ key: "h", value: null }] },
  ],
});

const endpoint = { nodeId: nodeId(2), host: "broker-2", port: 9092 };

export const REQUEST_SAMPLES: { readonly [A in ClientApi]: RequestOf<A> } = {
  produce: {
    api: "produce",
    transactionalId: "tx",
    acks: -1,
    timeoutMs: 30_000,
    partitions: [
      { topic: "orders", partition: 0, records: batch },
      { topic: "orders", partition: 1, records: null },
      { topic: "größe", partition: 7, records: batch },
    ],
  },
  fetch: {
    api: "fetch",
    replicaId: nodeId(3),
    replicaEpoch: 77,
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 52_428_800,
    partitions: [
      {
        topic: "orders",
        topicId: TOPIC_ID,
        partition: 0,
        fetchOffset: offset(2 ** 40 + 5),
        currentLeaderEpoch: leaderEpoch(4),
        lastFetchedEpoch: leaderEpoch(3),
        maxBytes: 1_048_576,
      },
      {
        topic: "orders",
        topicId: TOPIC_ID,
        partition: 1,
        fetchOffset: offset(0),
        currentLeaderEpoch: -1,
        lastFetchedEpoch: -1,
        maxBytes: 1_048_576,
      },
    ],
  },
  listOffsets: {
    api: "listOffsets",
    replicaId: -1,
    partitions: [
      {
        topic: "orders",
        partition: 0,
        currentLeaderEpoch: leaderEpoch(4),
        timestampMs: -2,
      },
      {
        topic: "events",
        partition: 3,
        currentLeaderEpoch: -1,
        timestampMs: 1_700_000_000_000,
      },
    ],
  },
  metadata: {
    api: "metadata",
    topics: [
      { topic: "orders", topicId: NO_TOPIC_ID },
      { topic: "events", topicId: TOPIC_ID },
    ],
    allowAutoTopicCreation: false,
  },
  offsetCommit: {
    api: "offsetCommit",
    groupId: "readers",
    generationId: 6,
    memberId: "reader-1",
    groupInstanceId: "seat-1",
    partitions: [
      {
        topic: "orders",
        partition: 0,
        committedOffset: 42,
        committedLeaderEpoch: 4,
        metadata: "half",
      },
      {
        topic: "orders",
        partition: 1,
        committedOffset: 0,
        committedLeaderEpoch: -1,
        metadata: null,
      },
    ],
  },
  offsetFetch: {
    api: "offsetFetch",
    groups: [
      {
        groupId: "readers",
        partitions: [
          { topic: "orders", partition: 0 },
          { topic: "orders", partition: 1 },
          { topic: "events", partition: 3 },
        ],
      },
    ],
  },
  findCoordinator: { api: "findCoordinator", keyType: 1, keys: ["readers"] },
  joinGroup: {
    api: "joinGroup",
    groupId: "readers",
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 300_000,
    memberId: "reader-1",
    groupInstanceId: "seat-1",
    protocolType: "consumer",
    protocols: [
      { name: "range", metadata: utf8Encode("subscription") },
      { name: "sticky", metadata: utf8Encode("") },
    ],
    reason: "new here",
  },
  heartbeat: {
    api: "heartbeat",
    groupId: "readers",
    generationId: 6,
    memberId: "reader-1",
    groupInstanceId: "seat-1",
  },
  leaveGroup: {
    api: "leaveGroup",
    groupId: "readers",
    members: [{ memberId: "reader-1", groupInstanceId: "seat-1", reason: "closing" }],
  },
  syncGroup: {
    api: "syncGroup",
    groupId: "readers",
    generationId: 6,
    memberId: "reader-1",
    groupInstanceId: "seat-1",
    protocolType: "consumer",
    protocolName: "range",
    assignments: [{ memberId: "reader-1", assignment: utf8Encode("orders 0") }],
  },
  apiVersions: {
    api: "apiVersions",
    clientSoftwareName: "chronik",
    clientSoftwareVersion: "0.1.0",
  },
  createTopics: {
    api: "createTopics",
    topics: [
      {
        topic: "orders",
        partitionCount: 6,
        replicationFactor: 3,
        assignments: [],
        configs: [
          { name: "min.insync.replicas", value: "2" },
          { name: "cleanup.policy", value: null },
        ],
      },
      {
        topic: "placed",
        partitionCount: -1,
        replicationFactor: -1,
        assignments: [{ partition: 0, brokerIds: [nodeId(1), nodeId(3)] }],
        configs: [],
      },
    ],
    timeoutMs: 15_000,
    validateOnly: true,
  },
  initProducerId: {
    api: "initProducerId",
    transactionalId: "tx",
    transactionTimeoutMs: 60_000,
    producerId: 4711,
    producerEpoch: 2,
  },
};

export const RESPONSE_SAMPLES: { readonly [A in ClientApi]: ResponseOf<A> } = {
  produce: {
    api: "produce",
    partitions: [
      {
        topic: "orders",
        partition: 0,
        errorCode: ErrorCode.NONE,
        baseOffset: 1_000,
        logStartOffset: 10,
        errorMessage: null,
        currentLeader: null,
      },
      {
        topic: "orders",
        partition: 1,
        errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER,
        baseOffset: -1,
        logStartOffset: -1,
        errorMessage: "node 2 leads",
        currentLeader: { leaderId: nodeId(2), leaderEpoch: leaderEpoch(5) },
      },
    ],
    nodeEndpoints: [endpoint],
  },
  fetch: {
    api: "fetch",
    errorCode: ErrorCode.NONE,
    partitions: [
      {
        topic: "orders",
        topicId: TOPIC_ID,
        partition: 0,
        errorCode: ErrorCode.NONE,
        highWatermark: offset(100),
        lastStableOffset: offset(99),
        logStartOffset: offset(10),
        divergingEpoch: null,
        records: batch,
        currentLeader: null,
      },
      {
        topic: "orders",
        topicId: TOPIC_ID,
        partition: 1,
        errorCode: ErrorCode.FENCED_LEADER_EPOCH,
        highWatermark: offset(2 ** 33),
        lastStableOffset: offset(2 ** 33),
        logStartOffset: offset(0),
        divergingEpoch: { epoch: leaderEpoch(3), endOffset: offset(90) },
        records: new Uint8Array(0),
        currentLeader: { leaderId: nodeId(2), leaderEpoch: leaderEpoch(5) },
      },
    ],
    nodeEndpoints: [endpoint],
  },
  listOffsets: {
    api: "listOffsets",
    partitions: [
      {
        topic: "orders",
        partition: 0,
        errorCode: ErrorCode.NONE,
        timestampMs: -1,
        offset: 10,
        leaderEpoch: leaderEpoch(4),
      },
    ],
  },
  metadata: {
    api: "metadata",
    brokers: [endpoint, { nodeId: nodeId(3), host: "broker-3", port: 9093 }],
    clusterId: "chronik",
    controllerId: nodeId(2),
    topics: [
      {
        errorCode: ErrorCode.NONE,
        topic: "orders",
        topicId: TOPIC_ID,
        isInternal: true,
        partitions: [
          {
            errorCode: ErrorCode.LEADER_NOT_AVAILABLE,
            partition: 0,
            leaderId: -1,
            leaderEpoch: leaderEpoch(4),
            replicas: [nodeId(2), nodeId(3)],
            isr: [nodeId(3)],
            offlineReplicas: [nodeId(2)],
          },
        ],
      },
      {
        errorCode: ErrorCode.UNKNOWN_TOPIC_ID,
        topic: null,
        topicId: TOPIC_ID,
        isInternal: false,
        partitions: [],
      },
    ],
  },
  offsetCommit: {
    api: "offsetCommit",
    partitions: [
      { topic: "orders", partition: 0, errorCode: ErrorCode.NONE },
      { topic: "events", partition: 3, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE },
    ],
  },
  offsetFetch: {
    api: "offsetFetch",
    groups: [
      {
        groupId: "readers",
        errorCode: ErrorCode.NOT_COORDINATOR,
        partitions: [
          {
            topic: "orders",
            partition: 0,
            committedOffset: 42,
            committedLeaderEpoch: 4,
            metadata: "half",
            errorCode: ErrorCode.NONE,
          },
        ],
      },
    ],
  },
  findCoordinator: {
    api: "findCoordinator",
    coordinators: [
      {
        key: "readers",
        nodeId: nodeId(2),
        host: "broker-2",
        port: 9092,
        errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE,
        errorMessage: "not yet",
      },
    ],
  },
  joinGroup: {
    api: "joinGroup",
    errorCode: ErrorCode.MEMBER_ID_REQUIRED,
    generationId: 6,
    protocolType: "consumer",
    protocolName: "range",
    leader: "reader-1",
    skipAssignment: true,
    memberId: "reader-2",
    members: [
      { memberId: "reader-1", groupInstanceId: "seat-1", metadata: utf8Encode("a") },
      { memberId: "reader-2", groupInstanceId: null, metadata: utf8Encode("b") },
    ],
  },
  heartbeat: { api: "heartbeat", errorCode: ErrorCode.REBALANCE_IN_PROGRESS },
  leaveGroup: {
    api: "leaveGroup",
    errorCode: ErrorCode.NONE,
    members: [
      {
        memberId: "reader-1",
        groupInstanceId: "seat-1",
        errorCode: ErrorCode.UNKNOWN_MEMBER_ID,
      },
    ],
  },
  syncGroup: {
    api: "syncGroup",
    errorCode: ErrorCode.NONE,
    protocolType: "consumer",
    protocolName: "range",
    assignment: utf8Encode("orders 0"),
  },
  apiVersions: {
    api: "apiVersions",
    errorCode: ErrorCode.NONE,
    apiKeys: [
      { apiKey: 0, minVersion: 0, maxVersion: 11 },
      { apiKey: 18, minVersion: 0, maxVersion: 4 },
    ],
  },
  createTopics: {
    api: "createTopics",
    topics: [
      {
        topic: "orders",
        topicId: TOPIC_ID,
        errorCode: ErrorCode.TOPIC_ALREADY_EXISTS,
        errorMessage: "it is there",
        partitionCount: 6,
        replicationFactor: 3,
      },
    ],
  },
  initProducerId: {
    api: "initProducerId",
    errorCode: ErrorCode.NONE,
    producerId: 4711,
    producerEpoch: 2,
  },
};
