import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { isMember } from "../metadata/index.ts";
import type { BrokerContext } from "./context.ts";
import type { Controller, ControllerContext } from "./controller.ts";
import { leadBy } from "./elector.ts";
import { Proposer } from "./proposer.ts";

type MembershipContext = ControllerContext & {
  readonly wal: Pick<BrokerContext["wal"], "isFull">;
  readonly partitions: Pick<BrokerContext["partitions"], "forfeited">;
};

/** What makes the cluster count on a broker: it says that it lives, and asks for what it led. */
export class Membership {
  readonly #context: MembershipContext;
  readonly #controller: Controller;
  readonly #proposer: Proposer;
  /** When this life of the broker began, which is when this was made. */
  #incarnation: number;
  #saidAtUs = Number.NEGATIVE_INFINITY;
  #saidTo: NodeId = NO_NODE;

  constructor(context: MembershipContext, controller: Controller) {
    const { metadataLog, clock, config } = context;
    this.#context = context;
    this.#controller = controller;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
    this.#incarnation = clock.nowUs;
  }

  /**
   * Which life of this broker the cluster knows; null until it knows this one. Before that it copies
   * nothing: what a life before has fetched must not let this one into an ISR (KIP-903).
   */
  get brokerEpoch(): number | null {
    const { state, config } = this.#context;
    const known = state.metadata.nodes.get(config.id);
    return known?.incarnation === this.#incarnation ? known.brokerEpoch : null;
  }

  /**
   * A controller that is new to this broker hears of it at once. It may still take it for dead, and
   * would throw it out of the ISRs that it is about to return to.
   */
  run(): void {
    const { metadataLog, partitions } = this.#context;
    if (metadataLog.leader !== this.#saidTo) this.#sayAlive();
    if (partitions.forfeited.size > 0 && this.brokerEpoch !== null) this.#askForNextEpochs();
  }

  tick(): void {
    const { config, clock } = this.#context;
    if (clock.nowUs - this.#saidAtUs >= config.brokerHeartbeatIntervalUs) {
      this.#sayAlive();
      this.#askToJoin();
    }
  }

  /**
   * A node that is none of the first voters, or whose disk was replaced, is let in by the
   * controller. It says so until it is a member.
   */
  #askToJoin(): void {
    const { config, clock, out, state } = this.#context;
    const { generation } = out;
    const { id, peers, addressOf } = config;
    if (generation === 0 && (peers.length === 0 || peers.includes(id))) return;
    if (isMember(state.metadata, id)) return;
    this.#saidAtUs = clock.nowUs;
    // Everybody: nobody sends anything to a node that is no member, so what it has heard of a leader
    // may be long past.
    for (const peer of peers) {
      if (peer === id) continue;
      out.sendRequest(peer, { api: "join", node: id, address: addressOf(id), generation });
    }
    out.event({ kind: "joinAsked", generation });
  }

  #sayAlive(): void {
    const { config, clock, metadataLog, out, wal, state } = this.#context;
    const { leader } = metadataLog;
    this.#saidTo = leader;
    if (leader === NO_NODE) return;
    // A broker that can keep nothing is no use to the cluster: others shall lead what it leads.
    if (wal.isFull) return;
    const known = state.metadata.nodes.get(config.id);
    // The clock was set back since the life before; this one is later all the same.
    if (known !== undefined && known.incarnation > this.#incarnation) {
      this.#incarnation = known.incarnation + 1;
    }
    const life = { brokerId: config.id, incarnation: this.#incarnation };
    if (leader === config.id) {
      this.#controller.heard(life);
      return;
    }
    this.#saidAtUs = clock.nowUs;
    out.sendRequest(leader, { api: "brokerHeartbeat", ...life });
  }

  /** After a restart: leads again only in an epoch that it begins with a clear memory. */
  #askForNextEpochs(): void {
    const { config, partitions } = this.#context;
    for (const [key, metadata] of partitions.forfeited) {
      this.#proposer.propose(key, leadBy(metadata, config.id, false), metadata);
    }
  }
}
