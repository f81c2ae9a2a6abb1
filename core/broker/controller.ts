import type { NodeId } from "../base/ids.ts";
import { assignReplicas, isMember, memberIds, partitionKey } from "../metadata/index.ts";
import type {
  ClusterMetadata,
  MetadataCommand,
  NodeMetadata,
  PartitionMetadata,
  SetPartitionLeader,
  TopicMetadata,
} from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { BrokerHeartbeatRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import { nextForPartition, preferredLeader } from "./elector.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";

/** What of a broker administration needs. */
export type ControllerContext = Pick<
  BrokerContext,
  "config" | "clock" | "out" | "state" | "metadataLog"
>;

/** What a controller has heard of a broker since it took office. */
interface Session {
  heardAtUs: number;
  /** Which life of the broker has spoken last; -1 before any has. */
  incarnation: number;
  hasEnded: boolean;
}

/**
 * What the leader of the metadata log does for the cluster: it registers brokers and fences those
 * whose session has ended, gives partitions their replicas, and moves leadership. It looks at the
 * committed state and proposes what is missing, so that a new controller simply goes on.
 */
export class Controller {
  readonly #context: ControllerContext;
  readonly #proposer: Proposer;
  /** The brokers that are members from the start: all voters, or a standalone node itself. */
  readonly #founders: readonly NodeId[];
  #isActive = false;
  /** Empty while another node is controller. */
  readonly #sessions = new Map<NodeId, Session>();
  /** The state that was looked through last, and whether something was proposed then. */
  #seen: ClusterMetadata | null = null;
  #isWaiting = false;
  /** Topics all of whose partitions have replicas. */
  readonly #assigned = new WeakSet<TopicMetadata>();
  #balanceAtUs = 0;
  /** The state in which no leadership could be given back. */
  #balanced: ClusterMetadata | null = null;

  constructor(context: ControllerContext) {
    const { config, clock, metadataLog } = context;
    this.#context = context;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
    this.#founders = config.peers.length === 0 ? [config.id] : config.peers;
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether topics can be made here: all founders are known, so replicas can be given out. */
  get isReady(): boolean {
    return this.#isActive && this.#founders.every((id) => this.#metadata.nodes.has(id));
  }

  /** Whether a broker has been heard of within its session; the controller itself always is. */
  isAlive(id: NodeId): boolean {
    return id === this.#context.config.id || this.#sessions.get(id)?.hasEnded === false;
  }

  /** Proposes what the committed state lacks. Costs nothing while that is the same. */
  run(): void {
    this.#takeOffice();
    if (!this.#isActive || this.#metadata === this.#seen) return;
    const metadata = this.#metadata;
    this.#seen = metadata;
    this.#isWaiting = false;
    this.#addFounders();
    for (const node of metadata.nodes.values()) this.#follow(node);
    for (const topic of metadata.topics.values()) this.#assign(topic);
    for (const partition of metadata.partitions.values()) this.#elect(partition);
  }

  tick(): void {
    if (!this.#isActive) return;
    const { clock, config, out } = this.#context;
    for (const [broker, session] of this.#sessions) {
      if (broker === config.id || session.hasEnded) continue;
      if (clock.nowUs - session.heardAtUs <= config.brokerSessionTimeoutUs) continue;
      session.hasEnded = true;
      this.#seen = null;
      out.event({ kind: "brokerSessionEnded", broker });
    }
    // What was proposed may have been lost, and is looked for again.
    if (this.#isWaiting) this.#seen = null;
    this.#balance();
  }

  heartbeat(origin: Origin, request: BrokerHeartbeatRequest): void {
    this.#context.out.answer(origin, { api: request.api, errorCode: this.heard(request) });
  }

  /** A broker, maybe this one, says that it is alive (KIP-631). */
  heard({ brokerId, incarnation }: Omit<BrokerHeartbeatRequest, "api">): ErrorCode {
    if (!this.#isActive) return ErrorCode.NOT_CONTROLLER;
    const node = this.#metadata.nodes.get(brokerId);
    if (node?.state === "removed") return ErrorCode.STALE_BROKER_EPOCH;
    const isFenced = node?.isFenced ?? false;
    const session = this.#sessions.get(brokerId) ?? this.#openSession(brokerId, isFenced);
    const known = Math.max(node?.incarnation ?? -1, session.incarnation);
    // An earlier life of it has said that.
    if (incarnation < known) return ErrorCode.STALE_BROKER_EPOCH;
    if (session.hasEnded || incarnation > session.incarnation) this.#seen = null;
    session.heardAtUs = this.#context.clock.nowUs;
    session.incarnation = incarnation;
    session.hasEnded = false;
    return ErrorCode.NONE;
  }

  /** A fresh controller knows nobody's last heartbeat, so it grants everybody a full session. */
  #takeOffice(): void {
    const { metadataLog, clock, config } = this.#context;
    const isActive = metadataLog.isActiveLeader;
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.#proposer.forgetAll();
    this.#sessions.clear();
    this.#seen = null;
    this.#balanced = null;
    this.#balanceAtUs = clock.nowUs + config.preferredLeaderCheckUs;
  }

  #openSession(broker: NodeId, hasEnded: boolean): Session {
    const session = { heardAtUs: this.#context.clock.nowUs, incarnation: -1, hasEnded };
    this.#sessions.set(broker, session);
    return session;
  }

  #addFounders(): void {
    const { nodes } = this.#metadata;
    const { addressOf } = this.#context.config;
    for (const node of this.#founders) {
      if (nodes.has(node)) continue;
      const address = addressOf(node);
      this.#want(`member ${node}`, { kind: "addNode", node, address, generation: 0 }, null);
    }
  }

  /** What is committed of a broker catches up with what was heard, or not heard, of it. */
  #follow(of: NodeMetadata): void {
    const { node, brokerEpoch, incarnation, isFenced } = of;
    if (of.state === "removed") return;
    const session = this.#sessions.get(node) ?? this.#openSession(node, isFenced);
    if (session.incarnation > incarnation) {
      const registered = session.incarnation;
      const command = { kind: "registerBroker", node, incarnation: registered } as const;
      this.#want(`broker ${node}.${registered}`, command, of);
    } else if (session.hasEnded && !isFenced) {
      this.#want(`fence ${node}`, { kind: "fenceBroker", node, brokerEpoch }, of);
    } else if (isFenced && !session.hasEnded) {
      this.#want(`unfence ${node}`, { kind: "unfenceBroker", node, brokerEpoch }, of);
    }
  }

  /** Round-robin over the members or as the topic was asked for, one command a partition. */
  #assign(of: TopicMetadata): void {
    if (this.#assigned.has(of)) return;
    const { topic, partitionCount, replicationFactor } = of;
    const metadata = this.#metadata;
    const members = memberIds(metadata);
    let spread: NodeId[][] | null = null;
    let isComplete = true;
    for (let partition = 0; partition < partitionCount; partition++) {
      const key = partitionKey(topic, partition);
      if (metadata.partitions.has(key)) continue;
      isComplete = false;
      let replicas: readonly NodeId[] | undefined = of.assignment?.[partition];
      if (replicas === undefined) {
        // One was removed since the topic was made. The topic waits until it is back.
        if (members.length < replicationFactor) return;
        spread ??= assignReplicas(members, partitionCount, replicationFactor);
        replicas = spread[partition]!;
      }
      if (!replicas.every((node) => isMember(metadata, node))) continue;
      this.#want(`replicas ${key}`, { kind: "assignPartition", topic, partition, replicas }, of);
    }
    if (isComplete) this.#assigned.add(of);
  }

  #elect(of: PartitionMetadata): void {
    const command = nextForPartition(this.#metadata, of);
    if (command === null) return;
    const { topic, partition } = of;
    if (!this.#want(partitionKey(topic, partition), command, of)) return;
    const { out } = this.#context;
    if (!out.wantsEvents) return;
    if (command.kind === "setPartitionLeader") {
      this.#tellOfLeader(of, command, "leaderLost");
    } else if (command.kind === "updateIsr") {
      const { isr } = command;
      const ended = of.isr.filter((id) => !isr.includes(id)).map((id) => `n${id}`);
      const reason = `the session of ${ended.join(" and ")} ended`;
      out.event({ kind: "isrProposed", topic, partition, isr, reason });
    }
  }

  /** From time to time leadership goes back to the replicas that were meant to have it. */
  #balance(): void {
    const { clock, config } = this.#context;
    if (config.preferredLeaderCheckUs === 0 || clock.nowUs < this.#balanceAtUs) return;
    this.#balanceAtUs = clock.nowUs + config.preferredLeaderCheckUs;
    const metadata = this.#metadata;
    if (metadata === this.#balanced) return;
    let isBalanced = true;
    for (const of of metadata.partitions.values()) {
      const command = preferredLeader(metadata, of);
      if (command === null) continue;
      isBalanced = false;
      const isProposed = this.#want(partitionKey(of.topic, of.partition), command, of);
      if (isProposed) this.#tellOfLeader(of, command, "preferred");
    }
    if (isBalanced) this.#balanced = metadata;
  }

  #tellOfLeader(
    { topic, partition, leader: from }: PartitionMetadata,
    { leader, unclean }: SetPartitionLeader,
    cause: "leaderLost" | "preferred",
  ): void {
    const { out } = this.#context;
    out.event({ kind: "leaderProposed", topic, partition, from, leader, unclean, cause });
  }

  /** Comes back to it until it is committed, for a proposal may be overtaken or lost. */
  #want(purpose: string, command: MetadataCommand, basis: object | null): boolean {
    this.#isWaiting = true;
    return this.#proposer.propose(purpose, command, basis);
  }

  get #metadata(): ClusterMetadata {
    return this.#context.state.metadata;
  }
}
