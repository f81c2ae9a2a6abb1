/**
 * The protocol alone: what it costs to make frames of requests and answers, and to read them. A
 * megabyte counts all bytes of the frames, those of the records too.
 */
import { leaderEpoch, nodeId, offset } from "@chronik/core/base";
import {
  API_VERSIONS,
  decodeRequest,
  decodeResponse,
  encodeRecordBatch,
  encodeRequest,
  encodeResponse,
} from "@chronik/core/wire";
import type { ClientRequest, ClientResponse, RequestHeader } from "@chronik/core/wire";
import type { Suite, Workload } from "./suite.ts";

const MEGABYTE = 1_000_000;
const TOPIC_ID = "0123456789abcdef0123456789abcdef";

/** 100 records of 100 bytes. */
const batch = encodeRecordBatch({
  baseOffset: 0,
  leaderEpoch: -1,
  firstTimestampMs: 1_700_000_000_000,
  records: Array.from({ length: 100 }, () => ({ key: null, value: new Uint8Array(100) })),
});

const produce: ClientRequest = {
  api: "produce",
  transactionalId: null,
  acks: -1,
  timeoutMs: 30_000,
  partitions: [{ topic: "orders", partition: 3, records: batch }],
};

/** What a consumer of ten partitions gets. */
const fetched: ClientResponse = {
  api: "fetch",
  errorCode: 0,
  partitions: Array.from({ length: 10 }, (_, partition) => ({
    topic: "",
    topicId: TOPIC_ID,
    partition,
    errorCode: 0,
    highWatermark: offset(100),
    lastStableOffset: offset(100),
    logStartOffset: offset(0),
    divergingEpoch: null,
    records: batch,
    currentLeader: null,
  })),
  nodeEndpoints: [],
};

const replicas = [nodeId(1), nodeId(2), nodeId(3)];
const metadata: ClientResponse = {
  api: "metadata",
  brokers: replicas.map((node) => ({ nodeId: node, host: `broker-${node}`, port: 9092 })),
  clusterId: "chronik",
  controllerId: nodeId(1),
  topics: [
    {
      errorCode: 0,
      topic: "orders",
      topicId: TOPIC_ID,
      isInternal: false,
      partitions: Array.from({ length: 100 }, (_, partition) => ({
        errorCode: 0,
        partition,
        leaderId: nodeId(1 + (partition % 3)),
        leaderEpoch: leaderEpoch(4),
        replicas,
        isr: replicas,
        offlineReplicas: [],
      })),
    },
  ],
};

/** Newest versions, as clients choose them. */
function headerOf(api: ClientRequest["api"]): RequestHeader {
  const { apiKey, maxVersion } = API_VERSIONS.find((range) => range.api === api)!;
  return { apiKey, api, apiVersion: maxVersion, correlationId: 1, clientId: "bench" };
}

/** `once` returns how many bytes its frame has, and makes or reads one. */
function workload(name: string, what: string, megabytes: number, once: () => number): Workload {
  const frameBytes = once();
  const frames = Math.ceil((megabytes * MEGABYTE) / frameBytes);
  return {
    name,
    what: `${what} of ${frameBytes} bytes`,
    unit: "MB",
    units: (frames * frameBytes) / MEGABYTE,
    expected: { bytes: frames * frameBytes },
    prepare: () => () => {
      let bytes = 0;
      for (let i = 0; i < frames; i++) bytes += once();
      return { bytes };
    },
  };
}

function requests(name: string, request: ClientRequest, megabytes: number): Workload[] {
  const header = headerOf(request.api);
  const frame = encodeRequest(request, header);
  return [
    workload(`${name}Encode`, `${name} requests written,`, megabytes, () => {
      return encodeRequest(request, header).length;
    }),
    workload(`${name}Decode`, `${name} requests read,`, megabytes, () => {
      return decodeRequest(frame).ok ? frame.length : 0;
    }),
  ];
}

function responses(name: string, response: ClientResponse, megabytes: number): Workload[] {
  const header = headerOf(response.api);
  const frame = encodeResponse(header, response);
  return [
    workload(`${name}Encode`, `${name} answers written,`, megabytes, () => {
      return encodeResponse(header, response).length;
    }),
    workload(`${name}Decode`, `${name} answers read,`, megabytes, () => {
      return decodeResponse(frame, response.api, header.apiVersion).ok ? frame.length : 0;
    }),
  ];
}

/** The workloads, or a `share` of each, for tests. */
export function wireWorkloads(share = 1): readonly Workload[] {
  return [
    ...requests("produce", produce, 500 * share),
    ...responses("fetch", fetched, 500 * share),
    ...responses("metadata", metadata, 20 * share),
  ];
}

export const wireSuite: Suite = {
  name: "wire",
  what: "frames of the protocol, newest versions",
  workloads: wireWorkloads(),
  references: [],
  referenceMachine: "",
};
