import type { BrokerContext } from "./context.ts";
import type { LedPartition } from "./ledPartition.ts";

/**
 * A leader raises its high watermark to the lowest durable end among itself and the maximal ISR:
 * also whoever is in an ISR that was proposed, for it may be committed already. It stays while the
 * ISR is below min.insync.replicas (KIP-966), and it never goes back.
 */
export function raiseHighWatermark(context: BrokerContext, led: LedPartition): void {
  const { log } = led;
  const from = log.highWatermark;
  if (led.isUnderMinIsr || log.durableEndOffset <= from) return;
  let to = log.durableEndOffset;
  for (const [replica, { logEndOffset }] of led.followers) {
    if (logEndOffset < to && led.isInMaximalIsr(replica)) to = logEndOffset;
  }
  if (!log.raiseHighWatermark(to)) return;
  context.partitions.hasNews = true;
  if (!context.out.wantsEvents) return;
  const { topic, partition } = log;
  context.out.event({ kind: "highWatermarkAdvanced", topic, partition, from, to, asLeader: true });
}
