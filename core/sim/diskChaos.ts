import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskOperation } from "../wal/disk.ts";
import { bestInformed } from "./bestInformed.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import type { DiskFault } from "./diskFaults.ts";
import type { Process } from "./process.ts";
import { randomRecord, weighted } from "./randomAction.ts";
import type { Weights } from "./randomAction.ts";
import type { ActionBody, RunOptions } from "./run.ts";
import { threeBrokers } from "./scenario.ts";
import { createWorld } from "./createWorld.ts";
import type { World } from "./world.ts";
import type { WorldHooks } from "./world.ts";

/** Small enough that a minute of chaos turns over segments and snapshots many times. */
const DISK_OPTIONS: Partial<RunOptions> = {
  segmentBytes: 2_048,
  snapshotEntries: 8,
  snapshotTrailingEntries: 2,
};

const WEIGHTS: Weights<Move> = [
  ["produce", 70],
  ["kill", 4],
  ["killInOperation", 6],
  ["restart", 30],
  ["powerCut", 2],
  ["powerOn", 2],
  ["cut", 4],
  ["heal", 6],
  ["timeOut", 4],
  ["createTopic", 3],
  ["diskFault", 14],
  ["failSync", 4],
  ["tear", 5],
  ["snapshot", 3],
  ["flipBit", 4],
  ["repair", 8],
];
type Move = NodeMove | "killInOperation";
type NodeMove =
  | "produce"
  | "kill"
  | "restart"
  | "powerCut"
  | "powerOn"
  | "cut"
  | "heal"
  | "timeOut"
  | "createTopic"
  | "diskFault"
  | "failSync"
  | "tear"
  | "snapshot"
  | "flipBit"
  | "repair";

/** The rare ones as often as the others: each is a moment at which the power may go. */
const OPERATIONS: readonly DiskOperation["kind"][] = [
  "append",
  "append",
  "sync",
  "syncDirectory",
  "create",
  "rename",
  "remove",
  "truncate",
];
const OPERATION_WITHIN_US = 500_000;

/** Faults that take nothing which was promised; a sync that lies is not among them. */
const POWER_FAULTS: readonly DiskFault[] = ["lostCache", "tornSectors", "lostNames"];
/** At one node at a time, or nothing is left to be seen. */
const HINDRANCES: readonly DiskFault[] = ["slow", "full"];

/** In one run of so many nobody sends records: those are kept, and the log with them. */
const QUIET_EVERY = 4;
const PAUSE_SHORT_MAX_US = 60_000;
const PAUSE_LONG_MAX_US = 1_000_000;

/** A moment of a run of chaos, for those who count what came of it. */
type Look = (world: World) => void;

/**
 * The scenario's cluster under everything that its disks may do to a correct system, and then left
 * alone with sound disks for `healUs`. It sees the world as it is, since a place to flip a bit, or
 * a node worth repairing, cannot be known beforehand. Nevertheless everything comes from the seed,
 * and `world.run` repeats it.
 */
export function diskChaos(
  seed: number,
  chaosUs: number,
  healUs: number,
  look: Look,
  hooks: WorldHooks = {},
): World {
  const scenario = threeBrokers(seed);
  const world = createWorld(
    { ...scenario, options: { ...scenario.options, ...DISK_OPTIONS } },
    hooks,
  );
  const vandal = new Vandal(world, splitChance(seed, "diskChaos", 0, 0), seed % QUIET_EVERY !== 0);
  const chance = splitChance(seed, "diskChaosPauses", 0, 0);
  for (;;) {
    const pauseMaxUs = chance.below(3) === 0 ? PAUSE_SHORT_MAX_US : PAUSE_LONG_MAX_US;
    const atUs = world.nowUs + chance.between(1, pauseMaxUs);
    if (atUs > chaosUs) break;
    world.runUntil(atUs);
    look(world);
    if (world.violation !== null) return world;
    vandal.move();
  }
  vandal.leave();
  for (let atUs = world.nowUs; atUs <= chaosUs + healUs; atUs += PAUSE_LONG_MAX_US) {
    world.runUntil(atUs);
    look(world);
    vandal.tend();
  }
  return world;
}

/** Does one thing after the other to a world. */
class Vandal {
  readonly #world: World;
  readonly #chance: Chance;
  readonly #produces: boolean;
  /** The only node whose disk may be damaged, until it is known to be whole again. */
  #patient: NodeId | null = null;
  #produced = 0;
  #topics = 1;

  constructor(world: World, chance: Chance, produces: boolean) {
    this.#world = world;
    this.#chance = chance;
    this.#produces = produces;
  }

