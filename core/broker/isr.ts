import type { NodeId, Offset } from "../base/ids.ts";
import type { BrokerContext } from "./context.ts";
import { mayJoinIsr, raiseHighWatermark } from "./highWatermark.ts";
import type { FollowerProgress, LedPartition } from "./ledPartition.ts";

/**
 * The leader's side of the in-sync replicas: who has kept up, who leaves, who returns. A change is
 * a proposed `updateIsr` with both epochs (KIP-497), never an edit of this broker's own.
 */
export class IsrKeeper {
  readonly #context: BrokerContext;

  constructor(context: BrokerContext) {
    this.#context = context;
  }

  /** A follower's fetch offset says that everything below it is durable there. */
  followerFetched(
    led: LedPartition,
    replica: NodeId,
    fetchOffset: Offset,
    brokerEpoch: number,
  ): void {
    const progress = led.followers.get(replica);
    if (progress === undefined) return;
    progress.brokerEpoch = brokerEpoch;
    this.#noteProgress(led, progress, fetchOffset);
    raiseHighWatermark(this.#context, led);
    this.#expand(led, replica, progress);
  }

  tick(): void {
    for (const led of this.#context.partitions.led.values()) this.#shrink(led);
  }

  /**
   * A follower was caught up when it asks from the leader's end on; or, if the leader has grown
   * meanwhile, when it has reached what was the end at its last fetch (Kafka: Replica).
   */
  #noteProgress(led: LedPartition, progress: FollowerProgress, fetchOffset: Offset): void {
    const { nowUs } = this.#context.clock;
    const leaderEnd = led.log.durableEndOffset;
    if (fetchOffset >= leaderEnd) progress.caughtUpAtUs = nowUs;
    else if (fetchOffset >= progress.leaderEndOffsetAtFetch) {
      progress.caughtUpAtUs = Math.max(progress.caughtUpAtUs, progress.fetchedAtUs);
    }
    progress.logEndOffset = fetchOffset;
    progress.fetchedAtUs = nowUs;
    progress.leaderEndOffsetAtFetch = leaderEnd;
  }

  /** Whoever has been behind for longer than replica.lag.time.max.ms is out of sync. */
  #shrink(led: LedPartition): void {
    const { isr, leader } = led.metadata;
    if (isr.length === 1 || this.#isChangeInFlight(led)) return;
    let lagging: NodeId[] | null = null;
    for (const [replica, progress] of led.followers) {
      if (isr.includes(replica) && this.#isLagging(led, progress)) (lagging ??= []).push(replica);
    }
    if (lagging === null) return;
    const names = lagging.map((replica) => `n${replica}`);
    const rest = isr.filter((replica) => replica === leader || !lagging.includes(replica));
    this.#propose(led, rest, `${names.join(" and ")} fell behind for too long`);
  }

  /**
   * A follower returns once it has everything that is committed and everything from before this
   * leader's epoch (Kafka: isFollowerInSync). It has just fetched, so it is alive.
   */
  #expand(led: LedPartition, replica: NodeId, progress: FollowerProgress): void {
    const { isr, replicas } = led.metadata;
    const { logEndOffset, brokerEpoch } = progress;
    if (isr.includes(replica) || this.#isChangeInFlight(led)) return;
    if (!mayJoinIsr(this.#context.state.metadata, replica, brokerEpoch)) return;
    if (logEndOffset < led.log.highWatermark || logEndOffset < led.epochStartOffset) return;
    const grown = replicas.filter((one) => one === replica || isr.includes(one));
    this.#propose(led, grown, `n${replica} has caught up`);
  }

  #isLagging(led: LedPartition, { logEndOffset, caughtUpAtUs }: FollowerProgress): boolean {
    if (logEndOffset === led.log.durableEndOffset) return false;
    const { clock, config } = this.#context;
    return clock.nowUs - caughtUpAtUs > config.replicaLagTimeMaxUs;
  }

  #isChangeInFlight(led: LedPartition): boolean {
    const last = led.proposals.at(-1);
    if (last === undefined) return false;
    const { clock, config } = this.#context;
    return clock.nowUs - last.proposedAtUs < config.proposalRetryUs;
  }

  #propose(led: LedPartition, isr: readonly NodeId[], reason: string): void {
    const { topic, partition, leaderEpoch, partitionEpoch } = led.metadata;
    const { metadataLog, clock, out, state } = this.#context;
    const { nodes } = state.metadata;
    const isOnItsWay = metadataLog.propose({
      kind: "updateIsr",
      topic,
      partition,
      isr,
      brokerEpochs: isr.map((node) => nodes.get(node)?.brokerEpoch ?? 0),
      leaderEpoch,
      partitionEpoch,
    });
    if (!isOnItsWay) return;
    led.proposed(isr, clock.nowUs);
    if (out.wantsEvents) out.event({ kind: "isrProposed", topic, partition, isr, reason });
  }
}
