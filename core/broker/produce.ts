import { NO_NODE, offset } from "../base/ids.ts";
import type { LeaderEpoch, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode, rewriteBatchOffsets, validateRecordBatch } from "../wire/index.ts";
import type {
  BatchHeader,
  ProducePartition,
  ProducePartitionResponse,
  ProduceRequest,
} from "../wire/index.ts";
import { appendToReplica } from "./replica.ts";
import type { BrokerContext } from "./context.ts";
import { currentLeaderOf, lookUpLeadership } from "./leadership.ts";
import type { Leadership, LeadershipSources } from "./leadership.ts";
import type { LedPartition } from "./ledPartition.ts";
import type { Origin } from "./outbox.ts";

/** A produce request that waits for its condition. */
export interface PendingProduce {
  readonly origin: Origin;
  readonly acks: 1 | -1;
  readonly deadlineUs: number;
  readonly partitions: readonly PendingProducePartition[];
}
export interface PendingProducePartition {
  readonly topic: string;
  readonly partition: number;
  readonly key: PartitionKey;
  /** The first offset that the records got; -1 if they were refused, as is `leaderEpoch`. */
  readonly baseOffset: number;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch | -1;
  /** Null until it is decided. */
  errorCode: ErrorCode | null;
}

/** What became of the records of one partition. */
type Appended =
  | { readonly errorCode: typeof ErrorCode.NONE; readonly led: LedPartition; readonly at: Stored }
  | { readonly errorCode: Exclude<ErrorCode, typeof ErrorCode.NONE> };
interface Stored {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
}

/** The write path: from a producer's batch to the answer that it is kept. */
export class Produce {
  readonly #context: BrokerContext;
  readonly #sources: () => LeadershipSources;
  #pending: PendingProduce[] = [];

  constructor(context: BrokerContext, sources: () => LeadershipSources) {
    this.#context = context;
    this.#sources = sources;
  }

  get pending(): readonly PendingProduce[] {
    return this.#pending;
  }

