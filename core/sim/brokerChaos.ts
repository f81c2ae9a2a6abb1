import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { ReplicationMode } from "../metadata/command.ts";
import { bestInformed } from "./bestInformed.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import type { DiskFault } from "./diskFaults.ts";
import { weighted } from "./randomAction.ts";
import type { Weights } from "./randomAction.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import type { ActionBody, RunOptions } from "./run.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";
import type { WorldHooks } from "./world.ts";

/** Small enough that segments, snapshots and groups turn over many times in a run. */
const OPTIONS: Partial<RunOptions> = {
  segmentBytes: 8_192,
  snapshotEntries: 30,
  snapshotTrailingEntries: 5,
  partitionFlushBytes: 2_048,
  partitionMemoryBytes: 65_536,
  groupInitialRebalanceDelayMs: 500,
  producerDeliveryTimeoutUs: 8_000_000,
  preferredLeaderCheckUs: 3_000_000,
};

const WEIGHTS: Weights<Move> = [
  ["kill", 10],
  ["restart", 22],
  ["powerCut", 1],
  ["cut", 8],
  ["heal", 9],
  ["timeOut", 5],
  ["diskFault", 10],
  ["failSync", 2],
  ["tear", 4],
  ["snapshot", 3],
  ["createTopic", 2],
  ["reassign", 4],
  ["rebalance", 1],
  ["preferred", 2],
  ["startProgram", 12],
  ["stopProgram", 6],
];
type Move =
  | "kill"
  | "restart"
  | "powerCut"
  | "cut"
  | "heal"
  | "timeOut"
  | "diskFault"
  | "failSync"
  | "tear"
  | "snapshot"
  | "createTopic"
  | "reassign"
  | "rebalance"
  | "preferred"
  | "startProgram"
  | "stopProgram";

/** Faults that take nothing which was promised; a sync that lies is not among them. */
const FAULTS: readonly DiskFault[] = ["lostCache", "tornSectors", "lostNames", "slow"];
/** Programs are c2 to c9: at most so many at once. */
const CLIENT_FIRST = 2;
const CLIENT_LAST = 9;
/** Who reads everything alone, from the beginning to the end. */
const WITNESS = 20;
const GROUPS = ["blue", "green"];
const TOPICS_MAX = 4;
const TOPICS_AT_US = 1_000_000;
const PAUSE_SHORT_MAX_US = 60_000;
const PAUSE_LONG_MAX_US = 900_000;
const TEND_EVERY_US = 1_000_000;

/** A moment of a run of chaos, for those who count what came of it. */
export type Look = (world: World) => void;

/** Somebody who does other things to the same world. */
export interface Mischief {
  /** Something at random. */
  move(): void;
  /** Undoes all that lasts. */
  calm(): void;
}

/** What is different in other kinds of it. */
interface More {
  readonly options?: Partial<RunOptions>;
  readonly mischiefIn?: (world: World) => Mischief;
}

export interface ChaosTimes {
  /** So long everything goes wrong, */
  readonly chaosUs: number;
  /** then nothing does, while producers go on, */
  readonly calmUs: number;
  /** and then they stop, and whoever reads may catch up. */
  readonly endUs: number;
}

/**
 * Producers and consumers of every kind, on topics of these replication modes, while nodes, links
 * and disks fail and partitions move; then a calm in which everything must come right. It sees the
 * world as it is, and nevertheless everything comes from the seed: `world.run` repeats it.
 */
export function brokerChaos(
  seed: number,
  modes: readonly ReplicationMode[],
  { chaosUs, calmUs, endUs }: ChaosTimes,
  look: Look,
  hooks: WorldHooks = {},
  { mischiefIn, ...more }: More = {},
): World {
  const chance = splitChance(seed, "brokerChaos", 0, 0);
  const nodeCount = chance.between(3, 5);
  const options = { ...DEFAULT_RUN_OPTIONS, ...OPTIONS, ...more.options, nodeCount };
  const world = createWorld({ seed, options, actions: [] }, hooks);
  const crowd = new Crowd(world, chance, modes);
  const mischief = mischiefIn?.(world);
  crowd.begin();
  while (world.nowUs < chaosUs) {
    const pauseMaxUs = chance.below(3) === 0 ? PAUSE_SHORT_MAX_US : PAUSE_LONG_MAX_US;
    world.runUntil(world.nowUs + chance.between(1, pauseMaxUs));
    look(world);
    if (world.violation !== null) return world;
    crowd.move();
    mischief?.move();
  }
  mischief?.calm();
  crowd.calm();
  const rest = (untilUs: number): void => {
    while (world.nowUs < untilUs && world.violation === null) {
      world.runUntil(world.nowUs + TEND_EVERY_US);
      look(world);
      crowd.tend();
    }
  };
  rest(chaosUs + calmUs);
  crowd.stopProducers();
  rest(chaosUs + calmUs + endUs);
  return world;
}

/** Does one thing after the other to a world. */
class Crowd {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #modes: readonly ReplicationMode[];
  #topicCount = 0;

  constructor(world: World, chance: Chance, modes: readonly ReplicationMode[]) {
    this.#world = world;
    this.#chance = chance;
    this.#modes = modes;
  }

