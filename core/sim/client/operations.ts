import { NO_NODE, nodeId, offset } from "../../base/ids.ts";
import type { NodeId, Offset } from "../../base/ids.ts";
import { utf8Encode } from "../../base/utf8.ts";
import { encodeRecordBatch, ErrorCode, isRetriable, NO_TOPIC_ID } from "../../wire/index.ts";
import type {
  AdminCommand,
  AdminResponse,
  ClientRequest,
  ClientResponse,
  CreateTopicsResponse,
  FetchResponse,
  ProduceResponse,
} from "../../wire/index.ts";
import type { RequestFacts } from "../history.ts";
import type { HistoryLog } from "../historyLog.ts";
import type {
  ClientAction,
  ConsumeAction,
  CreateTopicAction,
  ProduceAction,
  RunOptions,
} from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { Reply } from "./connection.ts";
import { isStaleMetadata, MetadataCache } from "./metadataCache.ts";
import { readRecords } from "./records.ts";
import type { Requests } from "./requests.ts";

/** What a person asks a client for: something of a partition, or of the controller. */
type Wish = PartitionWish | CreateTopicAction | AdminWish;
type PartitionWish = ProduceAction | ConsumeAction;
/** "repair": when it is done, the node's disk is wiped and it starts again. */
interface AdminWish {
  readonly kind: "admin" | "repair";
  readonly command: AdminCommand;
}

/** Something that a person wants of the cluster, until it is done or given up. */
interface Operation<W extends Wish = Wish> {
  readonly id: number;
  readonly wish: W;
  /** No attempt starts after this. */
  readonly deadlineUs: number;
  attempt: number;
  metadataAttempt: number;
  /** Where a consumer has come to. */
  fetchOffset: Offset;
}

/** What a consumer asks for at once. */
const FETCH_BYTES_MAX = 1_048_576;

/**
 * What a person does with a client, as a table of operations. Told to use one node it asks that node
 * once and takes the answer as it is. Left to itself it follows the leader, or the controller, and
 * tries again until its time is up. It is not idempotent: an attempt whose answer was lost may have
 * been carried out.
 */
export class Operations {
  readonly #client: number;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #history: HistoryLog;
  readonly #requests: Requests;
  readonly #metadata: MetadataCache;
  readonly #repairing = new Set<number>();

  constructor(options: RunOptions, host: ClientHost, history: HistoryLog, requests: Requests) {
    this.#client = requests.client;
    this.#options = options;
    this.#host = host;
    this.#history = history;
    this.#requests = requests;
    this.#metadata = new MetadataCache(options, host, requests);
  }

  /** The nodes that it wants to be repaired and has no success to tell of yet. */
  get repairing(): ReadonlySet<number> {
    return this.#repairing;
  }