  /** Kafka's rules for one partition of a produce request, in their order. */
  #tryAppend(
    acks: ProduceRequest["acks"],
    { topic, partition, records }: ProducePartition,
  ): Appended {
    const leadership = lookUpLeadership(this.#sources(), topic, partition);
    if (leadership === null) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (!leadership.isLeader) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    const led = this.#context.partitions.led.get(partitionKey(topic, partition));
    if (led === undefined) return refused(ErrorCode.LEADER_NOT_AVAILABLE);
    // What cannot be made durable now is better taken by another leader, or later.
    if (this.#context.wal.isFull) return refused(ErrorCode.KAFKA_STORAGE_ERROR);
    const batch = validateRecordBatch(records);
    if (!batch.ok) return refused(ErrorCode.CORRUPT_MESSAGE);
    if (acks === -1 && led.isUnderMinIsr) return refused(ErrorCode.NOT_ENOUGH_REPLICAS);
    return { errorCode: ErrorCode.NONE, led, at: this.#append(led, batch.header, records) };
  }

  /** Appends what may be appended, and waits for what `acks` asks for before it answers. */
  handle(origin: Origin, request: ProduceRequest): void {
    const { acks, timeoutMs } = request;
    const partitions = request.partitions.map((one) => this.#decide(acks, one));
    if (acks === 0) return;
    const deadlineUs = this.#context.clock.nowUs + timeoutMs * 1000;
    this.#pending.push({ origin, acks, deadlineUs, partitions });
    this.#context.partitions.hasNews = true;
  }

  isAnyOverdue(): boolean {
    const { nowUs } = this.#context.clock;
    return this.#pending.some(({ deadlineUs }) => nowUs >= deadlineUs);
  }

  /** Something has happened: answers every request whose condition has come true, or cannot. */
  settle(): void {
    if (this.#pending.length === 0) return;
    const { nowUs } = this.#context.clock;
    let isAnyAnswered = false;
    for (const pending of this.#pending) {
      let isDecided = true;
      for (const one of pending.partitions) {
        one.errorCode ??= acknowledgement(
          this.#context.partitions.led.get(one.key),
          pending.acks,
          one,
        );
        if (one.errorCode === null && nowUs >= pending.deadlineUs) {
          one.errorCode = ErrorCode.REQUEST_TIMED_OUT;
        }
        if (one.errorCode === null) isDecided = false;
      }
      if (!isDecided) continue;
      isAnyAnswered = true;
      this.#answer(pending);
    }
    if (isAnyAnswered) this.#pending = this.#pending.filter(isWaiting);
  }

  #decide(acks: ProduceRequest["acks"], asked: ProducePartition): PendingProducePartition {
    const { topic, partition } = asked;
    const appended = this.#tryAppend(acks, asked);
    const { errorCode } = appended;
    this.#tellDecided(asked, errorCode);
    const key = partitionKey(topic, partition);
    if (errorCode !== ErrorCode.NONE) {
      const lastOffset = offset(-1);
      return { topic, partition, key, baseOffset: -1, lastOffset, leaderEpoch: -1, errorCode };
    }
    const { baseOffset, lastOffset } = appended.at;
    if (acks !== 0 && this.#context.out.wantsEvents) {
      this.#context.out.event({ kind: "produceWaiting", topic, partition, lastOffset, acks });
    }
    const { leaderEpoch } = appended.led;
    return { topic, partition, key, baseOffset, lastOffset, leaderEpoch, errorCode: null };
  }

  /** The leader gives the records their offsets and stamps them with its epoch. */
  #append(led: LedPartition, header: BatchHeader, records: Uint8Array): Stored {
    const baseOffset = led.log.logEndOffset;
    const lastOffset = offset(baseOffset + header.recordCount - 1);
    const bytes = rewriteBatchOffsets(records, baseOffset, led.leaderEpoch);
    const { leaderEpoch } = led;
    const { recordCount } = header;
    const batch = { baseOffset, lastOffset, leaderEpoch, recordCount, bytes };
    appendToReplica(this.#context, led.log, batch, true);
    return { baseOffset, lastOffset };
  }

  #answer(pending: PendingProduce): void {
    const { out } = this.#context;
    const partitions = pending.partitions.map((one) => this.#response(one));
    out.answer(pending.origin, { api: "produce", partitions });
    if (!out.wantsEvents) return;
    for (const { topic, partition, errorCode, baseOffset } of partitions) {
      out.event({ kind: "produceAnswered", topic, partition, errorCode, baseOffset });
    }
  }

  #response(one: PendingProducePartition): ProducePartitionResponse {
    const { topic, partition } = one;
    const errorCode = one.errorCode ?? ErrorCode.NONE;
    const isLeaderWanted = errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return {
      topic,
      partition,
      errorCode,
      baseOffset: errorCode === ErrorCode.NONE ? one.baseOffset : -1,
      currentLeader: isLeaderWanted ? currentLeaderOf(this.#leadershipOf(one)) : null,
    };
  }

  #leadershipOf({ topic, partition }: PendingProducePartition): Leadership | null {
    return lookUpLeadership(this.#sources(), topic, partition);
  }

  #tellDecided({ topic, partition }: ProducePartition, errorCode: ErrorCode): void {
    if (!this.#context.out.wantsEvents) return;
    const leadership = lookUpLeadership(this.#sources(), topic, partition);
    this.#context.out.event({
      kind: "produceDecided",
      topic,
      partition,
      errorCode,
      source: leadership?.source ?? (this.#sources().local === null ? "metadata" : "standalone"),
      leader: leadership?.leader ?? NO_NODE,
    });
  }
}

function refused(errorCode: Exclude<ErrorCode, typeof ErrorCode.NONE>): Appended {
  return { errorCode };
}

/**
 * Whether appended records may be acknowledged; null while that is open. acks=1: once the leader's
 * own disk has them. acks=all: once every in-sync replica has them, that is, once the high
 * watermark has passed them; are too few in sync by then, they are stored and that is said.
 */
export function acknowledgement(
  led: LedPartition | undefined,
  acks: 1 | -1,
  { leaderEpoch, lastOffset }: Pick<PendingProducePartition, "leaderEpoch" | "lastOffset">,
): ErrorCode | null {
  // In another epoch they may have been dropped, even if this broker leads again.
  if (led?.leaderEpoch !== leaderEpoch) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const end = acks === 1 ? led.log.durableEndOffset : led.log.highWatermark;
  if (end <= lastOffset) return null;
  const isTooFew = acks === -1 && led.isUnderMinIsr;
  return isTooFew ? ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND : ErrorCode.NONE;
}

function isWaiting(pending: PendingProduce): boolean {
  return pending.partitions.some(({ errorCode }) => errorCode === null);
}