  /** Something at random; nothing, if what came up makes no sense now. */
  move(): void {
    this.#dischargePatient();
    const move = weighted(this.#chance, WEIGHTS);
    if (move === "produce" && !this.#produces) return;
    if (move === "flipBit") this.#damage();
    else if (move === "repair") this.repairDamaged();
    else if (move === "killInOperation") this.#killInOperation();
    else this.#act(this.#body(move));
  }

  /** A node that has found damage, unless it has what no other replica in sync has. */
  repairDamaged(): void {
    const damaged = this.#world.processes.find(isDamaged);
    if (damaged === undefined || !this.#canDoWithout(damaged.node)) return;
    this.#act({ kind: "repair", node: damaged.node });
  }

  /** Switches off whatever is on; what was to happen once may still happen. */
  leave(): void {
    for (const { node } of this.#world.processes) {
      const { faults } = this.#world.disk(node);
      for (const fault of [...POWER_FAULTS, ...HINDRANCES]) {
        if (faults[fault]) this.#act({ kind: "diskFault", node, fault, on: false });
      }
    }
    this.#act({ kind: "heal" });
    this.tend();
  }

  /** What a person does for nodes that are down. */
  tend(): void {
    for (const process of this.#world.processes) {
      if (!isDamaged(process)) this.#act({ kind: "restart", node: process.node });
    }
    this.repairDamaged();
  }

  #body(move: Exclude<Move, "flipBit" | "repair" | "killInOperation">): ActionBody {
    const node = this.#chance.between(1, this.#world.processes.length);
    switch (move) {
      case "produce":
        return this.#produce(node);
      case "createTopic":
        return {
          kind: "createTopic",
          topic: `t${++this.#topics}`,
          partitionCount: this.#chance.between(1, 3),
          replicationFactor: 3,
          minInsyncReplicas: 2,
        };
      case "diskFault":
        return this.#switchFault(node);
      case "cut":
        // A leader that is cut off may write what will never be committed.
        return { kind: "cut", nodes: [this.#chance.below(2) === 0 ? this.#leader(node) : node] };
      case "restart":
        return { kind: "restart", node: this.#downNode() ?? node };
      case "powerCut":
      case "powerOn":
      case "heal":
        return { kind: move };
      default:
        return { kind: move, node };
    }
  }

  #produce(node: number): ActionBody {
    const number = ++this.#produced;
    return randomRecord(this.#chance, number, this.#chance.below(5) < 3 ? null : node);
  }

  #switchFault(node: number): ActionBody {
    const fault = this.#pick([...POWER_FAULTS, ...HINDRANCES, ...HINDRANCES])!;
    const isOn = (id: NodeId): boolean => this.#world.disk(id).faults[fault];
    const hindered = this.#world.processes.find((each) => isOn(each.node));
    const isTaken = HINDRANCES.includes(fault) && hindered !== undefined;
    const id = isTaken ? hindered.node : nodeId(node);
    return { kind: "diskFault", node: id, fault, on: !isOn(id) };
  }

  /** Takes the power of the first node whose disk is at an operation of a random kind. */
  #killInOperation(): void {
    const world = this.#world;
    const kind = this.#pick(OPERATIONS)!;
    const limitUs = world.nowUs + OPERATION_WITHIN_US;
    do {
      const found = world.processes.find(
        ({ node, state }) => state === "running" && isWorkingOn(world, node, kind),
      );
      if (found !== undefined) return this.#act({ kind: "kill", node: found.node });
    } while (world.nowUs < limitUs && world.stepTimestamp());
  }

  /**
   * Flips a bit that was durable, and starts the node again, so that the damage is found before
   * anything else goes wrong. Only where the others can do without that node: two damaged disks of
   * three are the end of every cluster, and nothing to learn from.
   */
  #damage(): void {
    const { node, state } = this.#pick(this.#world.processes)!;
    if (this.#patient !== null || state === "stopped" || !this.#canDoWithout(node)) return;
    const file = this.#pick(this.#world.disk(node).files.filter((each) => each.durableBytes > 0));
    if (file === undefined) return;
    this.#patient = node;
    const byte = this.#chance.below(file.durableBytes);
    this.#act({ kind: "kill", node });
    this.#act({ kind: "flipBit", node, file: file.name, byte, bit: this.#chance.below(8) });
    this.#act({ kind: "restart", node });
  }

  /** True if another node is in sync for every partition, and two others can go on. */
  #canDoWithout(node: NodeId): boolean {
    const { processes } = this.#world;
    const others = processes.filter((each) => each.node !== node && each.state === "running");
    const known = bestInformed(others);
    if (others.length < 2 || known === null) return false;
    return [...known.metadata.partitions.values()].every(({ isr }) =>
      isr.some((member) => member !== node),
    );
  }

  /** The patient is well when it runs from a disk that has been read as a whole since. */
  #dischargePatient(): void {
    if (this.#patient === null) return;
    const process = this.#world.processes[this.#patient - 1]!;
    const { broker } = process;
    if (process.state !== "running" || broker === null) return;
    const known = bestInformed(this.#world.processes);
    const listed = known?.metadata.nodes.get(process.node);
    if (listed?.state === "member" && listed.generation === broker.generation) this.#patient = null;
  }

  #leader(otherwise: number): number {
    const leader = this.#world.processes.find(({ broker }) => broker?.raft?.role === "leader");
    return leader?.node ?? otherwise;
  }

  #downNode(): number | undefined {
    const down = this.#world.processes.filter(
      (each) => each.state !== "running" && !isDamaged(each),
    );
    return this.#pick(down)?.node;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#chance.below(Math.max(1, from.length))];
  }

  /** What makes no sense is refused, and then nothing happens. */
  #act(body: ActionBody): void {
    this.#world.act(body);
  }
}

function isWorkingOn(world: World, node: NodeId, kind: DiskOperation["kind"]): boolean {
  const write = world.writes(node).at(-1);
  return write !== undefined && write.endsAtUs > world.nowUs && write.operation.kind === kind;
}

/** True for a node that stopped because it cannot serve from its disk. */
export function isDamaged({ state, broker }: Process): boolean {
  return state === "stopped" && broker !== null && broker.damage !== null;
}
