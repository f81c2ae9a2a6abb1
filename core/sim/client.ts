import { NO_NODE, nodeId, offset } from "../base/ids.ts";
import type { NodeId, Offset } from "../base/ids.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import {
  decodeRecordBatch,
  encodeRecordBatch,
  ErrorCode,
  isRetriable,
  splitBatches,
} from "../wire/index.ts";
import type { MetadataResponse, RemoveNodeResponse, Request, Response } from "../wire/index.ts";
import type { ReadRecord, RequestFacts, RequestOutcome } from "./history.ts";
import type { HistoryLog } from "./historyLog.ts";
import type {
  ConsumeAction,
  CreateTopicAction,
  ProduceAction,
  RepairAction,
  RunOptions,
} from "./run.ts";

/** What a client needs of the world. */
export interface ClientHost {
  readonly nowUs: number;
  send(node: NodeId, correlationId: number, request: Request): void;
  /** Calls `wake` with this very object after so long. */
  startTimer(afterUs: number, timer: ClientTimer): void;
  requestSent(request: number): void;
  requestEnded(request: number): void;
  operationEnded(operation: number): void;
  /** The cluster does without this node now. False if its disk cannot be wiped, for it runs. */
  wipeAndJoin(node: NodeId, generation: number): boolean;
}

/** What a person asks a client for: something of a partition, or of the controller. */
type Wish = PartitionWish | ControllerWish;
type PartitionWish = ProduceAction | ConsumeAction;
type ControllerWish = CreateTopicAction | RepairAction;

/** What a client waits for besides answers. */
export type ClientTimer =
  | { readonly kind: "requestTimeout"; readonly correlationId: number }
  | { readonly kind: "retry"; readonly operation: Operation };

/** Something that a person wants of the cluster, until it is done or given up. */
export interface Operation {
  readonly id: number;
  readonly body: Wish;
  /** No attempt starts after this. */
  readonly deadlineUs: number;
  attempt: number;
  metadataAttempt: number;
  /** Where a consumer has come to. */
  fetchOffset: Offset;
  /** Who is said to be the controller, if that is who must be asked. */
  controller: NodeId;
}

/** A request that waits for its answer. */
interface Waiting {
  /** Its id in the history. */
  readonly request: number;
  readonly node: NodeId;
  readonly operation: Operation;
}

type Answered = Extract<RequestOutcome, { kind: "answered" }>;

const NO_RECORDS: readonly ReadRecord[] = [];
/** What a consumer asks for at once. */
const FETCH_BYTES_MAX = 1_048_576;
/** Errors that no retry will mend. */
const CREATE_REFUSED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ErrorCode.TOPIC_ALREADY_EXISTS,
  ErrorCode.INVALID_PARTITIONS,
  ErrorCode.INVALID_REQUEST,
]);

/**
 * A Kafka client, as a table of operations and waiting requests. Told to use one node it asks that
 * node once and takes the answer as it is. Left to itself it keeps a cache of who leads what, asks
 * one node after the other when the cache is wrong, and tries again until its time is up. It is not
 * idempotent: an attempt whose answer was lost may have been carried out.
 */
export class Client {
  readonly #id: number;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #history: HistoryLog;
  readonly #waiting = new Map<number, Waiting>();
  /** Who leads, as far as this client was told. */
  readonly #leaders = new Map<PartitionKey, NodeId>();
  readonly #repairing = new Set<number>();
  #correlationId = 0;
  #lastAsked: NodeId = NO_NODE;

  constructor(id: number, options: RunOptions, host: ClientHost, history: HistoryLog) {
    this.#id = id;
    this.#options = options;
    this.#host = host;
    this.#history = history;
  }

  /** The nodes that it wants to be repaired and has no success to tell of yet. */
  get repairing(): ReadonlySet<number> {
    return this.#repairing;
  }

