import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { ErrorCode, isRetriable } from "../../wire/index.ts";
import type { ClientRequest, ProducePartitionResponse } from "../../wire/index.ts";
import type { RequestFacts } from "../history.ts";
import type { HistoryLog } from "../historyLog.ts";
import type { RunOptions, StartProducerAction } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { ProducerProbe, Program } from "./clientProbe.ts";
import { isStaleMetadata, MetadataCache } from "./metadataCache.ts";
import { partitionOfKey } from "./partitioner.ts";
import { encodedBatch, ProducerLane } from "./producerLane.ts";
import type { Batch } from "./producerLane.ts";
import { generatedValue, valueName } from "./records.ts";
import type { Requests } from "./requests.ts";

/** Kafka: max.in.flight.requests.per.connection. */
const IN_FLIGHT_MAX = 5;
/** A producer that cannot send makes no more records than this (Kafka: buffer.memory). */
const QUEUED_MAX = 2_000;
const BATCH_RECORDS = 100;
/** How often it looks what there is to do: with records every time, but neither rarely nor all the time. */
const WAKE_MIN_US = 20_000;
const WAKE_MAX_US = 100_000;
/** A pause doubles with every attempt, up to this many times. */
const BACKOFF_FACTOR_MAX = 8;
const EPOCH_MAX = 32_767;

/**
 * A program that makes records at a steady rate and sends them as Kafka's producer does: each to the
 * partition of its key (without one: to a partition for a while, and then to the next), in batches,
 * with up to five requests on their way to a broker, again and again until the answer is good or the
 * delivery timeout is over. An idempotent one numbers its batches, so that none is in the log twice.
 */
export class Producer implements Program {
  readonly #settings: StartProducerAction;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #history: HistoryLog;
  readonly #requests: Requests;
  readonly #metadata: MetadataCache;
  readonly #lanes: ProducerLane[] = [];
  readonly #inFlight = new Map<NodeId, number>();
  #state: ProducerProbe["state"] | "over" = "running";
  #nextNumber: number;
  /** Records are due for the time since then. */
  #dueSinceUs: number;
  #dueCount = 0;
  #stickyPartition = 0;
  #producerId = -1;
  #producerEpoch = -1;
  #isAskingForId = false;
  #isRefreshing = false;
  #isDraining = false;
  #acknowledgedCount = 0;
  #failedCount = 0;
  #retryCount = 0;

  /** `firstNumber` is that of its first record, one more than the last of this client before. */
  constructor(
    settings: StartProducerAction,
    firstNumber: number,
    options: RunOptions,
    host: ClientHost,
    history: HistoryLog,
    requests: Requests,
  ) {
    this.#settings = settings;
    this.#options = options;
    this.#host = host;
    this.#history = history;
    this.#requests = requests;
    this.#metadata = new MetadataCache(options, host, requests);
    this.#nextNumber = firstNumber;
    this.#dueSinceUs = host.nowUs;
    this.#refresh();
    if (settings.idempotent) this.#askForId();
    this.#sleep();
  }

  get nextNumber(): number {
    return this.#nextNumber;
  }

  get isOver(): boolean {
    return this.#state === "over";
  }

