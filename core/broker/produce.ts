import { NO_NODE } from "../base/ids.ts";
import type { LeaderEpoch, NodeId, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode, hasItsRecords, validateRecordBatch } from "../wire/index.ts";
import type {
  BatchHeader,
  ProducePartition,
  ProducePartitionResponse,
  ProduceRequest,
  ProduceResponse,
} from "../wire/index.ts";
import { endpointsOf } from "./endpoints.ts";
import { OFFSETS_TOPIC } from "./groups/offsetsTopic.ts";
import { currentLeaderOf, explainLeadership, lookUpLeadership } from "./leadership.ts";
import type { Leadership } from "./leadership.ts";
import type { LedPartition } from "./ledPartition.ts";
import { connectionOf } from "./outbox.ts";
import type { Origin } from "./outbox.ts";
import type { RaftProposal } from "./raftPartitions/raftPartitions.ts";
import { appendAsLeader } from "./replica.ts";
import type { ServingContext } from "./servingContext.ts";

/** A produce request that waits for its condition. */
export interface PendingProduce {
  readonly origin: Origin;
  readonly acks: 1 | -1;
  readonly deadlineUs: number;
  readonly partitions: readonly PendingProducePartition[];
}

/** One partition of it, and what that waits for. */
export interface PendingProducePartition {
  readonly topic: string;
  readonly partition: number;
  readonly key: PartitionKey;
  readonly waits: ProduceWait;
  /** The first offset that the records got; -1 until it is known, and when they were refused. */
  baseOffset: number;
  /** Null until it is decided. */
  errorCode: ErrorCode | null;
}

/** Where records are between their arrival and the answer. */
export type ProduceWait =
  /** Refused, or repeated: there is nothing to wait for. */
  | { readonly kind: "nothing" }
  /** In the leader's log. acks=1: for its disk; acks=all: for the high watermark. */
  | { readonly kind: "replicas"; readonly leaderEpoch: LeaderEpoch; readonly lastOffset: Offset }
  /** For the partition's Raft group to commit and apply them. */
  | { readonly kind: "group"; readonly proposal: RaftProposal }
  /** For the answer of the leader, to which they were passed on. */
  | { readonly kind: "leader"; readonly leader: NodeId; readonly correlationId: number };

const NOTHING: ProduceWait = { kind: "nothing" };

/** What became of the records of one partition. */
type Decision =
  | { readonly errorCode: ErrorCode }
  | { readonly errorCode: null; readonly waits: ProduceWait; readonly baseOffset: number };

/** A control batch, or one of a transaction (record batch attributes, bits 4 and 5). */
const NOT_FOR_PRODUCERS = 0x30;

/**
 * The write path: from a producer's batch to the answer that it is kept. One path for all acks:
 * append, or propose; then wait for a condition.
 */
export class Produce {
  readonly #context: ServingContext;
  #pending: PendingProduce[] = [];

  constructor(context: ServingContext) {
    this.#context = context;
  }

  get pending(): readonly PendingProduce[] {
    return this.#pending;
  }

