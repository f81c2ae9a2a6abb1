import { isAlive, isTopicName, NO_TOPIC_ID, partitionKey } from "../metadata/index.ts";
import type { ClusterMetadata } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { CreatableTopic, CreateTopicsRequest, CreateTopicsResponse } from "../wire/index.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import {
  alreadyExists,
  defaultTopic,
  PARTITIONS_MAX,
  quoted,
  readCreatableTopic,
} from "./creatableTopic.ts";
import type { TopicRefused, TopicSpec } from "./creatableTopic.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";

/** A createTopics request that waits until its topics are committed, partitions and all. */
interface PendingCreate {
  readonly origin: Origin;
  readonly deadlineUs: number;
  readonly validateOnly: boolean;
  readonly topics: readonly PendingTopic[];
  /** Of the topics that were proposed, all together. */
  partitionCount: number;
}

interface PendingTopic {
  readonly asked: CreatableTopic;
  /** Another topic of the same request has its name. */
  readonly isTwin: boolean;
  made: TopicMade | null;
  result: TopicResult | null;
}

/** What was proposed. */
interface TopicMade {
  readonly spec: TopicSpec;
  readonly topicId: string;
  /** The partitions before this one are known to have got a leader. */
  nextPartition: number;
}

type TopicResult = CreateTopicsResponse["topics"][number];

/** Topics are made through the metadata log; the controller then assigns their partitions. */
export class Topics {
  readonly #context: ControllerContext;
  readonly #controller: Controller;
  readonly #proposer: Proposer;
  #pending: PendingCreate[] = [];
  /** Names that were proposed and that no answer has spoken of yet. */
  readonly #inTheMaking = new Set<string>();

  constructor(context: ControllerContext, controller: Controller) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#controller = controller;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
  }

  /** Answered by the controller alone, once each topic has a leader for every partition. */
  handle(origin: Origin, { topics, timeoutMs, validateOnly }: CreateTopicsRequest): void {
    const deadlineUs = this.#context.clock.nowUs + timeoutMs * 1_000;
    const counts = new Map<string, number>();
    for (const { topic } of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
    const pending = topics.map((asked): PendingTopic => {
      const isTwin = counts.get(asked.topic) !== 1;
      return { asked, isTwin, made: null, result: null };
    });
    this.#pending.push({ origin, deadlineUs, validateOnly, topics: pending, partitionCount: 0 });
  }

  /** A client named a topic that is not there, and topics may be made for that. Asked again at will. */
  requestTopic(topic: string): void {
    this.#request(topic, this.#context.config.defaultPartitions);
  }

  /** The cluster needs a topic of its own. Asked again at will. */
  requestInternalTopic(topic: string, partitionCount: number): void {
    this.#request(topic, partitionCount);
  }

  /** Goes on with every request, as far as what is committed by now allows. */
  settle(): void {
    if (this.#pending.length === 0) return;
    this.#pending = this.#pending.filter((pending) => {
      for (const topic of pending.topics) {
        if (topic.result !== null) continue;
        topic.result = this.#goOn(topic, pending);
        if (topic.result !== null && topic.made !== null)
          this.#inTheMaking.delete(topic.asked.topic);
      }
      const results = pending.topics.flatMap(({ result }) => result ?? []);
      if (results.length < pending.topics.length) return true;
      this.#context.out.answer(pending.origin, { api: "createTopics", topics: results });
      return false;
    });
  }

  #goOn(topic: PendingTopic, pending: PendingCreate): TopicResult | null {
    const { metadataLog, clock, config, state } = this.#context;
    const { asked } = topic;
    if (metadataLog.leader !== config.id) {
      return refused(asked, ErrorCode.NOT_CONTROLLER, "This broker is not the controller.");
    }
    // A controller that has just begun does not know all members yet.
    if (this.#controller.isReady) {
      const result =
        topic.made === null
          ? this.#begin(topic, state.metadata, pending)
          : outcome(topic.made, state.metadata);
      if (result !== null) return result;
    }
    if (clock.nowUs < pending.deadlineUs) return null;
    return refused(asked, ErrorCode.REQUEST_TIMED_OUT, obstacle(topic.made, state.metadata));
  }

  #begin(
    topic: PendingTopic,
    metadata: ClusterMetadata,
    pending: PendingCreate,
  ): TopicResult | null {
    const { asked } = topic;
    if (topic.isTwin) {
      const message = `Topic ${quoted(asked.topic)} is in this request twice.`;
      return refused(asked, ErrorCode.INVALID_REQUEST, message);
    }
    const spec = this.#inTheMaking.has(asked.topic)
      ? alreadyExists(asked.topic)
      : readCreatableTopic(asked, metadata, this.#context.config);
    if ("errorCode" in spec) return refused(asked, spec.errorCode, spec.errorMessage);
    const { partitionCount } = spec;
    if (pending.partitionCount + partitionCount > PARTITIONS_MAX) {
      const message = `One request makes at most ${PARTITIONS_MAX} partitions.`;
      return refused(asked, ErrorCode.INVALID_PARTITIONS, message);
    }
    if (pending.validateOnly) {
      pending.partitionCount += partitionCount;
      return made(spec, NO_TOPIC_ID);
    }
    const topicId = this.#drawTopicId();
    const isOnItsWay = this.#context.metadataLog.propose({ kind: "createTopic", ...spec, topicId });
    if (!isOnItsWay) return null;
    pending.partitionCount += partitionCount;
    topic.made = { spec, topicId, nextPartition: 0 };
    this.#inTheMaking.add(asked.topic);
    return null;
  }

  /**
   * Any broker may propose a topic with the defaults; it is the controller that assigns it. Not
   * before all founders are known: the topic would keep too few replicas for ever.
   */
  #request(topic: string, partitionCount: number): void {
    const { state, metadataLog, config } = this.#context;
    const { metadata } = state;
    if (!isTopicName(topic) || metadata.topics.has(topic)) return;
    if (metadata.nodes.size === 0 || !config.peers.every((id) => metadata.nodes.has(id))) return;
    this.#proposer.attempt(`topic ${topic}`, () => {
      const spec = defaultTopic(topic, partitionCount, metadata, config);
      const topicId = this.#drawTopicId();
      return metadataLog.propose({ kind: "createTopic", ...spec, topicId });
    });
  }

  /** 128 random bits, as 32 hex digits (KIP-516). */
  #drawTopicId(): string {
    const { random } = this.#context.config;
    let topicId = "";
    while (topicId.length < NO_TOPIC_ID.length) {
      topicId += random(0x10000).toString(16).padStart(4, "0");
    }
    return topicId;
  }
}