  /** Whatever still comes in is nothing to it any more. */
  get #isOut(): boolean {
    return this.#state === "over" || this.#state === "failed";
  }

  get probe(): ProducerProbe {
    const { client, topic } = this.#settings;
    return {
      kind: "producer",
      client,
      topic,
      state: this.#state === "over" ? "stopping" : this.#state,
      producerId: this.#producerId,
      producerEpoch: this.#producerEpoch,
      queuedCount: this.#queuedCount(),
      acknowledgedCount: this.#acknowledgedCount,
      failedCount: this.#failedCount,
      retryCount: this.#retryCount,
    };
  }

  stop(isCrash: boolean): void {
    if (isCrash) return this.#end();
    this.#state = "stopping";
    this.#endIfEmpty();
  }

  #end(): void {
    this.#state = "over";
    for (const lane of this.#lanes) {
      for (const batch of [...lane.inFlight, ...lane.queue]) this.#fail(lane, batch);
    }
    this.#requests.closeAll();
  }

  #endIfEmpty(): void {
    if (this.#state === "stopping" && this.#lanes.every(({ isEmpty }) => isEmpty)) this.#end();
  }

  #sleep(): void {
    const periodUs = Math.floor(1_000_000 / this.#settings.recordsPerSecond);
    const afterUs = Math.min(WAKE_MAX_US, Math.max(WAKE_MIN_US, periodUs));
    this.#host.startTimer(afterUs, () => {
      if (this.#isOut) return false;
      if (this.#state === "running") this.#makeRecords();
      this.#expire();
      this.#drain();
      this.#endIfEmpty();
      this.#sleep();
      return true;
    });
  }

  /** As many as are due by now; none while too many wait, and then they are not made up for. */
  #makeRecords(): void {
    const { nowUs } = this.#host;
    const { topic, recordsPerSecond, idempotent, batchRecords = BATCH_RECORDS } = this.#settings;
    const partitionCount = this.#metadata.partitionCount(topic);
    const isReady = partitionCount > 0 && (!idempotent || this.#producerId !== -1);
    if (!isReady || this.#queuedCount() >= QUEUED_MAX) {
      this.#dueSinceUs = nowUs;
      this.#dueCount = 0;
      if (partitionCount === 0) this.#refresh();
      return;
    }
    for (let at = this.#lanes.length; at < partitionCount; at++) {
      this.#lanes.push(new ProducerLane(at, batchRecords, idempotent ? this.#producerEpoch : null));
    }
    const due = Math.floor(((nowUs - this.#dueSinceUs) * recordsPerSecond) / 1_000_000);
    while (this.#dueCount < due) {
      this.#dueCount++;
      this.#makeRecord(partitionCount, nowUs);
    }
  }

  #makeRecord(partitionCount: number, nowUs: number): void {
    const { client, keyCount, valueBytes } = this.#settings;
    const number = this.#nextNumber++;
    const key = keyCount === 0 ? null : `k${number % keyCount}`;
    const partition =
      key === null
        ? this.#stickyPartition % partitionCount
        : partitionOfKey(utf8Encode(key), partitionCount);
    const lane = this.#lanes[partition];
    assert(lane !== undefined, "every partition has a lane");
    const value = generatedValue(client, number, valueBytes);
    // KIP-480: without a key the partition changes with the batch, so that batches fill.
    if (lane.add({ key, value }, nowUs) && key === null) this.#stickyPartition++;
  }

  /** What waits for longer than the delivery timeout is given up. */
  #expire(): void {
    const beforeUs = this.#host.nowUs - this.#options.producerDeliveryTimeoutUs;
    for (const lane of this.#lanes) {
      const old = lane.queue.filter(({ createdAtUs }) => createdAtUs < beforeUs);
      for (const batch of old) this.#fail(lane, batch);
    }
  }

  /** One request after the other to each leader, each with a batch for every partition that may. */
  #drain(): void {
    // With acks=0 a request is over as soon as it is sent, which asks for the next: this very loop.
    if (this.#isDraining) return;
    this.#isDraining = true;
    for (;;) {
      const byNode = this.#sendable();
      if (byNode.size === 0) break;
      for (const [node, lanes] of byNode) this.#send(node, lanes);
    }
    this.#isDraining = false;
  }

  #sendable(): ReadonlyMap<NodeId, readonly ProducerLane[]> {
    const byNode = new Map<NodeId, ProducerLane[]>();
    for (const lane of this.#lanes) {
      const batch = lane.next(this.#host.nowUs, () => this.#beginEpoch());
      if (batch === null) continue;
      const leader = this.#metadata.leaderOf(this.#settings.topic, lane.partition);
      if (leader === undefined) this.#refresh();
      if (leader === undefined || (this.#inFlight.get(leader.node) ?? 0) >= IN_FLIGHT_MAX) continue;
      if (!lane.maySendTo(leader.node)) continue;
      const lanes = byNode.get(leader.node);
      if (lanes === undefined) byNode.set(leader.node, [lane]);
      else lanes.push(lane);
    }
    return byNode;
  }

  #beginEpoch(): number {
    assert(this.#producerEpoch < EPOCH_MAX, "there are more producer epochs than anybody needs");
    return ++this.#producerEpoch;
  }

  #send(node: NodeId, lanes: readonly ProducerLane[]): void {
    const { topic, acks } = this.#settings;
    const sent = lanes.map((lane) => {
      lane.send(node);
      const batch = lane.inFlight.at(-1);
      assert(batch !== undefined, "what was sent is on its way");
      return { lane, batch };
    });
    const request: ClientRequest = {
      api: "produce",
      transactionalId: null,
      acks,
      timeoutMs: this.#options.produceTimeoutMs,
      partitions: sent.map(({ batch }) => ({
        topic,
        partition: batch.partition,
        records: encodedBatch(batch, this.#producerId),
      })),
    };
    this.#inFlight.set(node, (this.#inFlight.get(node) ?? 0) + 1);
    this.#requests.ask(node, request, factsOf(topic, acks, sent), (reply) => {
      this.#inFlight.set(node, (this.#inFlight.get(node) ?? 1) - 1);
      if (this.#isOut) return;
      if (reply.kind === "sent") {
        for (const { lane, batch } of sent) this.#acknowledge(lane, batch, -1);
      } else if (reply.kind === "answered" && reply.response.api === "produce") {
        for (const { lane, batch } of sent) {
          const of = (each: ProducePartitionResponse): boolean => each.partition === lane.partition;
          if (!this.#isOut) this.#answered(lane, batch, reply.response.partitions.find(of));
        }
      } else {
        this.#metadata.forgetNode(node);
        for (const { lane, batch } of sent) this.#retry(lane, batch);
        this.#refresh();
      }
      if (this.#isOut) return;
      this.#drain();
      this.#endIfEmpty();
    });
  }

  #answered(lane: ProducerLane, batch: Batch, answer: ProducePartitionResponse | undefined): void {
    const errorCode = answer?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR;
    switch (errorCode) {
      case ErrorCode.NONE:
      case ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
        return this.#acknowledge(lane, batch, answer?.baseOffset ?? -1);
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
        this.#retryCount++;
        return lane.outOfOrder(batch, this.#host.nowUs + this.#backoffUs(batch));
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        return this.#failForGood();
      default:
        break;
    }
    if (!isRetriable(errorCode)) return this.#fail(lane, batch);
    const { topic } = this.#settings;
    if (this.#metadata.learnLeader(topic, lane.partition, answer?.currentLeader ?? null)) {
      // KIP-951: with a new leader known there is nothing to wait for.
      this.#retryCount++;
      return lane.retry(batch, 0);
    }
    if (isStaleMetadata(errorCode)) {
      this.#metadata.forgetLeader(topic, lane.partition);
      this.#refresh();
    }
    this.#retry(lane, batch);
  }

  #retry(lane: ProducerLane, batch: Batch): void {
    this.#retryCount++;
    lane.retry(batch, this.#host.nowUs + this.#backoffUs(batch));
  }

  #backoffUs({ attempts }: Batch): number {
    const factor = Math.min(BACKOFF_FACTOR_MAX, 2 ** (attempts - 1));
    return this.#options.clientRetryBackoffUs * factor;
  }

  #acknowledge(lane: ProducerLane, batch: Batch, baseOffset: number): void {
    lane.acknowledged(batch);
    const { client, topic, acks, idempotent } = this.#settings;
    const { partition } = batch;
    const { nowUs: atUs } = this.#host;
    this.#acknowledgedCount += batch.records.length;
    if (acks === 0) return this.#noteUnacknowledged(batch, "acks0");
    for (const [at, { key, value: wholeValue }] of batch.records.entries()) {
      const value = valueName(wholeValue);
      const offset = baseOffset < 0 ? -1 : baseOffset + at;
      const said = { offset, key, value, acks, idempotent, atUs };
      this.#history.acknowledge({ client, topic, partition, ...said });
    }
  }

  #fail(lane: ProducerLane, batch: Batch): void {
    lane.giveUp(batch);
    this.#failedCount += batch.records.length;
    this.#noteUnacknowledged(batch, "failed");
  }

  #noteUnacknowledged({ partition, records }: Batch, reason: "acks0" | "failed"): void {
    const { client, topic, idempotent } = this.#settings;
    const { nowUs: atUs } = this.#host;
    for (const record of records) {
      const value = valueName(record.value);
      const sent = { client, topic, partition, value, idempotent };
      this.#history.unacknowledged.push({ ...sent, reason, atUs });
    }
  }

  /** Another producer has its id: it must not go on (Kafka: a fatal error of the producer). */
  #failForGood(): void {
    this.#state = "failed";
    for (const lane of this.#lanes) {
      for (const batch of [...lane.inFlight, ...lane.queue]) this.#fail(lane, batch);
    }
  }

  #askForId(): void {
    if (this.#isAskingForId) return;
    this.#isAskingForId = true;
    const request: ClientRequest = {
      api: "initProducerId",
      transactionalId: null,
      transactionTimeoutMs: 60_000,
      producerId: -1,
      producerEpoch: -1,
    };
    const facts: RequestFacts = { kind: "initProducerId" };
    this.#requests.ask(this.#metadata.nextNode(), request, facts, (reply) => {
      if (this.#state === "over") return;
      const isAnswer = reply.kind === "answered" && reply.response.api === "initProducerId";
      if (isAnswer && reply.response.api === "initProducerId" && reply.response.errorCode === 0) {
        this.#isAskingForId = false;
        this.#producerId = reply.response.producerId;
        this.#producerEpoch = reply.response.producerEpoch;
        return this.#drain();
      }
      this.#host.startTimer(this.#options.clientRetryBackoffUs, () => {
        this.#isAskingForId = false;
        if (this.#state === "over") return false;
        this.#askForId();
        return true;
      });
    });
  }

  #refresh(): void {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    this.#metadata.refresh(this.#settings.topic, () => {
      this.#isRefreshing = false;
      if (!this.#isOut) this.#drain();
    });
  }

  #queuedCount(): number {
    let count = 0;
    for (const { queue, inFlight } of this.#lanes) {
      for (const { records } of queue) count += records.length;
      for (const { records } of inFlight) count += records.length;
    }
    return count;
  }
}

function factsOf(
  topic: string,
  acks: 0 | 1 | -1,
  sent: readonly { readonly batch: Batch }[],
): RequestFacts {
  const first = sent[0]?.batch;
  const record = first?.records[0];
  assert(first !== undefined && record !== undefined, "a request has records");
  return {
    kind: "produce",
    topic,
    partition: first.partition,
    key: record.key,
    value: valueName(record.value),
    acks,
    recordCount: sent.reduce((sum, { batch }) => sum + batch.records.length, 0),
    partitionCount: sent.length,
  };
}