  start(body: Wish): void {
    const { nowUs } = this.#host;
    const { clientCreateTimeoutUs, clientDeliveryTimeoutUs } = this.#options;
    const lastsUs = isForController(body) ? clientCreateTimeoutUs : clientDeliveryTimeoutUs;
    if (body.kind === "repair") this.#repairing.add(body.node);
    this.#attempt({
      id: this.#history.startOperation(this.#id, body.kind, nowUs),
      body,
      deadlineUs: nowUs + lastsUs,
      attempt: 0,
      metadataAttempt: 0,
      fetchOffset: offset(0),
      controller: NO_NODE,
    });
  }

  /** An answer has arrived. One that comes after its request was given up is dropped. */
  receive(correlationId: number, response: Response): void {
    const waiting = this.#waiting.get(correlationId);
    if (waiting === undefined) return;
    this.#waiting.delete(correlationId);
    const answered = outcomeOf(response, waiting.operation.fetchOffset);
    this.#endRequest(waiting, answered);
    this.#continue(waiting, response, answered);
  }

  /** The node is down: nobody took the connection. */
  refused(correlationId: number): void {
    this.#unanswered(correlationId, "refused");
  }

  /** True when this changed anything; a timer of something that has ended does not. */
  wake(timer: ClientTimer): boolean {
    if (timer.kind === "requestTimeout") return this.#unanswered(timer.correlationId, "timedOut");
    this.#attempt(timer.operation);
    return true;
  }

  /** Sends whatever the operation needs next. */
  #attempt(operation: Operation): void {
    const { body } = operation;
    if (this.#host.nowUs > operation.deadlineUs) return this.#end(operation, "gaveUp");
    if (isForController(body)) return this.#askController(operation, body);
    const leader = body.node ?? this.#leaders.get(partitionKey(body.topic, body.partition));
    if (leader === undefined) return this.#refreshMetadata(operation, body.topic);
    if (body.kind === "produce") this.#produce(operation, body, nodeId(leader));
    else this.#fetch(operation, body, nodeId(leader));
  }

  #produce(operation: Operation, body: ProduceAction, node: NodeId): void {
    const { topic, partition, key, value, acks } = body;
    const records = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: Math.floor(this.#host.nowUs / 1_000),
      records: [{ key: utf8Encode(key), value: utf8Encode(value) }],
    });
    const request: Request = {
      api: "produce",
      acks,
      timeoutMs: this.#options.produceTimeoutMs,
      partitions: [{ topic, partition, records }],
    };
    const facts: RequestFacts = { kind: "produce", topic, partition, key, value, acks };
    this.#send(operation, ++operation.attempt, node, request, facts);
  }

  #fetch(operation: Operation, body: ConsumeAction, node: NodeId): void {
    const { topic, partition } = body;
    const { fetchOffset } = operation;
    const request: Request = {
      api: "fetch",
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      partitions: [
        {
          topic,
          partition,
          fetchOffset,
          currentLeaderEpoch: -1,
          lastFetchedEpoch: -1,
          maxBytes: FETCH_BYTES_MAX,
        },
      ],
    };
    const facts: RequestFacts = { kind: "fetch", topic, partition, fetchOffset };
    this.#send(operation, ++operation.attempt, node, request, facts);
  }

  #askController(operation: Operation, body: ControllerWish): void {
    const node = operation.controller === NO_NODE ? this.#nextNode() : operation.controller;
    const timeoutMs = this.#options.produceTimeoutMs;
    const attempt = ++operation.attempt;
    if (body.kind === "repair") {
      const removed = nodeId(body.node);
      const request: Request = { api: "removeNode", node: removed, timeoutMs };
      return this.#send(operation, attempt, node, request, { kind: "removeNode", node: removed });
    }
    const { topic, partitionCount, replicationFactor, minInsyncReplicas } = body;
    const topics = [{ topic, partitionCount, replicationFactor, minInsyncReplicas }];
    const request: Request = { api: "createTopics", topics, timeoutMs };
    const facts: RequestFacts = { kind: "createTopics", topic, partitionCount, replicationFactor };
    this.#send(operation, attempt, node, request, facts);
  }

  #refreshMetadata(operation: Operation, topic: string): void {
    const request: Request = { api: "metadata", topics: [topic] };
    const attempt = ++operation.metadataAttempt;
    this.#send(operation, attempt, this.#nextNode(), request, { kind: "metadata" });
  }

  #send(
    operation: Operation,
    attempt: number,
    node: NodeId,
    request: Request,
    facts: RequestFacts,
  ): void {
    const { nowUs } = this.#host;
    const id = this.#history.sendRequest(this.#id, operation.id, attempt, node, facts, nowUs);
    const correlationId = ++this.#correlationId;
    this.#host.send(node, correlationId, request);
    this.#host.requestSent(id);
    if (request.api === "produce" && request.acks === 0) {
      this.#history.endRequest(id, { kind: "sent" }, nowUs);
      this.#host.requestEnded(id);
      return this.#end(operation, "done");
    }
    this.#waiting.set(correlationId, { request: id, node, operation });
    const timer = { kind: "requestTimeout", correlationId } as const;
    this.#host.startTimer(this.#options.clientRequestTimeoutUs, timer);
  }

  /** What an answer means for the operation that asked. */
  #continue(waiting: Waiting, response: Response, answered: Answered): void {
    const { operation, node } = waiting;
    const { body } = operation;
    if (response.api === "metadata") return this.#learnLeaders(operation, response);
    if (body.kind === "repair" && response.api === "removeNode") {
      return this.#removalAnswered(operation, nodeId(body.node), node, response);
    }
    if (isForController(body)) return this.#topicAnswered(operation, node, answered);
    const { errorCode, leaderHint } = answered;
    if (errorCode === ErrorCode.NONE) {
      const isMore = body.kind === "consume" && this.#consumed(operation, answered);
      return isMore ? this.#attempt(operation) : this.#end(operation, "done");
    }
    if (body.node !== null || !isRetriable(errorCode)) return this.#end(operation, "gaveUp");
    const key = partitionKey(body.topic, body.partition);
    if (leaderHint === NO_NODE || leaderHint === node) this.#leaders.delete(key);
    else this.#leaders.set(key, leaderHint);
    this.#retryLater(operation);
  }

  #learnLeaders(operation: Operation, response: MetadataResponse): void {
    const { body } = operation;
    for (const { topic, partition, leaderId } of response.partitions) {
      const key = partitionKey(topic, partition);
      if (leaderId === NO_NODE) this.#leaders.delete(key);
      else this.#leaders.set(key, leaderId);
    }
    const isKnown =
      !isForController(body) && this.#leaders.has(partitionKey(body.topic, body.partition));
    if (isKnown) this.#attempt(operation);
    else this.#retryLater(operation);
  }

  #topicAnswered(operation: Operation, node: NodeId, answered: Answered): void {
    const { errorCode, leaderHint } = answered;
    // After a lost answer the topic may well exist because of this very operation.
    const isOurs = errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && operation.attempt > 1;
    if (errorCode === ErrorCode.NONE || isOurs) return this.#end(operation, "done");
    if (CREATE_REFUSED.has(errorCode)) return this.#end(operation, "gaveUp");
    this.#askElsewhere(operation, node, errorCode, leaderHint);
  }

  /** Until the cluster does without the node, its disk may hold what nobody else has. */
  #removalAnswered(
    operation: Operation,
    removed: NodeId,
    asked: NodeId,
    { errorCode, controllerId, generation }: RemoveNodeResponse,
  ): void {
    if (errorCode === ErrorCode.NONE) {
      const joins = this.#host.wipeAndJoin(removed, generation);
      return this.#end(operation, joins ? "done" : "gaveUp");
    }
    if (!isRetriable(errorCode)) return this.#end(operation, "gaveUp");
    this.#askElsewhere(operation, asked, errorCode, controllerId);
  }

  /** A node that is not the controller may know who is. */
  #askElsewhere(
    operation: Operation,
    asked: NodeId,
    errorCode: ErrorCode,
    controllerHint: NodeId,
  ): void {
    const isElsewhere = errorCode === ErrorCode.NOT_CONTROLLER && controllerHint !== asked;
    operation.controller = isElsewhere ? controllerHint : NO_NODE;
    if (isElsewhere && controllerHint !== NO_NODE) this.#attempt(operation);
    else this.#retryLater(operation);
  }

  /** True if there is more to read below the high watermark. */
  #consumed(operation: Operation, answered: Answered): boolean {
    const last = answered.records.at(-1);
    if (last === undefined) return false;
    operation.fetchOffset = offset(last.offset + 1);
    return operation.fetchOffset < answered.highWatermark;
  }

  /** True if that request was still waiting. */
  #unanswered(correlationId: number, reason: "refused" | "timedOut"): boolean {
    const waiting = this.#waiting.get(correlationId);
    if (waiting === undefined) return false;
    this.#waiting.delete(correlationId);
    this.#endRequest(waiting, { kind: "unanswered", reason });
    const { operation, node } = waiting;
    const { body } = operation;
    operation.controller = NO_NODE;
    for (const [key, leader] of this.#leaders) if (leader === node) this.#leaders.delete(key);
    if (!isForController(body) && body.node !== null) this.#end(operation, "gaveUp");
    else this.#retryLater(operation);
    return true;
  }

  #retryLater(operation: Operation): void {
    const { clientRetryBackoffUs } = this.#options;
    this.#host.startTimer(clientRetryBackoffUs, { kind: "retry", operation });
  }

  #endRequest(waiting: Waiting, outcome: RequestOutcome): void {
    this.#history.endRequest(waiting.request, outcome, this.#host.nowUs);
    this.#host.requestEnded(waiting.request);
  }

  #end(operation: Operation, state: "done" | "gaveUp"): void {
    if (operation.body.kind === "repair") this.#repairing.delete(operation.body.node);
    this.#history.endOperation(operation.id, state, this.#host.nowUs);
    this.#host.operationEnded(operation.id);
  }

  /** One node after the other: whoever did not help is not asked again before all others. */
  #nextNode(): NodeId {
    this.#lastAsked = nodeId((this.#lastAsked % this.#options.nodeCount) + 1);
    return this.#lastAsked;
  }
}

