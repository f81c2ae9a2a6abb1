import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { isMember } from "../metadata/index.ts";
import type { BrokerContext } from "./context.ts";
import { Proposer } from "./proposer.ts";

/** What makes the cluster count on a broker: it says that it lives, and asks for what it led. */
export class Membership {
  readonly #context: BrokerContext;
  readonly #proposer: Proposer;
  #saidAtUs = Number.NEGATIVE_INFINITY;
  #saidTo: NodeId = NO_NODE;
  #hasReported = false;

  constructor(context: BrokerContext) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
  }

  /**
   * True once some controller of this broker's lifetime was told of it. Until then it copies
   * nothing: a broker that is taken for dead must not be let into an ISR (KIP-903).
   */
  get hasReported(): boolean {
    return this.#hasReported;
  }

  /**
   * A controller that is new to this broker hears of it at once. It may still take it for dead, and
   * would throw it out of the ISRs that it is about to return to.
   */
  run(): void {
    if (this.#context.metadataLog.leader !== this.#saidTo) this.#sayAlive();
  }

  tick(): void {
    const { config, clock } = this.#context;
    if (clock.nowUs - this.#saidAtUs >= config.brokerHeartbeatIntervalUs) {
      this.#sayAlive();
      this.#askToJoin();
    }
    this.#askForNextEpochs();
  }

  /** A node whose disk was replaced is let in by the controller, and says so until it is a member. */
  #askToJoin(): void {
    const { config, clock, out, state } = this.#context;
    const { generation } = out;
    if (generation === 0 || isMember(state.metadata, config.id)) return;
    this.#saidAtUs = clock.nowUs;
    // Everybody: nobody sends anything to a node that is no member, so what it has heard of a leader
    // may be long past.
    for (const peer of config.peers) {
      if (peer === config.id) continue;
      out.sendRequest(peer, { api: "join", node: config.id, generation });
    }
    out.event({ kind: "joinAsked", generation });
  }

  #sayAlive(): void {
    const { config, clock, metadataLog, out, wal } = this.#context;
    const { leader } = metadataLog;
    this.#saidTo = leader;
    if (leader === NO_NODE) return;
    // A broker that can keep nothing is no use to the cluster: others shall lead what it leads.
    if (wal.isFull) return;
    this.#hasReported = true;
    if (leader === config.id) return;
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