/** Done when every partition has a leader; null before. */
function outcome(topic: TopicMade, metadata: ClusterMetadata): TopicResult | null {
  const { spec, topicId } = topic;
  const known = metadata.topics.get(spec.topic);
  if (known === undefined) return null;
  // Somebody else's command of the same name was first.
  if (known.topicId !== topicId) {
    const { errorCode, errorMessage } = alreadyExists(spec.topic);
    return refused(spec, errorCode, errorMessage);
  }
  for (; topic.nextPartition < spec.partitionCount; topic.nextPartition++) {
    const of = metadata.partitions.get(partitionKey(spec.topic, topic.nextPartition));
    if (of === undefined || !isAlive(metadata, of.leader)) return null;
  }
  return made(spec, topicId);
}

/** What a request was waiting for when its time was over, as Kafka does: the topic may still come. */
function obstacle(topic: TopicMade | null, { topics }: ClusterMetadata): string {
  if (topic === null) return "The controller is not ready yet.";
  const { spec, nextPartition } = topic;
  if (!topics.has(spec.topic)) return `Topic ${spec.topic} is not committed yet.`;
  return `Topic ${spec.topic} exists, but its partition ${nextPartition} has no leader yet.`;
}

function made(
  { topic, partitionCount, replicationFactor }: TopicSpec,
  topicId: string,
): TopicResult {
  const errorCode = ErrorCode.NONE;
  return { topic, topicId, errorCode, errorMessage: null, partitionCount, replicationFactor };
}

function refused(
  { topic }: { readonly topic: string },
  errorCode: ErrorCode,
  errorMessage: TopicRefused["errorMessage"],
): TopicResult {
  const counts = { partitionCount: -1, replicationFactor: -1 };
  return { topic, topicId: NO_TOPIC_ID, errorCode, errorMessage, ...counts };
}