function isForController(body: Wish): body is ControllerWish {
  return body.kind === "createTopic" || body.kind === "repair";
}

/** What the history keeps of an answer. The requests of this client name one partition or topic. */
function outcomeOf(response: Response, fetchOffset: Offset): Answered {
  switch (response.api) {
    case "produce": {
      const answer = response.partitions[0];
      return answeredWith({
        errorCode: answer?.errorCode ?? ErrorCode.INVALID_REQUEST,
        baseOffset: answer?.baseOffset ?? -1,
        leaderHint: answer?.currentLeader?.leaderId ?? NO_NODE,
      });
    }
    case "fetch": {
      const answer = response.partitions[0];
      return answeredWith({
        errorCode: answer?.errorCode ?? ErrorCode.INVALID_REQUEST,
        leaderHint: answer?.currentLeader?.leaderId ?? NO_NODE,
        highWatermark: answer?.highWatermark ?? -1,
        records: answer === undefined ? NO_RECORDS : readRecords(answer.records, fetchOffset),
      });
    }
    case "createTopics":
      return answeredWith({
        errorCode: response.topics[0]?.errorCode ?? ErrorCode.INVALID_REQUEST,
        leaderHint: response.controllerId,
      });
    case "metadata":
      return answeredWith({ errorCode: ErrorCode.NONE, leaderHint: response.controllerId });
    case "removeNode":
      return answeredWith({ errorCode: response.errorCode, leaderHint: response.controllerId });
    case "brokerHeartbeat":
    case "join":
      return answeredWith({ errorCode: response.errorCode });
  }
}

function answeredWith(
  facts: Partial<Answered> & { readonly errorCode: Answered["errorCode"] },
): Answered {
  return {
    kind: "answered",
    baseOffset: -1,
    leaderHint: NO_NODE,
    highWatermark: -1,
    records: NO_RECORDS,
    ...facts,
  };
}

/**
 * What cannot be decoded was not read: a consumer shows the records before it. Brokers send whole
 * batches, so the first may begin before the offset that was asked for.
 */
function readRecords(bytes: Uint8Array, from: Offset): readonly ReadRecord[] {
  const split = splitBatches(bytes);
  if (!split.ok) return NO_RECORDS;
  const read: ReadRecord[] = [];
  for (const batchBytes of split.batches) {
    const decoded = decodeRecordBatch(batchBytes);
    if (!decoded.ok) return read;
    const { header, records } = decoded.batch;
    for (const record of records) {
      if (record.offset < from) continue;
      read.push({
        offset: record.offset,
        leaderEpoch: header.leaderEpoch,
        key: text(record.key),
        value: text(record.value),
      });
    }
  }
  return read;
}

function text(bytes: Uint8Array | null): string {
  return bytes === null ? "" : utf8Decode(bytes);
}
