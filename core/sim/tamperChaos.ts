import type { ReplicationMode } from "../metadata/command.ts";
import { READY_STAGES } from "../broker/index.ts";
import { brokerChaos } from "./brokerChaos.ts";
import type { ChaosTimes, Look, Mischief } from "./brokerChaos.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import type { Flight } from "./network.ts";
import { weighted } from "./randomAction.ts";
import type { Weights } from "./randomAction.ts";
import type { ActionBody, MessageAction } from "./run.ts";
import type { World } from "./world.ts";
import type { WorldHooks } from "./world.ts";

type Move =
  | "pause"
  | "resume"
  | "skewClock"
  | "holdStage"
  | "setLink"
  | "setNetwork"
  | "message"
  | "addNode";
const WEIGHTS: Weights<Move> = [
  ["pause", 8],
  ["resume", 12],
  ["skewClock", 5],
  ["holdStage", 12],
  ["setLink", 14],
  ["setNetwork", 3],
  ["message", 50],
  ["addNode", 1],
];
const MESSAGE_WEIGHTS: Weights<MessageAction["kind"]> = [
  ["dropMessage", 4],
  ["holdMessage", 6],
  ["releaseMessage", 5],
  ["duplicateMessage", 10],
  ["delayMessage", 8],
];

const CLOCK_PERCENTS = [10, 50, 80, 100, 100, 125, 200, 500];
/** So many things are done at once at the most, */
const MOVES_MAX = 4;
/** and to so many messages. */
const BURST_MAX = 6;
const NODES_AT_MOST = 6;
const DELAY_MAX_US = 4_000_000;
const EXTRA_LATENCY_MAX_US = 300_000;
const LATENCY_MAX_US = 150_000;

/**
 * Broker chaos in which somebody also stops processes, bends clocks, holds Ready loops, and lays
 * hands on links and messages; then a calm without any of it, in which everything must come right.
 */
export function tamperChaos(
  seed: number,
  modes: readonly ReplicationMode[],
  times: ChaosTimes,
  look: Look,
  hooks: WorldHooks = {},
): World {
  const chance = splitChance(seed, "tamperChaos", 0, 0);
  return brokerChaos(seed, modes, times, look, hooks, {
    options: { forwardProduce: seed % 2 === 0 },
    mischiefIn: (world) => new Meddler(world, chance),
  });
}

/** Does one thing after the other to a world, of those that take nothing that was promised. */
class Meddler implements Mischief {
  readonly #world: World;
  readonly #chance: Chance;

  constructor(world: World, chance: Chance) {
    this.#world = world;
    this.#chance = chance;
  }

  move(): void {
    for (let left = this.#chance.between(1, MOVES_MAX); left > 0; left--) this.#move();
  }

  #move(): void {
    const chance = this.#chance;
    const node = this.#node();
    const move = weighted(chance, WEIGHTS);
    switch (move) {
      case "pause":
        return this.#act({
          kind: "pause",
          node: chance.below(2) === 0 ? this.#leader(node) : node,
        });
      case "resume": {
        const paused = this.#world.processes.filter(({ isPaused }) => isPaused);
        return this.#act({ kind: "resume", node: this.#pick(paused)?.node ?? node });
      }
      case "skewClock":
        return this.#act({ kind: "skewClock", node, percent: this.#pick(CLOCK_PERCENTS)! });
      case "holdStage": {
        const stage = this.#pick(READY_STAGES)!;
        const { broker } = this.#world.processes[node - 1]!;
        return this.#act({ kind: "holdStage", node, stage, on: !broker?.heldStages.has(stage) });
      }
      case "setLink":
        return this.#setLink();
      case "setNetwork":
        return this.#setNetwork();
      case "addNode":
        if (this.#world.processes.length >= NODES_AT_MOST) return;
        return this.#act({ kind: "addNode" });
      default:
        return this.#tamper();
    }
  }

  /** Undoes all that lasts. */
  calm(): void {
    const { processes, links, options } = this.#world;
    for (const { node, isPaused, clock, broker } of processes) {
      if (isPaused) this.#act({ kind: "resume", node });
      if (clock.percent !== 100) this.#act({ kind: "skewClock", node, percent: 100 });
      for (const stage of broker?.heldStages ?? []) {
        this.#act({ kind: "holdStage", node, stage, on: false });
      }
    }
    for (const { from, to } of links) this.#act({ kind: "setLink", from, to, ...NOTHING });
    const { latencyMinUs, latencyMaxUs } = options;
    this.#act({ kind: "setNetwork", latencyMinUs, latencyMaxUs, lossPercent: 0 });
    for (const { id, heldAtUs, isWaiting } of this.#world.flights()) {
      if (heldAtUs !== null && !isWaiting) this.#act({ kind: "releaseMessage", message: id });
    }
  }

  #setLink(): void {
    const chance = this.#chance;
    const [from, to] = [this.#node(), this.#node()];
    const bothWays = chance.below(4) === 0;
    const kind = chance.below(4);
    this.#act({
      kind: "setLink",
      from,
      to,
      ...NOTHING,
      bothWays,
      isCut: kind === 0,
      lossPercent: kind === 1 ? chance.between(1, 100) : 0,
      extraLatencyUs: kind === 2 ? chance.between(1, EXTRA_LATENCY_MAX_US) : 0,
    });
  }

  #setNetwork(): void {
    const chance = this.#chance;
    const latencyMinUs = chance.between(2, LATENCY_MAX_US);
    this.#act({
      kind: "setNetwork",
      latencyMinUs,
      latencyMaxUs: chance.between(latencyMinUs, LATENCY_MAX_US),
      lossPercent: chance.below(2) === 0 ? 0 : chance.between(1, 20),
    });
  }

  /** The same to some messages at once, mostly to such as brokers send each other. */
  #tamper(): void {
    const chance = this.#chance;
    const kind = weighted(chance, MESSAGE_WEIGHTS);
    const isOfClients = chance.below(3) === 0;
    for (let left = chance.between(1, BURST_MAX); left > 0; left--) {
      const flight = this.#pick(
        this.#world.flights().filter((each) => {
          const isHeld = each.heldAtUs !== null && !each.isWaiting;
          return isClients(each) === isOfClients && isHeld === (kind === "releaseMessage");
        }),
      );
      if (flight === undefined) return;
      const message = flight.id;
      if (kind !== "delayMessage") this.#act({ kind, message });
      else this.#act({ kind, message, byUs: chance.between(1, DELAY_MAX_US) });
    }
  }

  #node(): number {
    return this.#chance.between(1, this.#world.processes.length);
  }

  #leader(otherwise: number): number {
    const leader = this.#world.processes.find(({ broker }) => broker?.raft?.role === "leader");
    return leader?.node ?? otherwise;
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#chance.below(Math.max(1, from.length))];
  }

  /** What makes no sense is refused, and then nothing happens. */
  #act(body: ActionBody): void {
    this.#world.act(body);
  }
}

const NOTHING = { bothWays: false, isCut: false, lossPercent: 0, extraLatencyUs: 0 } as const;

function isClients({ from, to }: Flight): boolean {
  return from.kind === "client" || to.kind === "client";
}
