import { assert } from "../base/assert.ts";
import type { NodeId, Offset } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import { ErrorCode, NO_TOPIC_ID, readBatchHeader, splitBatches } from "../wire/index.ts";
import type { FetchPartition, FetchPartitionResponse, FetchResponse } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { FollowedPartition } from "./partitions.ts";
import { appendToReplica, truncateReplica } from "./replica.ts";
import { storedBatch } from "./replicaLog.ts";
import type { ReplicaLog } from "./replicaLog.ts";

/** What a follower has under way with one leader. */
interface Conversation {
  /** Null while nothing is asked. */
  asked: { readonly correlationId: number; readonly partitions: readonly FetchPartition[] } | null;
  /** Until then an answer is waited for, or, with nothing asked, the back-off lasts. */
  untilUs: number;
}

/** Of one answer (replica.fetch.response.max.bytes). */
const FETCH_RESPONSE_BYTES_MAX = 10_485_760;

/**
 * A follower's side of replication: it pulls. One fetch at a time to each leader, for all of its
 * partitions at once. A fetch offset acknowledges everything below it, so the next fetch waits
 * until what the last one brought is durable here.
 */
export class ReplicaFetcher {
  readonly #context: BrokerContext;
  readonly #conversations = new Map<NodeId, Conversation>();

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  /**
   * Asks every leader that is not asked already, as soon as there is nothing left to store, in the
   * name of this life of the broker.
   */
  run(brokerEpoch: number): void {
    const { nowUs } = this.#context.clock;
    for (const [leader, followed] of this.#context.partitions.followed) {
      const conversation = this.#with(leader);
      if (nowUs < conversation.untilUs || !followed.every(isDurable)) continue;
      if (conversation.asked !== null) this.#giveUp(conversation);
      else this.#ask(leader, followed, conversation, brokerEpoch);
    }
  }

  answered(leader: NodeId, correlationId: number, response: FetchResponse): void {
    const conversation = this.#conversations.get(leader);
    const asked = conversation?.asked;
    // An answer to a fetch that was given up comes too late.
    if (!conversation || asked?.correlationId !== correlationId) return;
    conversation.asked = null;
    conversation.untilUs = this.#context.clock.nowUs;
    for (const [at, answer] of response.partitions.entries()) {
      const question = asked.partitions[at];
      if (question === undefined || !isAbout(answer, question)) continue;
      const followed = this.#stillFollowed(leader, question);
      if (followed === null) continue;
      if (answer.errorCode !== ErrorCode.NONE) this.#backOff(conversation);
      else this.#take(followed.log, answer);
    }
  }

  #ask(
    leader: NodeId,
    followed: readonly FollowedPartition[],
    conversation: Conversation,
    replicaEpoch: number,
  ): void {
    const { config, clock, out } = this.#context;
    const partitions = followed.map(({ metadata, log }): FetchPartition => {
      return {
        topic: log.topic,
        topicId: NO_TOPIC_ID,
        partition: log.partition,
        fetchOffset: log.logEndOffset,
        currentLeaderEpoch: metadata.leaderEpoch,
        lastFetchedEpoch: log.lastEpoch,
        maxBytes: config.fetchMaxBytes,
      };
    });
    const correlationId = out.sendRequest(leader, {
      api: "fetch",
      replicaId: config.id,
      replicaEpoch,
      maxWaitMs: config.fetchMaxWaitMs,
      minBytes: 1,
      maxBytes: FETCH_RESPONSE_BYTES_MAX,
      partitions,
    });
    conversation.asked = { correlationId, partitions };
    conversation.untilUs = clock.nowUs + config.fetchTimeoutUs;
  }

  /** The question or its answer was lost, or the leader is dead; who knows. */
  #giveUp(conversation: Conversation): void {
    conversation.asked = null;
    this.#backOff(conversation);
  }

  #backOff(conversation: Conversation): void {
    const { clock, config } = this.#context;
    conversation.untilUs = clock.nowUs + config.fetchBackoffUs;
  }

  #take(log: ReplicaLog, answer: FetchPartitionResponse): void {
    if (answer.divergingEpoch !== null) {
      this.#truncate(log, answer.divergingEpoch);
      return;
    }
    // Only now is this log known to agree with the leader's up to its end.
    this.#append(log, answer.records);
    this.#learnHighWatermark(log, answer.highWatermark);
  }

  /**
   * The leader has no such epoch, or a shorter one. Both logs agree at most up to the lower of the
   * two ends of the latest epoch that both have; never is the high watermark the measure (KIP-101,
   * KIP-279). If this log lacks the leader's epoch too, the next fetch asks about an older one.
   */
  #truncate(
    log: ReplicaLog,
    diverging: NonNullable<FetchPartitionResponse["divergingEpoch"]>,
  ): void {
    const ours = log.endOfEpoch(diverging.epoch);
    const isShared = ours.epoch === diverging.epoch;
    const to =
      isShared && diverging.endOffset < ours.endOffset ? diverging.endOffset : ours.endOffset;
    if (to >= log.logEndOffset) return;
    // A leader from outside the ISR may lack what was committed: the topic has agreed to that.
    const config = this.#context.state.metadata.topics.get(log.topic)?.config;
    truncateReplica(this.#context, log, to, config?.uncleanLeaderElection ?? false);
  }

  /** The leader's bytes, unchanged: offsets and epochs are already in them. */
  #append(log: ReplicaLog, records: Uint8Array): void {
    if (records.length === 0) return;
    const split = splitBatches(records);
    assert(split.ok, "a leader sends whole batches");
    for (const bytes of split.batches) {
      const header = readBatchHeader(bytes);
      assert(header !== null, "a batch has a whole header");
      appendToReplica(this.#context, log, storedBatch(header, bytes), false);
    }
  }

  #learnHighWatermark(log: ReplicaLog, leaders: Offset): void {
    const { out } = this.#context;
    const { topic, partition, highWatermark: from, logEndOffset } = log;
    const to = leaders < logEndOffset ? leaders : logEndOffset;
    if (!log.raiseHighWatermark(to) || !out.wantsEvents) return;
    out.event({ kind: "highWatermarkAdvanced", topic, partition, from, to, asLeader: false });
  }

  /** Null if leader, epoch or log have changed since the question was asked. */
  #stillFollowed(leader: NodeId, question: FetchPartition): FollowedPartition | null {
    const key = partitionKey(question.topic, question.partition);
    const followed = this.#context.partitions.followed.get(leader);
    const one = followed?.find(({ log }) => log.key === key);
    if (one?.metadata.leaderEpoch !== question.currentLeaderEpoch) return null;
    return one.log.logEndOffset === question.fetchOffset ? one : null;
  }

  #with(leader: NodeId): Conversation {
    let conversation = this.#conversations.get(leader);
    if (conversation === undefined) {
      conversation = { asked: null, untilUs: 0 };
      this.#conversations.set(leader, conversation);
    }
    return conversation;
  }
}

function isDurable({ log }: FollowedPartition): boolean {
  return log.durableEndOffset === log.logEndOffset;
}

function isAbout(answer: FetchPartitionResponse, question: FetchPartition): boolean {
  return answer.topic === question.topic && answer.partition === question.partition;
}
