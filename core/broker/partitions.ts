import { NO_INDEX, NO_NODE } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type {
  ClusterMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicMetadata,
} from "../metadata/clusterMetadata.ts";
import type { Clock } from "./clock.ts";
import { LedPartition } from "./ledPartition.ts";
import type { Outbox } from "./outbox.ts";
import { ReplicaLog } from "./replicaLog.ts";

/** A partition that this broker copies from its leader. */
export interface FollowedPartition {
  readonly metadata: PartitionMetadata;
  readonly log: ReplicaLog;
}

/** Who runs the Raft groups of the partitions that have one. */
export interface RaftRoles {
  /** This node holds a replica of it, by this record of the metadata. */
  changed(metadata: PartitionMetadata, log: ReplicaLog): void;
  /** It holds none any more. */
  removed(key: PartitionKey): void;
}

const NOBODY: readonly NodeId[] = [];

/**
 * This broker's replicas and its role in each. Roles change only here, and only because a metadata
 * command was applied; nothing is worked out again on a tick.
 */
export class Partitions {
  readonly logs: Map<PartitionKey, ReplicaLog>;
  readonly #led = new Map<PartitionKey, LedPartition>();
  readonly #followed = new Map<NodeId, FollowedPartition[]>();
  readonly #forfeited = new Map<PartitionKey, PartitionMetadata>();
  readonly #known = new Map<PartitionKey, PartitionMetadata>();
  /** Something that a waiting request may wait for has happened. */
  hasNews = false;
  /** Logs that went since whoever keeps them on the disk took note. */
  readonly dropped: ReplicaLog[] = [];
  /** Set once there is somebody to run Raft groups of partitions. */
  raft: RaftRoles | null = null;
  readonly #self: NodeId;
  /** The last entry that an earlier life of this broker may have acted on. */
  readonly #recoveredIndex: Index;
  /** Tells this life of the broker from others. */
  readonly #incarnation: number;
  #isCaughtUp = false;
  /** False while this node's log still speaks of the disk before its own. */
  readonly #hasSay: () => boolean;
  readonly #clock: Clock;
  readonly #out: Outbox;

  constructor(
    self: NodeId,
    logs: Map<PartitionKey, ReplicaLog>,
    recoveredIndex: Index,
    hasSay: () => boolean,
    clock: Clock,
    out: Outbox,
  ) {
    this.#self = self;
    this.logs = logs;
    this.#recoveredIndex = recoveredIndex;
    this.#incarnation = clock.nowUs;
    this.#isCaughtUp = recoveredIndex === NO_INDEX;
    this.#hasSay = hasSay;
    this.#clock = clock;
    this.#out = out;
  }

  get led(): ReadonlyMap<PartitionKey, LedPartition> {
    return this.#led;
  }

  /** By the leader that they are copied from. */
  get followed(): ReadonlyMap<NodeId, readonly FollowedPartition[]> {
    return this.#followed;
  }

  /**
   * Partitions that this broker led when it went down and that nobody has taken over since. It has
   * forgotten which ISR changes it had proposed and how high its high watermark was, so it does not
   * go on with that epoch but asks for the next one (Kafka's broker epoch serves the same end,
   * KIP-841 and KIP-903).
   */
  get forfeited(): ReadonlyMap<PartitionKey, PartitionMetadata> {
    return this.#forfeited;
  }

  /** The first log record that a replica here still needs: there is no other copy of its batches. */
  get neededSequence(): number {
    let needed = Number.POSITIVE_INFINITY;
    for (const log of this.logs.values()) needed = Math.min(needed, log.neededSequence);
    return needed;
  }

