import { leaderEpoch, offset } from "../base/ids.ts";
import type { NodeId, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode } from "../wire/index.ts";
import type { FetchPartition, FetchPartitionResponse, FetchRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { IsrKeeper } from "./isr.ts";
import { currentLeaderOf, lookUpLeadership } from "./leadership.ts";
import type { LeadershipSources } from "./leadership.ts";
import type { LedPartition } from "./ledPartition.ts";
import type { Origin } from "./outbox.ts";
import type { EpochEnd } from "./replicaLog.ts";

/** A fetch that waits for enough bytes. */
export interface PendingFetch {
  readonly origin: Origin;
  readonly request: FetchRequest;
  readonly deadlineUs: number;
}

const NO_BYTES = new Uint8Array(0);
const UNKNOWN_OFFSET = offset(-1);

/** What one partition of a fetch comes to at the moment. */
type Fetched =
  | { readonly kind: "refused"; readonly errorCode: ErrorCode }
  | { readonly kind: "diverged"; readonly led: LedPartition; readonly end: EpochEnd }
  /** A consumer, and a leader that does not know yet how far earlier leaders had committed. */
  | { readonly kind: "notYet" }
  /** The records from the fetch offset up to `end` may be read. */
  | { readonly kind: "readable"; readonly led: LedPartition; readonly end: Offset };

const NOT_YET: Fetched = { kind: "notYet" };

/** Serves consumers and followers alike (Kafka has one fetch request for both). */
export class Fetch {
  readonly #context: BrokerContext;
  readonly #isr: IsrKeeper;
  readonly #sources: () => LeadershipSources;
  #pending: PendingFetch[] = [];

  constructor(context: BrokerContext, isr: IsrKeeper, sources: () => LeadershipSources) {
    this.#context = context;
    this.#isr = isr;
    this.#sources = sources;
  }

  get pending(): readonly PendingFetch[] {
    return this.#pending;
  }

  /** Kafka's rules for one partition of a fetch, in their order. */
  #look(replicaId: NodeId | -1, asked: FetchPartition): Fetched {
    const { topic, partition, currentLeaderEpoch, lastFetchedEpoch, fetchOffset } = asked;
    const leadership = lookUpLeadership(this.#sources(), topic, partition);
    if (leadership === null) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    const { leaderEpoch, isLeader } = leadership;
    if (currentLeaderEpoch !== -1 && currentLeaderEpoch < leaderEpoch) {
      return refused(ErrorCode.FENCED_LEADER_EPOCH);
    }
    if (currentLeaderEpoch > leaderEpoch) return refused(ErrorCode.UNKNOWN_LEADER_EPOCH);
    if (!isLeader) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const led = this.#context.partitions.led.get(partitionKey(topic, partition));
    if (led === undefined) return refused(ErrorCode.LEADER_NOT_AVAILABLE);
    if (replicaId !== -1 && !led.followers.has(replicaId)) {
      return refused(ErrorCode.UNKNOWN_LEADER_EPOCH);
    }
    if (lastFetchedEpoch !== -1) {
      const end = led.log.endOfEpoch(lastFetchedEpoch);
      const isSame = end.epoch === lastFetchedEpoch && end.endOffset >= fetchOffset;
      if (!isSame) return { kind: "diverged", led, end };
    }
    if (fetchOffset < led.log.logStartOffset || fetchOffset > led.log.logEndOffset) {
      return refused(ErrorCode.OFFSET_OUT_OF_RANGE);
    }
    if (replicaId === -1 && !led.isHighWatermarkKnown) return NOT_YET;
    return { kind: "readable", led, end: readableEnd(led, replicaId) };
  }

  handle(origin: Origin, request: FetchRequest): void {
    if (request.replicaId !== -1) this.#noteFollower(request.replicaId, request.partitions);
    const deadlineUs = this.#context.clock.nowUs + request.maxWaitMs * 1000;
    const pending = { origin, request, deadlineUs };
    if (!this.#tryAnswer(pending)) this.#pending.push(pending);
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

  #noteFollower(replica: NodeId, partitions: readonly FetchPartition[]): void {
    for (const asked of partitions) {
      const fetched = this.#look(replica, asked);
      // A log that has left the leader's acknowledges nothing (KIP-595).
      if (fetched.kind !== "readable") continue;
      this.#isr.followerFetched(fetched.led, replica, asked.fetchOffset);
    }
  }

  #tryAnswer({ origin, request, deadlineUs }: PendingFetch): boolean {
    const isOver = this.#context.clock.nowUs >= deadlineUs;
    if (!isOver && !this.#isWorthAnswering(request)) return false;
    const partitions = request.partitions.map((asked) =>
      this.#response(asked, this.#look(request.replicaId, asked)),
    );
    this.#context.out.answer(origin, { api: "fetch", partitions });
    return true;
  }

  /** Enough bytes, or anything that the fetcher has to know at once. */
  #isWorthAnswering({ replicaId, minBytes, partitions }: FetchRequest): boolean {
    let bytes = 0;
    for (const asked of partitions) {
      const fetched = this.#look(replicaId, asked);
      if (fetched.kind === "refused" || fetched.kind === "diverged") return true;
      if (fetched.kind === "notYet") continue;
      bytes += fetched.led.log.bytesBetween(asked.fetchOffset, fetched.end);
    }
    return bytes >= minBytes;
  }

  #response(asked: FetchPartition, fetched: Fetched): FetchPartitionResponse {
    if (fetched.kind === "refused") return this.#refusal(asked, fetched.errorCode);
    if (fetched.kind === "notYet") return this.#refusal(asked, ErrorCode.OFFSET_NOT_AVAILABLE);
    const { topic, partition, fetchOffset, maxBytes } = asked;
    const { log } = fetched.led;
    const isDiverged = fetched.kind === "diverged";
    return {
      topic,
      partition,
      errorCode: ErrorCode.NONE,
      highWatermark: log.highWatermark,
      logStartOffset: log.logStartOffset,
      divergingEpoch: isDiverged ? divergingEpoch(fetched.end) : null,
      records: isDiverged ? NO_BYTES : log.read(fetchOffset, fetched.end, maxBytes),
      currentLeader: null,
    };
  }

  #refusal({ topic, partition }: FetchPartition, errorCode: ErrorCode): FetchPartitionResponse {
    const leadership = lookUpLeadership(this.#sources(), topic, partition);
    return {
      topic,
      partition,
      errorCode,
      highWatermark: UNKNOWN_OFFSET,
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
function readableEnd({ log }: LedPartition, replicaId: NodeId | -1): Offset {
  return replicaId === -1 ? log.highWatermark : log.durableEndOffset;
}
