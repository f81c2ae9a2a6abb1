import type { NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { memberIds } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { CreatableTopic, CreateTopicsRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { Controller } from "./controller.ts";
import type { Origin } from "./outbox.ts";

/** A createTopics request that waits until its topics are committed, partitions and all. */
interface PendingCreate {
  readonly origin: Origin;
  readonly deadlineUs: number;
  readonly topics: readonly PendingTopic[];
}
interface PendingTopic {
  readonly asked: CreatableTopic;
  isProposed: boolean;
  result: TopicResult | null;
}
interface TopicResult {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string | null;
}

const DONE: TopicResult = { errorCode: ErrorCode.NONE, errorMessage: null };

/** Topics are made by the controller, through the metadata log; it then assigns the partitions. */
export class CreateTopics {
  readonly #context: BrokerContext;
  readonly #controller: Controller;
  #pending: PendingCreate[] = [];

  constructor(context: BrokerContext, controller: Controller) {
    this.#context = context;
    this.#controller = controller;
  }

  handle(origin: Origin, { topics, timeoutMs }: CreateTopicsRequest): void {
    this.#pending.push({
      origin,
      deadlineUs: this.#context.clock.nowUs + timeoutMs * 1000,
      topics: topics.map((asked) => ({ asked, isProposed: false, result: null })),
    });
  }

  /** Goes on with every request, as far as what is committed by now allows. */
  settle(): void {
    if (this.#pending.length === 0) return;
    this.#pending = this.#pending.filter((pending) => {
      for (const topic of pending.topics) topic.result ??= this.#goOn(topic, pending.deadlineUs);
      if (pending.topics.some(({ result }) => result === null)) return true;
      this.#answer(pending);
      return false;
    });
  }

  #goOn(topic: PendingTopic, deadlineUs: number): TopicResult | null {
    const { metadataLog, clock, config } = this.#context;
    if (metadataLog.leader !== config.id) {
      return refused(ErrorCode.NOT_CONTROLLER, "This broker is not the controller.");
    }
    if (clock.nowUs >= deadlineUs) return refused(ErrorCode.REQUEST_TIMED_OUT, "It took too long.");
    // A controller that has just begun does not know all members yet.
    if (!this.#controller.isReady) return null;
    return topic.isProposed ? this.#outcome(topic.asked) : this.#propose(topic);
  }

  #propose(topic: PendingTopic): TopicResult | null {
    const refusal = this.#refusal(topic.asked);
    if (refusal !== null) return refusal;
    const { partitionCount, replicationFactor, minInsyncReplicas } = topic.asked;
    topic.isProposed = this.#context.metadataLog.propose({
      kind: "createTopic",
      topic: topic.asked.topic,
      partitionCount,
      replicationFactor,
      config: { minInsyncReplicas },
    });
    return null;
  }

  #refusal(asked: CreatableTopic): TopicResult | null {
    const { metadata } = this.#context.state;
    const memberCount = memberIds(metadata).length;
    const { topic, partitionCount, replicationFactor, minInsyncReplicas } = asked;
    if (!/^[a-zA-Z0-9._-]{1,249}$/.test(topic) || topic === "." || topic === "..") {
      return refused(ErrorCode.INVALID_REQUEST, `"${topic}" is not a topic name.`);
    }
    if (metadata.topics.has(topic) || this.#isBeingMade(topic)) {
      return refused(ErrorCode.TOPIC_ALREADY_EXISTS, `Topic ${topic} exists already.`);
    }
    if (!isCount(partitionCount)) {
      return refused(ErrorCode.INVALID_PARTITIONS, "A topic needs at least one partition.");
    }
    if (!isCount(replicationFactor) || replicationFactor > memberCount) {
      const message = `Replication factor ${replicationFactor}, but brokers: ${memberCount}.`;
      return refused(ErrorCode.INVALID_REPLICATION_FACTOR, message);
    }
    if (!isCount(minInsyncReplicas)) {
      return refused(ErrorCode.INVALID_REQUEST, "At least one replica must be in sync.");
    }
    return null;
  }

  #isBeingMade(name: string): boolean {
    return this.#pending.some(({ topics }) =>
      topics.some(({ asked, isProposed }) => isProposed && asked.topic === name),
    );
  }

  /** Done when every partition has its replicas. */
  #outcome({ topic, partitionCount }: CreatableTopic): TopicResult | null {
    const { partitions } = this.#context.state.metadata;
    for (let partition = 0; partition < partitionCount; partition++) {
      if (!partitions.has(partitionKey(topic, partition))) return null;
    }
    return DONE;
  }

  #answer({ origin, topics }: PendingCreate): void {
    const controllerId: NodeId = this.#context.metadataLog.leader;
    this.#context.out.answer(origin, {
      api: "createTopics",
      topics: topics.map(({ asked, result }) => ({ topic: asked.topic, ...(result ?? DONE) })),
      controllerId,
    });
  }
}

function refused(errorCode: ErrorCode, errorMessage: string): TopicResult {
  return { errorCode, errorMessage };
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
