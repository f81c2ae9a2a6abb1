import type { NodeId } from "../base/ids.ts";
import { isAlive } from "../metadata/index.ts";
import type { ClusterMetadata } from "../metadata/index.ts";
import type { BrokerContext } from "./context.ts";
import type { FollowerProgress, LedPartition } from "./ledPartition.ts";

/**
 * A leader raises its high watermark to the lowest durable end among itself and the maximal ISR:
 * also whoever is in an ISR that was proposed, for it may be committed already. It waits, too, for
 * a replica that keeps up and is about to return: under steady load a leader that is alone in its
 * ISR would otherwise always be a little ahead, and never let anybody in. It never goes back.
 *
 * It stays while the ISR is below min.insync.replicas (KIP-966). Brokers before that let it follow
 * whatever ISR was left, so that a producer could be told that its records are stored, and seen, on
 * too few replicas (error 20).
 */
export function raiseHighWatermark(context: BrokerContext, led: LedPartition): void {
  const { log } = led;
  const from = log.highWatermark;
  if (log.durableEndOffset <= from) return;
  if (led.isUnderMinIsr && context.config.minIsrHoldsHighWatermark) return;
  let to = log.durableEndOffset;
  for (const [replica, progress] of led.followers) {
    if (progress.logEndOffset >= to) continue;
    if (led.isInMaximalIsr(replica) || isReturning(context, replica, progress)) {
      to = progress.logEndOffset;
    }
  }
  if (!log.raiseHighWatermark(to)) return;
  context.partitions.hasNews = true;
  if (!context.out.wantsEvents) return;
  const { topic, partition } = log;
  context.out.event({ kind: "highWatermarkAdvanced", topic, partition, from, to, asLeader: true });
}

/** Kafka: Partition.maybeIncrementLeaderHW, shouldWaitForReplicaToJoinIsr. */
function isReturning(
  { clock, config, state }: BrokerContext,
  replica: NodeId,
  { caughtUpAtUs, brokerEpoch }: FollowerProgress,
): boolean {
  if (clock.nowUs - caughtUpAtUs > config.replicaLagTimeMaxUs) return false;
  return mayJoinIsr(state.metadata, replica, brokerEpoch);
}

/**
 * One with a new disk counts again when it votes again; one that is fenced when it is heard again
 * (KIP-841); and what an earlier life of it has fetched says nothing of this one (KIP-903).
 */
export function mayJoinIsr(
  metadata: ClusterMetadata,
  replica: NodeId,
  brokerEpoch: number,
): boolean {
  return isAlive(metadata, replica) && metadata.nodes.get(replica)?.brokerEpoch === brokerEpoch;
}