  /**
   * A metadata command was applied that made `metadata` the partition's record: the entry at
   * `index`, or one of those that a snapshot stands for, which is null.
   */
  changed(metadata: PartitionMetadata, topic: TopicMetadata, index: Index | null): void {
    if (!this.#hasSay()) return;
    const key = partitionKey(metadata.topic, metadata.partition);
    const before = this.#known.get(key);
    this.#known.set(key, metadata);
    this.#tell(before, metadata);
    if (this.#isCaughtUp) this.#takeRole(key, before, metadata, topic, index);
  }

  /** Its topic was deleted. */
  removed({ topic, partition }: PartitionMetadata): void {
    const key = partitionKey(topic, partition);
    const before = this.#known.get(key);
    this.#known.delete(key);
    if (this.#isCaughtUp && this.logs.has(key)) this.#drop(key, before);
  }

  /**
   * Everything up to `index` is applied. Until that is all that an earlier life of this broker may
   * have applied, it takes no part in any partition: what it reads of its past says nothing of what
   * it has on its disk, which may be of later. It is all once the log's end of then is reached, or
   * once the registration of this life is applied, which must come after.
   */
  applied(metadata: ClusterMetadata, index: Index): void {
    if (this.#isCaughtUp) return;
    const isRegistered = metadata.nodes.get(this.#self)?.incarnation === this.#incarnation;
    if (index < this.#recoveredIndex && !isRegistered) return;
    this.#isCaughtUp = true;
    this.#dropStrays(metadata);
    if (!this.#hasSay()) return;
    for (const [key, partition] of metadata.partitions) {
      const topic = metadata.topics.get(partition.topic);
      if (topic !== undefined) this.#takeRole(key, undefined, partition, topic, null);
    }
  }

  /** Leaders of its partitions go by its configuration from now on. */
  configured({ topic, config }: TopicMetadata): void {
    for (const led of this.#led.values()) {
      if (led.log.topic !== topic) continue;
      const before = led.minInsyncReplicas;
      led.minInsyncReplicas = config.minInsyncReplicas;
      // The high watermark may have waited for that.
      if (led.minInsyncReplicas !== before) this.hasNews = true;
    }
  }

  /** Whether a command at `index` may have been applied by an earlier life of this broker. */
  isOfEarlierLife(index: Index): boolean {
    return !this.#isCaughtUp || index <= this.#recoveredIndex;
  }

  /** Logs of topics that were deleted, and of partitions that others keep now. */
  #dropStrays({ topics, partitions }: ClusterMetadata): void {
    for (const [key, log] of this.logs) {
      const isKept = partitions.get(key)?.replicas.includes(this.#self) ?? false;
      if (isKept && topics.get(log.topic)?.topicId === log.topicId) continue;
      this.#drop(key, undefined);
    }
  }

  #takeRole(
    key: PartitionKey,
    before: PartitionMetadata | undefined,
    metadata: PartitionMetadata,
    topic: TopicMetadata,
    index: Index | null,
  ): void {
    if (!metadata.replicas.includes(this.#self)) {
      if (this.logs.has(key)) this.#drop(key, before);
      return;
    }
    this.hasNews = true;
    const log = this.#log(key, metadata, topic.topicId);
    if (metadata.group > 0) this.raft?.changed(metadata, log);
    else if (before !== undefined && before.leaderEpoch === metadata.leaderEpoch) {
      this.#sameEpoch(key, before, metadata, log);
    } else {
      this.#newEpoch(key, before, metadata, log, topic, index);
    }
  }

  /** This node has no replica of it any more, and keeps nothing of it. */
  #drop(key: PartitionKey, before: PartitionMetadata | undefined): void {
    this.hasNews = true;
    this.#led.delete(key);
    this.#forfeited.delete(key);
    const log = this.logs.get(key);
    if (before !== undefined && log !== undefined) this.#unfollow(before.leader, log);
    this.raft?.removed(key);
    if (log === undefined) return;
    this.logs.delete(key);
    this.dropped.push(log);
  }

  #sameEpoch(
    key: PartitionKey,
    before: PartitionMetadata,
    metadata: PartitionMetadata,
    log: ReplicaLog,
  ): void {
    if (this.#forfeited.has(key)) this.#forfeited.set(key, metadata);
    this.#led.get(key)?.committed(metadata, this.#clock.nowUs);
    if (metadata.leader === this.#self) return;
    if (!before.replicas.includes(this.#self)) return this.#follow(metadata, log);
    const followed = this.#followed.get(metadata.leader);
    const at = followed?.findIndex((one) => one.log === log) ?? -1;
    if (at >= 0) followed![at] = { metadata, log };
  }

  #newEpoch(
    key: PartitionKey,
    before: PartitionMetadata | undefined,
    metadata: PartitionMetadata,
    log: ReplicaLog,
    topic: TopicMetadata,
    index: Index | null,
  ): void {
    const ledBefore = this.#led.get(key) ?? null;
    this.#led.delete(key);
    this.#forfeited.delete(key);
    if (before !== undefined) this.#unfollow(before.leader, log);
    if (metadata.leader !== this.#self) {
      this.#follow(metadata, log);
    } else if (this.#mayHaveLed(index) && metadata.replicas.length > 1) {
      this.#forfeited.set(key, metadata);
    } else {
      const { minInsyncReplicas } = topic.config;
      const { nowUs } = this.#clock;
      this.#led.set(key, new LedPartition(metadata, minInsyncReplicas, log, nowUs, ledBefore));
    }
  }

  /** Whether an earlier life of this broker may have applied that, and led. A snapshot hides it. */
  #mayHaveLed(index: Index | null): boolean {
    return index === null || this.isOfEarlierLife(index);
  }

  #follow(metadata: PartitionMetadata, log: ReplicaLog): void {
    if (metadata.leader === NO_NODE) return;
    const followed = this.#followed.get(metadata.leader);
    if (followed === undefined) this.#followed.set(metadata.leader, [{ metadata, log }]);
    else followed.push({ metadata, log });
  }

  #unfollow(leader: NodeId, log: ReplicaLog): void {
    const followed = this.#followed.get(leader);
    if (followed === undefined) return;
    const rest = followed.filter((one) => one.log !== log);
    if (rest.length === 0) this.#followed.delete(leader);
    else this.#followed.set(leader, rest);
  }

  /** What is there under that name may be of a topic that a snapshot tells nothing of any more. */
  #log(key: PartitionKey, { topic, partition }: PartitionMetadata, topicId: string): ReplicaLog {
    let log = this.logs.get(key);
    if (log !== undefined && log.topicId !== topicId) {
      this.#drop(key, undefined);
      log = undefined;
    }
    if (log === undefined) {
      log = new ReplicaLog(topic, partition, topicId);
      this.logs.set(key, log);
    }
    return log;
  }

  #tell(before: PartitionMetadata | undefined, after: PartitionMetadata): void {
    if (!this.#out.wantsEvents) return;
    const { topic, partition, leaderEpoch } = after;
    if (before?.leaderEpoch !== leaderEpoch) {
      const from = before?.leader ?? NO_NODE;
      const to = after.leader;
      this.#out.event({ kind: "partitionLeaderChanged", topic, partition, from, to, leaderEpoch });
    }
    const from = before?.isr ?? NOBODY;
    if (from.join() !== after.isr.join()) {
      this.#out.event({ kind: "isrChanged", topic, partition, from, to: after.isr });
    }
  }
}