  /** Kafka's rules for one partition of a produce request, in their order. */
  #decide(origin: Origin, request: ProduceRequest, asked: ProducePartition): Decision {
    const { topic, partition, records } = asked;
    const { acks, transactionalId } = request;
    if (transactionalId !== null) return refused(TRANSACTIONS_UNSUPPORTED);
    // What groups have committed is for their coordinators alone to write.
    if (topic === OFFSETS_TOPIC) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION);
    if (acks !== 0 && acks !== 1 && acks !== -1) return refused(ErrorCode.INVALID_REQUIRED_ACKS);
    const leadership = this.#leadershipOf(topic, partition);
    if (leadership === null) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (!leadership.isLeader) return this.#passOn(origin, request, asked, leadership);
    const batch = validateRecordBatch(records ?? NO_RECORDS);
    if (!batch.ok) return refused(ErrorCode.CORRUPT_MESSAGE);
    const { header } = batch;
    if ((header.attributes & NOT_FOR_PRODUCERS) !== 0) return refused(ErrorCode.INVALID_RECORD);
    const { messageBytesMax } = this.#context.config;
    if (header.sizeBytes > messageBytesMax) return refused(ErrorCode.MESSAGE_TOO_LARGE);
    // Each of them gets an offset, and offsets are not to be had by lying.
    if (!hasItsRecords(records!, header, messageBytesMax)) return refused(ErrorCode.INVALID_RECORD);
    // What cannot be made durable now is better taken by another leader, or later.
    if (this.#context.wal.isFull) return refused(ErrorCode.KAFKA_STORAGE_ERROR);
    const key = partitionKey(topic, partition);
    if (leadership.source === "raftGroup") return this.#propose(key, records!);
    const led = this.#context.partitions.led.get(key);
    // It led when it went down, and asks for an epoch that it begins with a clear memory.
    if (led === undefined) return refused(ErrorCode.LEADER_NOT_AVAILABLE);
    if (acks === -1 && led.isUnderMinIsr) return refused(ErrorCode.NOT_ENOUGH_REPLICAS);
    return this.#append(led, header, records!);
  }

  /** Appends what may be appended, and waits for what `acks` asks for before it answers. */
  handle(origin: Origin, request: ProduceRequest): void {
    const partitions = request.partitions.map((asked) => this.#start(origin, request, asked));
    const acks = request.acks === -1 ? -1 : 1;
    const deadlineUs = this.#context.clock.nowUs + request.timeoutMs * 1000;
    const pending = { origin, acks, deadlineUs, partitions } as const;
    if (request.acks === 0) return this.#answer(pending);
    this.#pending.push(pending);
    this.#context.partitions.hasNews = true;
  }

  /** The leader has answered what was passed on to it. */
  forwarded(from: NodeId, correlationId: number, response: ProduceResponse): void {
    const [answer] = response.partitions;
    if (answer === undefined) return;
    for (const { partitions } of this.#pending) {
      for (const one of partitions) {
        const { waits } = one;
        if (waits.kind !== "leader" || waits.correlationId !== correlationId) continue;
        if (waits.leader !== from || one.errorCode !== null) continue;
        one.errorCode = answer.errorCode;
        one.baseOffset = answer.baseOffset;
        this.#context.partitions.hasNews = true;
      }
    }
  }

  /** Nobody waits for what would be answered there; the records stay. */
  disconnected(connection: number): void {
    this.#pending = this.#pending.filter(({ origin }) => connectionOf(origin) !== connection);
  }

  isAnyOverdue(): boolean {
    const { nowUs } = this.#context.clock;
    return this.#pending.some(({ deadlineUs }) => nowUs >= deadlineUs);
  }

  /** Something has happened: answers every request whose condition has come true, or cannot. */
  settle(): void {
    if (this.#pending.length === 0) return;
    let isAnyAnswered = false;
    for (const pending of this.#pending) {
      if (!this.#isDecided(pending)) continue;
      isAnyAnswered = true;
      this.#answer(pending);
    }
    if (isAnyAnswered) this.#pending = this.#pending.filter(isWaiting);
  }

  #isDecided({ partitions, acks, deadlineUs }: PendingProduce): boolean {
    const isOverdue = this.#context.clock.nowUs >= deadlineUs;
    let isDecided = true;
    for (const one of partitions) {
      one.errorCode ??= this.#outcome(acks, one);
      if (isOverdue) one.errorCode ??= ErrorCode.REQUEST_TIMED_OUT;
      if (one.errorCode === null) isDecided = false;
    }
    return isDecided;
  }

  /** Null while it is open. */
  #outcome(acks: 1 | -1, one: PendingProducePartition): ErrorCode | null {
    const { waits } = one;
    switch (waits.kind) {
      case "nothing":
      case "leader":
        return one.errorCode;
      case "replicas":
        return acknowledgement(this.#context.partitions.led.get(one.key), acks, waits);
      case "group":
        one.baseOffset = waits.proposal.baseOffset;
        return waits.proposal.errorCode;
    }
  }

  #start(
    origin: Origin,
    request: ProduceRequest,
    asked: ProducePartition,
  ): PendingProducePartition {
    const { topic, partition } = asked;
    const decision = this.#decide(origin, request, asked);
    this.#tellDecided(origin, asked, decision.errorCode ?? ErrorCode.NONE);
    const key = partitionKey(topic, partition);
    if (decision.errorCode !== null) {
      const { errorCode } = decision;
      return { topic, partition, key, waits: NOTHING, baseOffset: -1, errorCode };
    }
    const { waits, baseOffset } = decision;
    const { out } = this.#context;
    if (request.acks !== 0 && waits.kind === "replicas" && out.wantsEvents) {
      const { lastOffset } = waits;
      const acks = request.acks === -1 ? -1 : 1;
      out.event({ kind: "produceWaiting", topic, partition, lastOffset, acks });
    }
    return { topic, partition, key, waits, baseOffset, errorCode: null };
  }

  /**
   * The leader gives the records their offsets and stamps them with its epoch; but what is there
   * already is not stored again, and its sender waits like the one who sent it first.
   */
  #append(led: LedPartition, header: BatchHeader, records: Uint8Array): Decision {
    const { leaderEpoch, log } = led;
    const check = log.producers.check(header);
    if (check.kind === "refused") return refused(check.errorCode);
    if (check.kind === "duplicate") {
      const { baseOffset, lastOffset } = check;
      const { topic, partition } = log;
      const { producerId } = header;
      this.#context.out.event({ kind: "duplicateFound", topic, partition, producerId, baseOffset });
      return { errorCode: null, waits: { kind: "replicas", leaderEpoch, lastOffset }, baseOffset };
    }
    const { baseOffset, lastOffset } = appendAsLeader(this.#context, led, header, records);
    return { errorCode: null, waits: { kind: "replicas", leaderEpoch, lastOffset }, baseOffset };
  }

  #propose(key: PartitionKey, records: Uint8Array): Decision {
    const proposal = this.#context.raftPartitions.propose(key, records);
    if (typeof proposal === "number") return refused(proposal);
    return { errorCode: null, waits: { kind: "group", proposal }, baseOffset: -1 };
  }

  /** Somebody else leads: the client must ask there, unless this broker is to do that for it. */
  #passOn(
    origin: Origin,
    { acks, timeoutMs, transactionalId }: ProduceRequest,
    asked: ProducePartition,
    { leader }: Leadership,
  ): Decision {
    const { config, out } = this.#context;
    // What was passed on already may not go in circles.
    if (!config.forwardProduce || leader === NO_NODE || origin.kind === "peer") {
      return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    const correlationId = out.sendRequest(leader, {
      api: "produce",
      transactionalId,
      acks,
      timeoutMs,
      partitions: [asked],
    });
    const { topic, partition } = asked;
    out.event({ kind: "produceForwarded", topic, partition, to: leader });
    return { errorCode: null, waits: { kind: "leader", leader, correlationId }, baseOffset: -1 };
  }

  #answer(pending: PendingProduce): void {
    const { out, state } = this.#context;
    const partitions = pending.partitions.map((one) => this.#response(one));
    const nodeEndpoints = endpointsOf(state.metadata, partitions);
    out.answer(pending.origin, { api: "produce", partitions, nodeEndpoints });
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
      logStartOffset: this.#context.partitions.logs.get(one.key)?.logStartOffset ?? -1,
      errorMessage: null,
      currentLeader: isLeaderWanted ? currentLeaderOf(this.#leadershipOf(topic, partition)) : null,
    };
  }

  #leadershipOf(topic: string, partition: number): Leadership | null {
    return lookUpLeadership(this.#context.leadershipSources, topic, partition);
  }

  #tellDecided(origin: Origin, { topic, partition }: ProducePartition, errorCode: ErrorCode): void {
    const { out, leadershipSources } = this.#context;
    if (!out.wantsEvents) return;
    const steps = explainLeadership(leadershipSources, topic, partition);
    const connection = connectionOf(origin);
    out.event({ kind: "produceDecided", connection, topic, partition, errorCode, steps });
  }
}

const NO_RECORDS = new Uint8Array(0);
/** As a broker answers that does not let this client use transactions. */
const TRANSACTIONS_UNSUPPORTED = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;

function refused(errorCode: ErrorCode): Decision {
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
  { leaderEpoch, lastOffset }: { readonly leaderEpoch: LeaderEpoch; readonly lastOffset: Offset },
): ErrorCode | null {
  // If another broker has led meanwhile they may have been dropped, even if this one leads again.
  const isHeld = led !== undefined && led.leadsSinceEpoch <= leaderEpoch;
  if (!isHeld || leaderEpoch > led.leaderEpoch) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  const end = acks === 1 ? led.log.durableEndOffset : led.log.highWatermark;
  if (end <= lastOffset) return null;
  const isTooFew = acks === -1 && led.isUnderMinIsr;
  return isTooFew ? ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND : ErrorCode.NONE;
}

function isWaiting(pending: PendingProduce): boolean {
  return pending.partitions.some(({ errorCode }) => errorCode === null);
}
