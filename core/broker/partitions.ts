import { NO_NODE } from "../base/ids.ts";
import type { Index, NodeId } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey, PartitionMetadata } from "../metadata/clusterMetadata.ts";
import type { TopicConfig } from "../metadata/command.ts";
import type { Clock } from "./clock.ts";
import { LedPartition } from "./ledPartition.ts";
import type { Outbox } from "./outbox.ts";
import { ReplicaLog } from "./replicaLog.ts";

/** A partition that this broker copies from its leader. */
export interface FollowedPartition {
  readonly metadata: PartitionMetadata;
  readonly log: ReplicaLog;
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
  readonly #self: NodeId;
  /** The last entry that an earlier life of this broker may have acted on. */
  readonly #recoveredIndex: Index;
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
    for (const { batches } of this.logs.values()) {
      const first = batches[0];
      if (first !== undefined && first.sequence < needed) needed = first.sequence;
    }
    return needed;
  }

  /**
   * A metadata command was applied that made `metadata` the partition's record: the entry at
   * `index`, or one of those that a snapshot stands for, which is null.
   */
  changed(metadata: PartitionMetadata, config: TopicConfig, index: Index | null): void {
    if (!this.#hasSay()) return;
    const key = partitionKey(metadata.topic, metadata.partition);
    const before = this.#known.get(key);
    this.#known.set(key, metadata);
    this.#tell(before, metadata);
    if (!metadata.replicas.includes(this.#self)) return;
    this.hasNews = true;
    const log = this.#log(key, metadata);
    if (before !== undefined && before.leaderEpoch === metadata.leaderEpoch) {
      this.#sameEpoch(key, metadata, log);
    } else {
      this.#newEpoch(key, before, metadata, log, config, index);
    }
  }

  #sameEpoch(key: PartitionKey, metadata: PartitionMetadata, log: ReplicaLog): void {
    if (this.#forfeited.has(key)) this.#forfeited.set(key, metadata);
    this.#led.get(key)?.committed(metadata);
    if (metadata.leader === this.#self) return;
    const followed = this.#followed.get(metadata.leader);
    const at = followed?.findIndex((one) => one.log === log) ?? -1;
    if (at >= 0) followed![at] = { metadata, log };
  }

  #newEpoch(
    key: PartitionKey,
    before: PartitionMetadata | undefined,
    metadata: PartitionMetadata,
    log: ReplicaLog,
    config: TopicConfig,
    index: Index | null,
  ): void {
    this.#led.delete(key);
    this.#forfeited.delete(key);
    if (before !== undefined) this.#unfollow(before.leader, log);
    if (metadata.leader !== this.#self) {
      this.#follow(metadata, log);
    } else if (this.#mayHaveLed(index) && metadata.replicas.length > 1) {
      this.#forfeited.set(key, metadata);
    } else {
      const { minInsyncReplicas } = config;
      this.#led.set(key, new LedPartition(metadata, minInsyncReplicas, log, this.#clock.nowUs));
    }
  }

  /** Whether an earlier life of this broker may have applied that, and led. A snapshot hides it. */
  #mayHaveLed(index: Index | null): boolean {
    return index === null || index <= this.#recoveredIndex;
  }

  #follow(metadata: PartitionMetadata, log: ReplicaLog): void {
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

  #log(key: PartitionKey, metadata: PartitionMetadata): ReplicaLog {
    let log = this.logs.get(key);
    if (log === undefined) {
      log = new ReplicaLog(metadata.topic, metadata.partition);
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
