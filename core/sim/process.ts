import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import { Broker, DEFAULT_BROKER_CONFIG } from "../broker/index.ts";
import type { BrokerConfig, BrokerInput } from "../broker/index.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import type { Disk, PowerLoss } from "./disk.ts";
import { NodeClock } from "./nodeClock.ts";
import type { RunOptions } from "./run.ts";

/** One node of the cluster as the world sees it: a broker that runs, or does not. */
export interface Process {
  readonly node: NodeId;
  /** "crashed": it lost power. "stopped": the broker stopped itself and says why. */
  readonly state: "running" | "crashed" | "stopped";
  /** When it crashed, stopped or was started last. */
  readonly sinceUs: number;
  /** Counts the starts of this node, from 1. */
  readonly incarnation: number;
  /** The broker that runs, or that stopped itself. Null after a crash: nothing of it is left. */
  readonly broker: Broker | null;
  /**
   * Of a crashed node: a broker made from what its disk holds, so that people can see what a
   * restart would bring back. It never runs. Null unless the node has crashed.
   */
  readonly remains: Broker | null;
  /** When its clock ticks next; meaningless while it does not run. */
  readonly nextTickAtUs: number;
  /** It runs, but stands still: what comes for it waits. */
  readonly isPaused: boolean;
  /** The clock of the machine. All times that its broker knows are of this clock. */
  readonly clock: Pick<NodeClock, "percent" | "worldUs" | "spanUs">;
}

/** What all brokers of a node are, one life after the other. */
interface NodeRole extends Pick<BrokerConfig, "peers" | "serve" | "events" | "shareBatch"> {
  readonly node: NodeId;
}

/** A process as the world works it. */
export class NodeProcess implements Process {
  readonly node: NodeId;
  readonly disk: Disk;
  readonly #tickChance: Chance;
  #config: BrokerConfig;
  state: Process["state"] = "crashed";
  sinceUs = 0;
  incarnation = 0;
  broker: Broker | null = null;
  nextTickAtUs = 0;
  readonly clock = new NodeClock();
  /** What came while it stood still, in order; null while it does not. */
  #inbox: BrokerInput[] | null = null;
  #remains: Broker | null = null;

  constructor(role: NodeRole, disk: Disk, seed: number, options: RunOptions) {
    const { node } = role;
    this.node = node;
    this.disk = disk;
    this.#config = brokerConfig(role, seed, options);
    this.#tickChance = splitChance(seed, "tick", node, 0);
  }

  /** Where clients find it. */
  get address(): string {
    return this.#config.addressOf(this.node);
  }

  get remains(): Broker | null {
    if (this.state !== "crashed") return null;
    // No draw of a broker that never runs may change what one that runs will draw.
    const config = { ...this.#config, random: () => 0, events: false };
    this.#remains ??= new Broker(config, this.disk.image(), this.clock.shownUs(this.sinceUs));
    return this.#remains;
  }

  /** A new broker, from the disk's bytes and nothing else. Its clock ticks at a phase of its own. */
  start(nowUs: number): Broker {
    assert(this.state !== "running", "only a node that does not run is started");
    this.#remains = null;
    this.state = "running";
    this.sinceUs = nowUs;
    this.incarnation++;
    this.nextTickAtUs = nowUs + this.#tickChance.between(1, this.#tickUs);
    this.broker = new Broker(this.#config, this.disk.image(), this.clock.shownUs(nowUs));
    return this.broker;
  }

  get isPaused(): boolean {
    return this.#inbox !== null;
  }

  pause(): void {
    this.#inbox ??= [];
  }

  /** Keeps an input for later if the process stands still. */
  keep(input: BrokerInput): boolean {
    this.#inbox?.push(input);
    return this.#inbox !== null;
  }

  /** It goes on, with what has come meanwhile. */
  resume(): readonly BrokerInput[] {
    const kept = this.#inbox ?? [];
    this.#inbox = null;
    return kept;
  }

  /** With `isTorn` in the middle of the write under way, of which a first part stays. */
  losePower(nowUs: number, isTorn: boolean): PowerLoss {
    this.state = "crashed";
    this.sinceUs = nowUs;
    this.broker = null;
    this.#inbox = null;
    this.#remains = null;
    return this.disk.losePower(nowUs, isTorn);
  }

  flipBit(file: string, byte: number, bit: number): void {
    this.#remains = null;
    this.disk.flipBit(file, byte, bit);
  }

  /** Its disk is empty from now on, and every broker that finds it so asks to join as this. */
  wipe(generation: number): void {
    assert(this.state !== "running", "only the disk of a node that does not run is wiped");
    this.#config = { ...this.#config, joinGeneration: generation };
    this.#remains = null;
    this.disk.wipe();
  }

  /** The broker gave itself up. What it had handed to the disk may still be written. */
  stop(nowUs: number): void {
    this.state = "stopped";
    this.sinceUs = nowUs;
  }

  /** The clock ticks now, and next after one period of its own. */
  tick(): void {
    this.nextTickAtUs += this.#tickUs;
  }

  get #tickUs(): number {
    return this.clock.spanUs(this.#config.tickUs);
  }
}

function brokerConfig(
  { node, ...role }: NodeRole,
  seed: number,
  options: RunOptions,
): BrokerConfig {
  const election = splitChance(seed, "election", node, 0);
  return {
    ...DEFAULT_BROKER_CONFIG,
    ...role,
    id: node,
    random: (n) => election.below(n),
    tickUs: options.tickUs,
    electionTicks: options.electionTicks,
    heartbeatTicks: options.heartbeatTicks,
    replicaLagTimeMaxUs: options.replicaLagTimeMaxUs,
    brokerHeartbeatIntervalUs: options.brokerHeartbeatIntervalUs,
    brokerSessionTimeoutUs: options.brokerSessionTimeoutUs,
    fetchMaxWaitMs: options.fetchMaxWaitMs,
    segmentBytesMax: options.segmentBytes,
    snapshotEntries: options.snapshotEntries,
    snapshotTrailingEntries: options.snapshotTrailingEntries,
    preferredLeaderCheckUs: options.preferredLeaderCheckUs,
    partitionFlushBytes: options.partitionFlushBytes,
    partitionMemoryBytes: options.partitionMemoryBytes,
    autoCreateTopics: options.autoCreateTopics,
    forwardProduce: options.forwardProduce,
    minIsrHoldsHighWatermark: options.minIsrHoldsHighWatermark,
    groupInitialRebalanceDelayMs: options.groupInitialRebalanceDelayMs,
    contract: "on",
  };
}
