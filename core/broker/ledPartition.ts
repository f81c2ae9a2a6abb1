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
  /** Which life of that broker has fetched last (KIP-903); 0 before its first fetch. */
  brokerEpoch: number;
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
  /** Since then this broker has led without a break, so that nothing of its log was cut. */
  readonly leadsSinceEpoch: LeaderEpoch;
  /** Log end when that began. Below it, this leader's high watermark may be behind. */
  readonly epochStartOffset: Offset;
  #minInsyncReplicas = 0;
  readonly #followers = new Map<NodeId, FollowerProgress>();
  #metadata: PartitionMetadata;
  #proposals: ProposedIsr[] = [];

  /** `before`: the same partition in the epoch before, if this broker led it then too. */
  constructor(
    metadata: PartitionMetadata,
    minInsyncReplicas: number,
    log: ReplicaLog,
    nowUs: number,
    before: LedPartition | null = null,
  ) {
    this.key = log.key;
    this.log = log;
    this.leaderEpoch = metadata.leaderEpoch;
    this.leadsSinceEpoch = before?.leadsSinceEpoch ?? metadata.leaderEpoch;
    this.epochStartOffset = before?.epochStartOffset ?? log.logEndOffset;
    this.#metadata = metadata;
    this.minInsyncReplicas = minInsyncReplicas;
    this.#meetFollowers(nowUs);
  }

  get followers(): ReadonlyMap<NodeId, FollowerProgress> {
    return this.#followers;
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
  committed(metadata: PartitionMetadata, nowUs: number): void {
    const isSameReplicas = this.#metadata.replicas === metadata.replicas;
    this.#metadata = metadata;
    this.#proposals = [];
    if (!isSameReplicas) this.#meetFollowers(nowUs);
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

  /** Below so many in-sync replicas acks=all is refused; never more than there are replicas. */
  get minInsyncReplicas(): number {
    return Math.min(this.#minInsyncReplicas, this.#metadata.replicas.length);
  }

  set minInsyncReplicas(configured: number) {
    this.#minInsyncReplicas = configured;
  }

  get isUnderMinIsr(): boolean {
    return this.#metadata.isr.length < this.minInsyncReplicas;
  }

  /** False while a new leader may not know yet what earlier leaders have shown to consumers. */
  get isHighWatermarkKnown(): boolean {
    return this.log.highWatermark >= this.epochStartOffset;
  }

  /** A reassignment brings new followers, and takes others away. */
  #meetFollowers(nowUs: number): void {
    const { replicas, leader, isr } = this.#metadata;
    for (const known of this.#followers.keys()) {
      if (!replicas.includes(known)) this.#followers.delete(known);
    }
    for (const replica of replicas) {
      if (replica === leader || this.#followers.has(replica)) continue;
      // Nobody of the ISR can have fallen behind a leader that has only just begun.
      const caughtUpAtUs = isr.includes(replica) ? nowUs : Number.NEGATIVE_INFINITY;
      this.#followers.set(replica, {
        logEndOffset: offset(0),
        caughtUpAtUs,
        fetchedAtUs: nowUs,
        leaderEndOffsetAtFetch: offset(0),
        brokerEpoch: 0,
      });
    }
  }
}