  /** A topic of each mode, somebody who reads it, and the first programs. */
  begin(): void {
    for (const mode of this.#modes) this.#createTopic(mode);
    this.#world.runUntil(TOPICS_AT_US);
    this.#modes.forEach((_, at) => {
      this.#act({
        kind: "startConsumer",
        client: WITNESS - at,
        topic: `t${at + 1}`,
        group: null,
      });
    });
    for (let client = CLIENT_FIRST; client < CLIENT_FIRST + 4; client++) this.#startProgram(client);
  }

  /** Something at random; nothing, if what came up makes no sense now. */
  move(): void {
    const { processes } = this.#world;
    const move = weighted(this.#chance, WEIGHTS);
    const node = this.#chance.between(1, processes.length);
    switch (move) {
      case "cut":
        // A leader that is cut off goes on for a while, and its clients with it.
        return this.#act({
          kind: "cut",
          nodes: [this.#chance.below(2) === 0 ? this.#leader(node) : node],
        });
      case "restart":
        return this.#act({ kind: "restart", node: this.#downNode() ?? node });
      case "powerCut":
      case "heal":
        return this.#act({ kind: move });
      case "diskFault":
        return this.#switchFault(node);
      case "createTopic":
        if (this.#topicCount >= TOPICS_MAX) return;
        return this.#createTopic(this.#pick(this.#modes)!);
      case "reassign":
        return this.#reassign();
      case "rebalance":
        return this.#act({ kind: "admin", command: { kind: "rebalance" } });
      case "preferred":
        return this.#act({
          kind: "admin",
          command: { kind: "electPreferredLeaders", topic: null },
        });
      case "startProgram":
        return this.#startProgram(this.#chance.between(CLIENT_FIRST, CLIENT_LAST));
      case "stopProgram": {
        const client = this.#chance.between(CLIENT_FIRST, CLIENT_LAST);
        return this.#act({ kind: "stopClient", client, crash: this.#chance.below(2) === 0 });
      }
      default:
        return this.#act({ kind: move, node });
    }
  }

  /** Switches off whatever is on; what was to happen once may still happen. */
  calm(): void {
    for (const { node } of this.#world.processes) {
      const { faults } = this.#world.disk(node);
      for (const fault of FAULTS) {
        if (faults[fault]) this.#act({ kind: "diskFault", node, fault, on: false });
      }
    }
    this.#act({ kind: "heal" });
    this.tend();
  }

  /** What a person does for nodes that are down. */
  tend(): void {
    this.#act({ kind: "powerOn" });
  }

  stopProducers(): void {
    for (const { kind, client } of this.#world.clients) {
      if (kind === "producer") this.#act({ kind: "stopClient", client, crash: false });
    }
  }

  #createTopic(replicationMode: ReplicationMode): void {
    this.#act({
      kind: "createTopic",
      topic: `t${++this.#topicCount}`,
      partitionCount: this.#chance.between(1, 3),
      replicationFactor: 3,
      minInsyncReplicas: 2,
      replicationMode,
    });
  }

  #startProgram(client: number): void {
    const topic = `t${this.#chance.between(1, this.#topicCount)}`;
    if (this.#chance.below(3) === 0) {
      const group = this.#pick(GROUPS)!;
      // A group reads one topic, or its members would wait for each other's partitions.
      return this.#act({ kind: "startConsumer", client, topic, group: `${group}-${topic}` });
    }
    const idempotent = this.#chance.below(2) === 0;
    this.#act({
      kind: "startProducer",
      client,
      topic,
      recordsPerSecond: this.#chance.between(1, 15),
      acks: idempotent ? -1 : ([-1, 1, 1, 0] as const)[this.#chance.below(4)]!,
      idempotent,
      keyCount: this.#chance.below(6),
      valueBytes: this.#chance.below(60),
      batchRecords: this.#chance.between(1, 20),
    });
  }

  #reassign(): void {
    const known = bestInformed(this.#world.processes);
    const partition = this.#pick([...(known?.metadata.partitions.values() ?? [])]);
    if (partition === undefined || partition.group > 0) return;
    const nodes = this.#world.processes.map(({ node }) => node);
    const replicas: NodeId[] = [];
    while (replicas.length < Math.min(partition.replicas.length, 3)) {
      const node = this.#pick(nodes.filter((each) => !replicas.includes(each)))!;
      replicas.push(node);
    }
    const { topic, partition: number } = partition;
    this.#act({ kind: "admin", command: { kind: "reassign", topic, partition: number, replicas } });
  }

  #switchFault(node: number): void {
    const fault = this.#pick(FAULTS)!;
    const on = !this.#world.disk(nodeId(node)).faults[fault];
    this.#act({ kind: "diskFault", node, fault, on });
  }

  #leader(otherwise: number): number {
    const leader = this.#world.processes.find(({ broker }) => broker?.raft?.role === "leader");
    return leader?.node ?? otherwise;
  }

  #downNode(): number | undefined {
    return this.#pick(this.#world.processes.filter(({ state }) => state !== "running"))?.node;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#chance.below(Math.max(1, from.length))];
  }

  /** What makes no sense is refused, and then nothing happens. */
  #act(body: ActionBody): void {
    this.#world.act(body);
  }
}
