import { nodeId } from "../../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../../base/ids.ts";
import { partitionKey } from "../../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../../metadata/clusterMetadata.ts";
import { ErrorCode, NO_TOPIC_ID } from "../../wire/index.ts";
import type { CurrentLeader, MetadataResponse } from "../../wire/index.ts";
import type { RunOptions } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import type { Attempt, Requests } from "./requests.ts";

interface KnownLeader {
  readonly node: NodeId;
  /** -1 where the version does not say. */
  readonly leaderEpoch: LeaderEpoch | -1;
}

/** The answers after which a client asks anew who leads (Kafka: InvalidMetadataException). */
const STALE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.UNKNOWN_LEADER_EPOCH,
  ErrorCode.UNKNOWN_TOPIC_ID,
]);

export function isStaleMetadata(errorCode: ErrorCode): boolean {
  return STALE.has(errorCode);
}

/**
 * Who leads what, as far as a client was told. It may be wrong, and is asked for anew when a broker
 * says so. One node after the other is asked: whoever did not help is not asked before all others.
 */
export class MetadataCache {
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #requests: Requests;
  readonly #leaders = new Map<PartitionKey, KnownLeader>();
  readonly #partitionCounts = new Map<string, number>();
  readonly #topicIds = new Map<string, string>();
  readonly #topics = new Map<string, string>();
  #brokers: readonly NodeId[];
  #controller: NodeId | null = null;
  #lastAsked = -1;
  /** Topics that somebody of this client works with. */
  readonly #wanted = new Set<string>();
  /** Called when the refresh under way is over, whether it brought anything or not. */
  #onRefreshed: (() => void)[] = [];
  #isRefreshing = false;
  #mayRefreshAtUs = 0;

  constructor(options: RunOptions, host: ClientHost, requests: Requests) {
    this.#options = options;
    this.#host = host;
    this.#requests = requests;
    this.#brokers = Array.from({ length: options.nodeCount }, (_, i) => nodeId(i + 1));
  }

  leaderOf(topic: string, partition: number): KnownLeader | undefined {
    return this.#leaders.get(partitionKey(topic, partition));
  }

  /** 0 when the topic is not known. */
  partitionCount(topic: string): number {
    return this.#partitionCounts.get(topic) ?? 0;
  }

  topicId(topic: string): string {
    return this.#topicIds.get(topic) ?? NO_TOPIC_ID;
  }

  /** Of an answer that names the topic by its id; "" if that is unknown. */
  topicOf(answer: { readonly topic: string; readonly topicId: string }): string {
    return answer.topic === "" ? (this.#topics.get(answer.topicId) ?? "") : answer.topic;
  }

  get controller(): NodeId | null {
    return this.#controller;
  }

  learnController(node: NodeId): void {
    this.#controller = node;
  }

  forgetController(): void {
    this.#controller = null;
  }

  forgetLeader(topic: string, partition: number): void {
    this.#leaders.delete(partitionKey(topic, partition));
  }

  /** It is gone, or another one has its name now. */
  forgetTopic(topic: string): void {
    this.#partitionCounts.delete(topic);
    const id = this.#topicIds.get(topic);
    if (id !== undefined) this.#topics.delete(id);
    this.#topicIds.delete(topic);
    for (const key of this.#leaders.keys()) {
      if (key.slice(0, key.lastIndexOf("-")) === topic) this.#leaders.delete(key);
    }
  }

  /** The node does not answer: nothing is known of what it is said to lead. */
  forgetNode(node: NodeId): void {
    if (this.#controller === node) this.#controller = null;
    for (const [key, leader] of this.#leaders) if (leader.node === node) this.#leaders.delete(key);
  }

  /** KIP-951: a refusal that says who leads saves a refresh. True if it told anything new. */
  learnLeader(topic: string, partition: number, hint: CurrentLeader | null): boolean {
    if (hint === null || hint.leaderId <= 0) return false;
    const known = this.leaderOf(topic, partition);
    if (known !== undefined && hint.leaderEpoch <= known.leaderEpoch) return false;
    const { leaderId: node, leaderEpoch } = hint;
    this.#leaders.set(partitionKey(topic, partition), { node, leaderEpoch });
    return true;
  }

  /** Whoever comes next: a node that may know more than the last one. */
  nextNode(): NodeId {
    this.#lastAsked = (this.#lastAsked + 1) % this.#brokers.length;
    return this.#brokers[this.#lastAsked] ?? nodeId(1);
  }

  /** From now on every refresh asks for these, too. */
  want(topics: readonly string[]): void {
    for (const topic of topics) this.#wanted.add(topic);
  }

  /**
   * Asks for what is known of `topic`, of all topics before, and of the controller; `then` is called
   * when that is over. One request at a time, and none sooner than the back-off after the last.
   */
  refresh(topic: string | null, then: () => void, part?: Attempt): void {
    if (topic !== null) this.#wanted.add(topic);
    this.#onRefreshed.push(then);
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const waitUs = this.#mayRefreshAtUs - this.#host.nowUs;
    if (waitUs <= 0) return this.#ask(part);
    this.#host.startTimer(waitUs, () => {
      this.#ask(part);
      return true;
    });
  }

  #ask(part?: Attempt): void {
    const topics = [...this.#wanted].map((topic) => ({ topic, topicId: NO_TOPIC_ID }));
    const { autoCreateTopics: allowAutoTopicCreation } = this.#options;
    const request = { api: "metadata", topics, allowAutoTopicCreation } as const;
    const node = this.nextNode();
    this.#mayRefreshAtUs = this.#host.nowUs + this.#options.clientRetryBackoffUs;
    const onReply: Parameters<Requests["ask"]>[3] = (reply) => {
      this.#isRefreshing = false;
      const isAnswer = reply.kind === "answered" && reply.response.api === "metadata";
      if (isAnswer && reply.response.api === "metadata") this.#learn(reply.response);
      else this.forgetNode(node);
      const callbacks = this.#onRefreshed;
      this.#onRefreshed = [];
      for (const callback of callbacks) callback();
    };
    this.#requests.ask(node, request, { kind: "metadata" }, onReply, part);
  }

  #learn({ brokers, controllerId, topics }: MetadataResponse): void {
    if (brokers.length > 0) {
      this.#brokers = brokers.map((broker) => broker.nodeId).sort((a, b) => a - b);
    }
    this.#controller = controllerId > 0 ? nodeId(controllerId) : null;
    for (const { topic, topicId, errorCode, partitions } of topics) {
      if (topic === null) continue;
      if (errorCode !== ErrorCode.NONE) {
        this.forgetTopic(topic);
        continue;
      }
      const before = this.#topicIds.get(topic);
      if (before !== undefined && before !== topicId) this.forgetTopic(topic);
      this.#topicIds.set(topic, topicId);
      this.#topics.set(topicId, topic);
      this.#partitionCounts.set(topic, partitions.length);
      for (const { partition, leaderId, leaderEpoch } of partitions) {
        const key = partitionKey(topic, partition);
        const known = this.#leaders.get(key);
        // A broker that lags behind must not take the client back to an older leader (KIP-320).
        const isOlder =
          known !== undefined && leaderEpoch !== -1 && leaderEpoch < known.leaderEpoch;
        if (isOlder) continue;
        if (leaderId > 0) this.#leaders.set(key, { node: nodeId(leaderId), leaderEpoch });
        else this.#leaders.delete(key);
      }
    }
  }
}
