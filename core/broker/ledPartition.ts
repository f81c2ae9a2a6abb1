import { offset } from "../base/ids.ts";
import type { LeaderEpoch, NodeId, Offset } from "../base/ids.ts";
import type { PartitionKey, PartitionMetadata } from "../metadata/clusterMetadata.ts";
import type { ReplicaLog } from "./replicaLog.ts";

/** What a partition's leader knows of one follower, from that follower's fetches alone. */
export interface FollowerProgress {
  /** Everything below is durable there; 0 until its first fetch. */
  logEndOffset: Offset;
  /** The last time at which it is known to have had all that the leader had. */
  caughtUpAtUs: number;
  /** When it fetched last, and how much the leader had to offer then. */
  fetchedAtUs: number;
  leaderEndOffsetAtFetch: Offset;
}

/** An ISR that this leader has proposed and that is neither committed nor overtaken yet. */
export interface ProposedIsr {
  readonly isr: readonly NodeId[];
  readonly proposedAtUs: number;
}

/**
 * A partition while this broker leads it, in one leader epoch. A new epoch makes a new one, and so
 * does a restart: a broker never goes on leading an epoch whose proposals it has forgotten.
 */
export class LedPartition {
  readonly key: PartitionKey;
  readonly log: ReplicaLog;
  readonly leaderEpoch: LeaderEpoch;
  /** Log end when the epoch began. Below it, this leader's high watermark may be behind. */
  readonly epochStartOffset: Offset;
  /** Below so many in-sync replicas acks=all is refused; never more than there are replicas. */
  readonly minInsyncReplicas: number;
  readonly followers: ReadonlyMap<NodeId, FollowerProgress>;
  #metadata: PartitionMetadata;
  #proposals: ProposedIsr[] = [];

  constructor(
    metadata: PartitionMetadata,
    minInsyncReplicas: number,
    log: ReplicaLog,
    nowUs: number,
  ) {
    this.key = log.key;
    this.log = log;
    this.leaderEpoch = metadata.leaderEpoch;
    this.epochStartOffset = log.logEndOffset;
    this.minInsyncReplicas = Math.min(minInsyncReplicas, metadata.replicas.length);
    this.#metadata = metadata;
    const followers = new Map<NodeId, FollowerProgress>();
    for (const replica of metadata.replicas) {
      if (replica === metadata.leader) continue;
      // Nobody can have fallen behind a leader that has only just begun.
      followers.set(replica, {
        logEndOffset: offset(0),
        caughtUpAtUs: nowUs,
        fetchedAtUs: nowUs,
        leaderEndOffsetAtFetch: offset(0),
      });
    }
    this.followers = followers;
  }

  /** The committed record of this partition, as this broker has applied it. */
  get metadata(): PartitionMetadata {
    return this.#metadata;
  }

  /** Proposals that may still be committed on top of `metadata`, oldest first. */
  get proposals(): readonly ProposedIsr[] {
    return this.#proposals;
  }

  /** A change was committed. Older proposals name an older partition epoch: they are void. */
  committed(metadata: PartitionMetadata): void {
    this.#metadata = metadata;
    this.#proposals = [];
  }

  proposed(isr: readonly NodeId[], nowUs: number): void {
    this.#proposals.push({ isr, proposedAtUs: nowUs });
  }

  /**
   * True if `replica` is in the ISR, or in one that was proposed and may be committed without this
   * leader knowing it yet: the maximal ISR (KIP-497), which the high watermark waits for.
   */
  isInMaximalIsr(replica: NodeId): boolean {
    if (this.#metadata.isr.includes(replica)) return true;
    return this.#proposals.some(({ isr }) => isr.includes(replica));
  }

  get isUnderMinIsr(): boolean {
    return this.#metadata.isr.length < this.minInsyncReplicas;
  }

  /** False while a new leader may not know yet what earlier leaders have shown to consumers. */
  get isHighWatermarkKnown(): boolean {
    return this.log.highWatermark >= this.epochStartOffset;
  }
}
