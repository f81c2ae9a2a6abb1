import { NO_NODE } from "../base/ids.ts";
import type { BrokerContext } from "./context.ts";
import { Proposer } from "./proposer.ts";

/** What makes the cluster count on a broker: it says that it lives, and asks for what it led. */
export class Membership {
  readonly #context: BrokerContext;
  readonly #proposer: Proposer;
  #saidAtUs = Number.NEGATIVE_INFINITY;

  constructor(context: BrokerContext) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
  }

  tick(): void {
    this.#sayAlive();
    this.#askForNextEpochs();
  }

  #sayAlive(): void {
    const { config, clock, metadataLog, out } = this.#context;
    const { leader } = metadataLog;
    if (leader === NO_NODE || leader === config.id) return;
    if (clock.nowUs - this.#saidAtUs < config.brokerHeartbeatIntervalUs) return;
    this.#saidAtUs = clock.nowUs;
    out.sendRequest(leader, { api: "brokerHeartbeat", brokerId: config.id });
  }

  /** After a restart: leads again only in an epoch that it begins with a clear memory. */
  #askForNextEpochs(): void {
    const { config, partitions } = this.#context;
    for (const [key, metadata] of partitions.forfeited) {
      const { topic, partition, leaderEpoch, partitionEpoch } = metadata;
      this.#proposer.propose(`${key} after epoch ${leaderEpoch}.${partitionEpoch}`, {
        kind: "setPartitionLeader",
        topic,
        partition,
        leader: config.id,
        leaderEpoch,
        partitionEpoch,
      });
    }
  }
}
