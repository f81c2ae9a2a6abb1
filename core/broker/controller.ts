import { partitionKey } from "../metadata/clusterMetadata.ts";
import type {
  ClusterMetadata,
  PartitionMetadata,
  TopicMetadata,
} from "../metadata/clusterMetadata.ts";
import type { NodeId } from "../base/ids.ts";
import { assignReplicas, memberIds } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { BrokerHeartbeatRequest } from "../wire/index.ts";
import type { BrokerContext } from "./context.ts";
import type { Origin } from "./outbox.ts";
import { Proposer } from "./proposer.ts";

/**
 * What the leader of the metadata log does for the cluster: it registers members, gives partitions
 * their replicas, and moves leadership away from brokers whose session has ended. It looks at the
 * committed state and proposes what is missing, so that a new controller simply goes on.
 */
export class Controller {
  readonly #context: BrokerContext;
  readonly #proposer: Proposer;
  /** The brokers that must be members: all voters, or a standalone node itself. */
  readonly #members: readonly NodeId[];
  #isActive = false;
  /** When each broker was heard of last; empty while another node is controller. */
  readonly #heardAtUs = new Map<NodeId, number>();
  readonly #dead = new Set<NodeId>();
  /** The state that was looked through last, and whether anything was missing then. */
  #seen: ClusterMetadata | null = null;
  #isWaiting = false;

  constructor(context: BrokerContext) {
    const { config, clock, metadataLog } = context;
    this.#context = context;
    this.#proposer = new Proposer(metadataLog, clock, config.proposalRetryUs);
    this.#members = config.peers.length === 0 ? [config.id] : config.peers;
  }

  /** Whether topics can be made here: all members are known, so replicas can be given out. */
  get isReady(): boolean {
    return this.#isActive && this.#members.every((id) => this.#metadata.nodes.has(id));
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** Whether a broker has been heard of within its session; the controller itself always is. */
  isAlive(id: NodeId): boolean {
    return id === this.#context.config.id || this.#heardAtUs.has(id);
  }

  /** Proposes what the committed state lacks. Costs nothing while it is the same and complete. */
  run(): void {
    this.#takeOffice();
    if (!this.#isActive) return;
    const metadata = this.#metadata;
    if (metadata === this.#seen && !this.#isWaiting) return;
    this.#seen = metadata;
    this.#isWaiting = false;
    this.#registerMembers();
    for (const topic of metadata.topics.values()) this.#assignPartitions(topic);
    for (const partition of metadata.partitions.values()) this.#replaceDead(partition);
  }

  tick(): void {
    if (!this.#isActive) return;
    const { clock, config, out } = this.#context;
    for (const [broker, heardAtUs] of this.#heardAtUs) {
      if (clock.nowUs - heardAtUs <= config.brokerSessionTimeoutUs) continue;
      this.#heardAtUs.delete(broker);
      this.#dead.add(broker);
      this.#seen = null;
      out.event({ kind: "brokerSessionEnded", broker });
    }
  }

  /** A broker says that it is alive (KIP-631). */
  heard(origin: Origin, { brokerId }: BrokerHeartbeatRequest): void {
    const { out, clock } = this.#context;
    const errorCode = this.#isActive ? ErrorCode.NONE : ErrorCode.NOT_CONTROLLER;
    if (this.#isActive) {
      this.#heardAtUs.set(brokerId, clock.nowUs);
      if (this.#dead.delete(brokerId)) this.#seen = null;
    }
    out.answer(origin, { api: "brokerHeartbeat", errorCode });
  }

  /** A fresh controller knows nobody's last heartbeat, so it grants everybody a full session. */
  #takeOffice(): void {
    const isActive = this.#context.metadataLog.isActiveLeader;
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.#proposer.forgetAll();
    this.#heardAtUs.clear();
    this.#dead.clear();
    this.#seen = null;
    if (!isActive) return;
    const { clock, config } = this.#context;
    for (const id of this.#members) {
      if (id !== config.id) this.#heardAtUs.set(id, clock.nowUs);
    }
  }

  #registerMembers(): void {
    const { nodes } = this.#metadata;
    const { addressOf } = this.#context.config;
    for (const node of this.#members) {
      if (nodes.has(node)) continue;
      const address = addressOf(node);
      this.#want(`member ${node}`, { kind: "addNode", node, address, generation: 0 });
    }
  }

  /** Round-robin over the members, one command a partition. */
  #assignPartitions({ topic, partitionCount, replicationFactor }: TopicMetadata): void {
    const { partitions } = this.#metadata;
    let assignment: NodeId[][] | null = null;
    for (let partition = 0; partition < partitionCount; partition++) {
      const key = partitionKey(topic, partition);
      if (partitions.has(key)) continue;
      const members = memberIds(this.#metadata);
      if (members.length < replicationFactor) {
        // One was removed since the topic was made. It waits until it is back.
        this.#isWaiting = true;
        return;
      }
      assignment ??= assignReplicas(members, partitionCount, replicationFactor);
      const replicas = assignment[partition]!;
      this.#want(`replicas ${key}`, { kind: "assignPartition", topic, partition, replicas });
    }
  }

  /**
   * A dead leader is followed by the first live member of the ISR in replica order; without one
   * the partition stays offline, for any other leader would lack what was acknowledged. A dead
   * follower leaves the ISR, so that nobody waits for it.
   */
  #replaceDead(of: PartitionMetadata): void {
    const { topic, partition, leaderEpoch, partitionEpoch, replicas, isr } = of;
    if (this.#dead.size === 0 || !isr.some((id) => this.#dead.has(id))) return;
    const isAlive = (id: NodeId): boolean => !this.#dead.has(id);
    const key = partitionKey(topic, partition);
    const epochs = { leaderEpoch, partitionEpoch };
    if (!isAlive(of.leader)) {
      const leader = replicas.find((id) => isr.includes(id) && isAlive(id));
      if (leader === undefined) return;
      const kind = "setPartitionLeader";
      this.#want(`leader ${key}`, { kind, topic, partition, leader, ...epochs });
      return;
    }
    const alive = isr.filter(isAlive);
    const isProposed = this.#want(`isr ${key}`, {
      kind: "updateIsr",
      topic,
      partition,
      isr: alive,
      ...epochs,
    });
    if (!isProposed || !this.#context.out.wantsEvents) return;
    const ended = isr.filter((id) => !isAlive(id)).map((id) => `n${id}`);
    const reason = `the session of ${ended.join(" and ")} ended`;
    this.#context.out.event({ kind: "isrProposed", topic, partition, isr: alive, reason });
  }

  /** Comes back to it until it is committed, for a proposal may be overtaken or lost. */
  #want(purpose: string, command: Parameters<Proposer["propose"]>[1]): boolean {
    this.#isWaiting = true;
    return this.#proposer.propose(purpose, command);
  }

  get #metadata(): ClusterMetadata {
    return this.#context.state.metadata;
  }
}
