import { leaderEpoch, offset } from "../base/ids.ts";
import type { NodeId, Offset } from "../base/ids.ts";
import { topicOfId } from "../metadata/index.ts";
import { ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import type { FetchPartition, FetchPartitionResponse, FetchRequest } from "../wire/index.ts";
import { endpointsOf } from "./endpoints.ts";
import type { IsrKeeper } from "./isr.ts";
import { currentLeaderOf, explainLeadership, lookUpLeadership } from "./leadership.ts";
import { ledLogFor } from "./ledLog.ts";
import type { LedPartition } from "./ledPartition.ts";
import { connectionOf } from "./outbox.ts";
import type { Origin } from "./outbox.ts";
import type { EpochEnd, ReplicaLog } from "./replicaLog.ts";
import type { ReadTicket, SegmentReader } from "./segments/segmentReader.ts";
import type { ServingContext } from "./servingContext.ts";

/** A fetch that waits for enough bytes, or for the disk. */
export interface PendingFetch {
  readonly origin: Origin;
  readonly request: FetchRequest;
  readonly deadlineUs: number;
  /** What the disk was asked for, by the partition's place in the request; null when nothing. */
  tickets: Map<number, ReadTicket> | null;
}

const NO_BYTES = new Uint8Array(0);
const UNKNOWN_OFFSET = offset(-1);

/** What one partition of a fetch comes to at the moment. */
type Fetched =
  | { readonly kind: "refused"; readonly errorCode: ErrorCode }
  | { readonly kind: "diverged"; readonly log: ReplicaLog; readonly end: EpochEnd }
  /** A consumer, and a leader that does not know yet how far earlier leaders had committed. */
  | { readonly kind: "notYet" }
  /** The records from the fetch offset up to `end` may be read. */
  | {
      readonly kind: "readable";
      readonly log: ReplicaLog;
      readonly end: Offset;
      /** Null in mode "raft", where nobody but clients fetches. */
      readonly led: LedPartition | null;
    };

const NOT_YET: Fetched = { kind: "notYet" };

/** Serves consumers and followers alike (Kafka has one fetch request for both). */
export class Fetch {
  readonly #context: ServingContext;
  readonly #isr: IsrKeeper;
  readonly #reader: SegmentReader;
  #pending: PendingFetch[] = [];

  constructor(context: ServingContext, isr: IsrKeeper, reader: SegmentReader) {
    this.#context = context;
    this.#isr = isr;
    this.#reader = reader;
  }

  get pending(): readonly PendingFetch[] {
    return this.#pending;
  }

  /** Kafka's rules for one partition of a fetch, in their order. */
  #look(replicaId: NodeId | -1, asked: FetchPartition): Fetched {
    const { topic, partition, currentLeaderEpoch, lastFetchedEpoch, fetchOffset } = asked;
    if (topic === "") return refused(ErrorCode.UNKNOWN_TOPIC_ID);
    const found = ledLogFor(this.#context, topic, partition, currentLeaderEpoch);
    if (typeof found === "number") return refused(found);
    const { log, led } = found;
    if (replicaId !== -1 && !led?.followers.has(replicaId)) {
      return refused(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }
    if (lastFetchedEpoch !== -1) {
      const end = log.endOfEpoch(lastFetchedEpoch);
      const isSame = end.epoch === lastFetchedEpoch && end.endOffset >= fetchOffset;
      if (!isSame) return { kind: "diverged", log, end };
    }
    if (fetchOffset < log.logStartOffset || fetchOffset > log.logEndOffset) {
      return refused(ErrorCode.OFFSET_OUT_OF_RANGE);
    }
    if (replicaId === -1 && !found.isHighWatermarkKnown) return NOT_YET;
    return { kind: "readable", log, end: readableEnd(log, replicaId), led };
  }

  handle(origin: Origin, asked: FetchRequest): void {
    // A follower's fetch acknowledges records, so only a broker's word counts.
    if (origin.kind === "client" && asked.replicaId !== -1) return this.#refuseAll(origin, asked);
    const request = this.#withTopics(asked);
    if (request.replicaId !== -1) this.#noteFollower(request.replicaId, request);
    const deadlineUs = this.#context.clock.nowUs + request.maxWaitMs * 1000;
    const pending = { origin, request, deadlineUs, tickets: null };
    if (!this.#tryAnswer(pending)) this.#pending.push(pending);
  }

  /** Nobody waits for what would be answered there. */
  disconnected(connection: number): void {
    this.#pending = this.#pending.filter(({ origin }) => connectionOf(origin) !== connection);
  }

  isAnyOverdue(): boolean {
    const { nowUs } = this.#context.clock;
    return this.#pending.some(({ deadlineUs }) => nowUs >= deadlineUs);
  }

  /** Something has happened: answers every fetch that has enough by now, or has waited enough. */
  settle(): void {
    if (this.#pending.length === 0) return;
    const rest = this.#pending.filter((pending) => !this.#tryAnswer(pending));
    if (rest.length < this.#pending.length) this.#pending = rest;
  }

  /** From version 13 on topics are given by id (KIP-516). */
  #withTopics(request: FetchRequest): FetchRequest {
    if (request.partitions.every(({ topicId }) => topicId === NO_TOPIC_ID)) return request;
    const { topics } = this.#context.state.metadata;
    const partitions = request.partitions.map((asked) =>
      asked.topic === ""
        ? { ...asked, topic: topicOfId(topics, asked.topicId)?.topic ?? "" }
        : asked,
    );
    return { ...request, partitions };
  }

  #refuseAll(origin: Origin, { partitions }: FetchRequest): void {
    const answers = partitions.map((asked) =>
      this.#refusal(asked, ErrorCode.TOPIC_AUTHORIZATION_FAILED),
    );
    const errorCode = ErrorCode.NONE;
    this.#context.out.answer(origin, {
      api: "fetch",
      errorCode,
      partitions: answers,
      nodeEndpoints: [],
    });
  }

  #noteFollower(replica: NodeId, { partitions, replicaEpoch }: FetchRequest): void {
    for (const asked of partitions) {
      const fetched = this.#look(replica, asked);
      // A log that has left the leader's acknowledges nothing (KIP-595).
      if (fetched.kind !== "readable" || fetched.led === null) continue;
      this.#isr.followerFetched(fetched.led, replica, asked.fetchOffset, replicaEpoch);
    }
  }

  #tryAnswer(pending: PendingFetch): boolean {
    const { origin, request, deadlineUs } = pending;
    const isOver = this.#context.clock.nowUs >= deadlineUs;
    if (!isOver && pending.tickets === null && !this.#isWorthAnswering(request)) return false;
    let bytesLeft = request.maxBytes;
    let isWaiting = false;
    const partitions: FetchPartitionResponse[] = [];
    for (const [at, asked] of request.partitions.entries()) {
      const fetched = this.#look(request.replicaId, asked);
      const maxBytes = Math.min(asked.maxBytes, bytesLeft);
      const records = this.#read(pending, at, asked, fetched, maxBytes);
      if (records === null) {
        isWaiting = true;
        continue;
      }
      bytesLeft = Math.max(0, bytesLeft - records.length);
      partitions.push(this.#response(asked, fetched, records));
    }
    if (isWaiting) return false;
    this.#tellRefused(pending, partitions);
    const nodeEndpoints = endpointsOf(this.#context.state.metadata, partitions);
    this.#context.out.answer(origin, {
      api: "fetch",
      errorCode: ErrorCode.NONE,
      partitions,
      nodeEndpoints,
    });
    return true;
  }

  #tellRefused(
    { origin, request }: PendingFetch,
    answers: readonly FetchPartitionResponse[],
  ): void {
    const { out, leadershipSources } = this.#context;
    if (!out.wantsEvents || request.replicaId !== -1) return;
    for (const { topic, partition, errorCode } of answers) {
      if (errorCode === ErrorCode.NONE) continue;
      const connection = connectionOf(origin);
      const steps = explainLeadership(leadershipSources, topic, partition);
      out.event({ kind: "fetchRefused", connection, topic, partition, errorCode, steps });
    }
  }

  /** Enough bytes, or anything that the fetcher has to know at once. */
  #isWorthAnswering({ replicaId, minBytes, partitions }: FetchRequest): boolean {
    let bytes = 0;
    for (const asked of partitions) {
      const fetched = this.#look(replicaId, asked);
      if (fetched.kind === "refused" || fetched.kind === "diverged") return true;
      if (fetched.kind === "notYet") continue;
      bytes += fetched.log.bytesBetween(asked.fetchOffset, fetched.end);
    }
    return bytes >= minBytes;
  }

  /**
   * Whole batches, from memory or from the disk; null while the disk reads. A batch larger than the
   * limit is sent all the same if the answer would be empty without it (KIP-74).
   */
  #read(
    pending: PendingFetch,
    at: number,
    { fetchOffset }: FetchPartition,
    fetched: Fetched,
    maxBytes: number,
  ): Uint8Array | null {
    if (fetched.kind !== "readable" || maxBytes <= 0) return NO_BYTES;
    const { log, end } = fetched;
    const ticket = pending.tickets?.get(at);
    if (ticket !== undefined) return ticket.result === "waiting" ? null : ticket.result;
    const read = log.read(fetchOffset, end, maxBytes);
    if (read.kind === "bytes") return read.bytes;
    pending.tickets ??= new Map();
    pending.tickets.set(at, this.#reader.request(log, fetchOffset, end, maxBytes));
    return null;
  }

  #response(asked: FetchPartition, fetched: Fetched, records: Uint8Array): FetchPartitionResponse {
    if (fetched.kind === "refused") return this.#refusal(asked, fetched.errorCode);
    if (fetched.kind === "notYet") return this.#refusal(asked, ErrorCode.OFFSET_NOT_AVAILABLE);
    const { topic, topicId, partition } = asked;
    const { log } = fetched;
    return {
      topic,
      topicId,
      partition,
      errorCode: ErrorCode.NONE,
      highWatermark: log.highWatermark,
      lastStableOffset: log.highWatermark,
      logStartOffset: log.logStartOffset,
      divergingEpoch: fetched.kind === "diverged" ? divergingEpoch(fetched.end) : null,
      records,
      currentLeader: null,
    };
  }

  #refusal(
    { topic, topicId, partition }: FetchPartition,
    errorCode: ErrorCode,
  ): FetchPartitionResponse {
    const leadership = lookUpLeadership(this.#context.leadershipSources, topic, partition);
    return {
      topic,
      topicId,
      partition,
      errorCode,
      highWatermark: UNKNOWN_OFFSET,
      lastStableOffset: UNKNOWN_OFFSET,
      logStartOffset: UNKNOWN_OFFSET,
      divergingEpoch: null,
      records: NO_BYTES,
      currentLeader: currentLeaderOf(leadership),
    };
  }
}

function refused(errorCode: ErrorCode): Fetched {
  return { kind: "refused", errorCode };
}

function divergingEpoch({ epoch, endOffset }: EpochEnd): FetchPartitionResponse["divergingEpoch"] {
  return { epoch: leaderEpoch(epoch), endOffset };
}

/** Followers get what is durable here, consumers what is durable on every in-sync replica. */
function readableEnd(log: ReplicaLog, replicaId: NodeId | -1): Offset {
  return replicaId === -1 ? log.highWatermark : log.durableEndOffset;
}