  start(wish: Wish): void {
    const { nowUs } = this.#host;
    const { clientCreateTimeoutUs, clientDeliveryTimeoutUs } = this.#options;
    const lastsUs = isOfPartition(wish) ? clientDeliveryTimeoutUs : clientCreateTimeoutUs;
    if (wish.kind === "repair") this.#repairing.add(repairedNode(wish));
    this.#attempt({
      id: this.#history.startOperation(this.#client, wish.kind, nowUs),
      wish,
      deadlineUs: nowUs + lastsUs,
      attempt: 0,
      metadataAttempt: 0,
      fetchOffset: offset(0),
    });
  }

  /** Sends whatever the operation needs next. */
  #attempt(operation: Operation): void {
    const { wish } = operation;
    if (this.#host.nowUs > operation.deadlineUs) return this.#end(operation, "gaveUp");
    const node = this.#nodeFor(wish);
    if (node === null || this.#lacksTopicId(operation)) return this.#askWhere(operation);
    switch (wish.kind) {
      case "produce":
        return this.#produce(operation, wish, node);
      case "consume":
        return this.#fetch(operation, wish, node);
      case "createTopic":
        return this.#createTopic(operation, wish, node);
      default:
        return this.#command(operation, wish, node);
    }
  }

  /** Null when the client must ask who it is first. */
  #nodeFor(wish: Wish): NodeId | null {
    if (!isOfPartition(wish)) return this.#metadata.controller;
    if (wish.node !== null) return nodeId(wish.node);
    return this.#metadata.leaderOf(wish.topic, wish.partition)?.node ?? null;
  }

  /**
   * Newer fetches name a topic by its id. A broker that knows the topic and tells no id speaks older
   * ones; if nobody is there to ask, the next node may be.
   */
  #lacksTopicId({ wish, metadataAttempt }: Operation): boolean {
    if (wish.kind !== "consume") return false;
    if (this.#metadata.topicId(wish.topic) !== NO_TOPIC_ID) return false;
    if (metadataAttempt === 0) return true;
    const isKnown = this.#metadata.partitionCount(wish.topic) > 0;
    return !isKnown && metadataAttempt < this.#options.nodeCount;
  }

  #askWhere(operation: Operation): void {
    const { id, wish } = operation;
    const part = { operation: id, attempt: ++operation.metadataAttempt };
    const topic = isOfPartition(wish) ? wish.topic : null;
    const then = (): void =>
      this.#nodeFor(wish) === null ? this.#retryLater(operation) : this.#attempt(operation);
    this.#metadata.refresh(topic, then, part);
  }

  #produce(operation: Operation, wish: ProduceAction, node: NodeId): void {
    const { topic, partition, key, value, acks } = wish;
    const records = encodeRecordBatch({
      baseOffset: 0,
      leaderEpoch: -1,
      firstTimestampMs: Math.floor(this.#host.nowUs / 1_000),
      records: [{ key: utf8Encode(key), value: utf8Encode(value) }],
    });
    const request: ClientRequest = {
      api: "produce",
      transactionalId: null,
      acks,
      timeoutMs: this.#options.produceTimeoutMs,
      partitions: [{ topic, partition, records }],
    };
    const counts = { recordCount: 1, partitionCount: 1 };
    const facts: RequestFacts = { kind: "produce", topic, partition, key, value, acks, ...counts };
    this.#ask(operation, node, request, facts, (reply) => {
      if (reply.kind === "sent") {
        const record = { client: this.#client, topic, partition, value, atUs: this.#host.nowUs };
        this.#history.unacknowledged.push({ ...record, idempotent: false, reason: "acks0" });
        return this.#end(operation, "done");
      }
      if (reply.kind !== "answered" || reply.response.api !== "produce") return;
      this.#produced(operation, wish, node, reply.response);
    });
  }

  #produced(
    operation: Operation,
    wish: ProduceAction,
    node: NodeId,
    response: ProduceResponse,
  ): void {
    const answer = response.partitions[0];
    const errorCode = answer?.errorCode ?? ErrorCode.INVALID_REQUEST;
    if (answer === undefined || errorCode !== ErrorCode.NONE) {
      return this.#partitionRefused(operation, wish, node, errorCode, answer);
    }
    const { topic, partition, key, value, acks } = wish;
    if (acks !== 0) {
      const { baseOffset } = answer;
      const said = { offset: baseOffset, acks, idempotent: false, atUs: this.#host.nowUs };
      this.#history.acknowledge({ client: this.#client, topic, partition, key, value, ...said });
    }
    this.#end(operation, "done");
  }

  #fetch(operation: Operation, wish: ConsumeAction, node: NodeId): void {
    const { topic, partition } = wish;
    const { fetchOffset } = operation;
    const position = {
      partition,
      fetchOffset,
      currentLeaderEpoch: -1,
      lastFetchedEpoch: -1,
    } as const;
    const topicId = this.#metadata.topicId(topic);
    const request: ClientRequest = {
      api: "fetch",
      replicaId: -1,
      replicaEpoch: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: FETCH_BYTES_MAX,
      partitions: [{ topic, topicId, ...position, maxBytes: FETCH_BYTES_MAX }],
    };
    const facts: RequestFacts = { kind: "fetch", topic, partition, fetchOffset };
    this.#ask(operation, node, request, facts, (reply) => {
      if (reply.kind !== "answered" || reply.response.api !== "fetch") return;
      this.#fetched(operation, wish, node, reply.response);
    });
  }

  #fetched(operation: Operation, wish: ConsumeAction, node: NodeId, response: FetchResponse): void {
    const answer = response.partitions[0];
    const errorCode = answer?.errorCode ?? response.errorCode;
    if (answer === undefined || errorCode !== ErrorCode.NONE) {
      return this.#partitionRefused(operation, wish, node, errorCode, answer);
    }
    const last = readRecords(answer.records, operation.fetchOffset).at(-1);
    if (last !== undefined) operation.fetchOffset = offset(last.offset + 1);
    const isMore = last !== undefined && operation.fetchOffset < answer.highWatermark;
    if (isMore) this.#attempt(operation);
    else this.#end(operation, "done");
  }

  #partitionRefused(
    operation: Operation,
    { node: only, topic, partition }: PartitionWish,
    asked: NodeId,
    errorCode: ErrorCode,
    answer: Partial<Pick<ProduceResponse["partitions"][number], "currentLeader">> | undefined,
  ): void {
    if (errorCode === ErrorCode.UNKNOWN_TOPIC_ID) this.#metadata.forgetTopic(topic);
    if (only !== null || !isRetriable(errorCode)) return this.#end(operation, "gaveUp");
    const isHinted = this.#metadata.learnLeader(topic, partition, answer?.currentLeader ?? null);
    if (!isHinted && isStaleMetadata(errorCode)) this.#metadata.forgetLeader(topic, partition);
    if (!isHinted && errorCode === ErrorCode.REQUEST_TIMED_OUT) this.#metadata.forgetNode(asked);
    this.#retryLater(operation);
  }

  #createTopic(operation: Operation, wish: CreateTopicAction, node: NodeId): void {
    const { topic, partitionCount, replicationFactor, minInsyncReplicas } = wish;
    const configs = [{ name: "min.insync.replicas", value: String(minInsyncReplicas) }];
    if (wish.replicationMode === "raft") configs.push({ name: "replication.mode", value: "raft" });
    if (wish.uncleanLeaderElection === true) {
      configs.push({ name: "unclean.leader.election.enable", value: "true" });
    }
    const request: ClientRequest = {
      api: "createTopics",
      topics: [{ topic, partitionCount, replicationFactor, assignments: [], configs }],
      timeoutMs: this.#options.produceTimeoutMs,
      validateOnly: false,
    };
    const facts: RequestFacts = { kind: "createTopics", topic, partitionCount, replicationFactor };
    this.#ask(operation, node, request, facts, (reply) => {
      if (reply.kind !== "answered" || reply.response.api !== "createTopics") return;
      this.#created(operation, reply.response);
    });
  }

  #created(operation: Operation, response: CreateTopicsResponse): void {
    const errorCode = response.topics[0]?.errorCode ?? ErrorCode.INVALID_REQUEST;
    // After a lost answer the topic may well exist because of this very operation.
    const isOurs = errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && operation.attempt > 1;
    if (errorCode === ErrorCode.NONE || isOurs) return this.#end(operation, "done");
    if (!mayTryAgain(errorCode)) return this.#end(operation, "gaveUp");
    if (errorCode === ErrorCode.NOT_CONTROLLER) this.#metadata.forgetController();
    this.#retryLater(operation);
  }

  #command(operation: Operation, wish: AdminWish, node: NodeId): void {
    const part = { operation: operation.id, attempt: ++operation.attempt };
    this.#requests.askAdmin(node, wish.command, part, (reply) => {
      if (reply.kind === "answered") this.#commandAnswered(operation, wish, node, reply.response);
      else this.#unanswered(operation, node);
    });
  }

  #commandAnswered(
    operation: Operation,
    wish: AdminWish,
    asked: NodeId,
    response: AdminResponse,
  ): void {
    const { errorCode, controllerId, result } = response;
    if (errorCode === ErrorCode.NONE) {
      if (wish.kind !== "repair") return this.#end(operation, "done");
      // Until the cluster does without the node, its disk may hold what nobody else has.
      const generation = result?.facts.find(({ name }) => name === "generation")?.value;
      const joins = this.#host.wipeAndJoin(nodeId(repairedNode(wish)), Number(generation ?? 0));
      return this.#end(operation, joins ? "done" : "gaveUp");
    }
    if (!mayTryAgain(errorCode)) return this.#end(operation, "gaveUp");
    if (errorCode !== ErrorCode.NOT_CONTROLLER) return this.#retryLater(operation);
    const isElsewhere = controllerId !== NO_NODE && controllerId !== asked;
    if (isElsewhere) {
      this.#metadata.learnController(controllerId);
      return this.#attempt(operation);
    }
    this.#metadata.forgetController();
    this.#retryLater(operation);
  }

  /** `onAnswer` is not called when there was none: then the operation starts over or ends. */
  #ask(
    operation: Operation,
    node: NodeId,
    request: ClientRequest,
    facts: RequestFacts,
    onAnswer: (reply: Reply<ClientResponse>) => void,
  ): void {
    const part = { operation: operation.id, attempt: ++operation.attempt };
    const onReply = (reply: Reply<ClientResponse>): void => {
      if (reply.kind === "unanswered") this.#unanswered(operation, node);
      else onAnswer(reply);
    };
    this.#requests.ask(node, request, facts, onReply, part);
  }

  #unanswered(operation: Operation, node: NodeId): void {
    const { wish } = operation;
    this.#metadata.forgetNode(node);
    if (isOfPartition(wish) && wish.node !== null) this.#end(operation, "gaveUp");
    else this.#retryLater(operation);
  }

  #retryLater(operation: Operation): void {
    this.#host.startTimer(this.#options.clientRetryBackoffUs, () => {
      this.#attempt(operation);
      return true;
    });
  }

  #end({ id, wish }: Operation, state: "done" | "gaveUp"): void {
    if (wish.kind === "repair") this.#repairing.delete(repairedNode(wish));
    if (wish.kind === "produce" && state === "gaveUp") {
      const { topic, partition, value } = wish;
      const record = { client: this.#client, topic, partition, value, atUs: this.#host.nowUs };
      this.#history.unacknowledged.push({ ...record, idempotent: false, reason: "failed" });
    }
    this.#history.endOperation(id, state, this.#host.nowUs);
    this.#host.operationEnded(id);
  }
}

function isOfPartition(wish: Wish): wish is PartitionWish {
  return wish.kind === "produce" || wish.kind === "consume";
}

function repairedNode({ command }: AdminWish): number {
  return command.kind === "removeNode" ? command.node : 0;
}

/** While there is no controller, or it could not do it in time. */
function mayTryAgain(errorCode: ErrorCode): boolean {
  return errorCode === ErrorCode.NOT_CONTROLLER || errorCode === ErrorCode.REQUEST_TIMED_OUT;
}

/** What an action means for the client of the person who takes it. */
export function wishOf(
  action: Exclude<ClientAction, { kind: "startProducer" | "startConsumer" | "stopClient" }>,
): Wish {
  switch (action.kind) {
    case "produce":
    case "consume":
    case "createTopic":
    case "admin":
      return action;
    case "deleteTopic":
      return { kind: "admin", command: { kind: "deleteTopic", topic: action.topic } };
    case "removeNode":
      return { kind: "admin", command: { kind: "removeNode", node: nodeId(action.node) } };
    case "repair":
      return { kind: "repair", command: { kind: "removeNode", node: nodeId(action.node) } };
  }
}
