import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import type { Link, Network } from "./network.ts";
import { NODES_MAX } from "./run.ts";
import type { RunOptions, SetLinkAction, SetNetworkAction } from "./run.ts";

/** A group of brokers that is cut off from the others. */
export interface Cut {
  /** In ascending order. */
  readonly nodes: readonly NodeId[];
  readonly sinceUs: number;
}

/** What one direction between two brokers does to messages. */
export interface LinkFault {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly isCut: boolean;
  /** More than none overrides what all links lose. */
  readonly lossPercent: number;
  readonly extraLatencyUs: number;
}

/** What all links between brokers do. */
export interface NetworkSettings {
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  readonly lossPercent: number;
}

/** One direction between two nodes that there may be. */
interface Way {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly link: Link;
  /** Apart from the latencies, so that these are the same with losses and without. */
  readonly lossChance: Chance;
  fault: LinkFault | null;
}

/** Cuts between groups of brokers, and what single links do to what is sent on them. */
export class LinkFaults {
  readonly #network: Network;
  /** In order of `from`, then of `to`. */
  readonly #ways: readonly Way[];
  #cuts: readonly Cut[] = [];
  #links: readonly LinkFault[] = [];
  #settings: NetworkSettings;

  constructor(network: Network, seed: number, { latencyMinUs, latencyMaxUs }: RunOptions) {
    this.#network = network;
    this.#ways = waysOf(network, seed);
    this.#settings = { latencyMinUs, latencyMaxUs, lossPercent: 0 };
  }

  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  /** Those that do anything, each direction apart. */
  get links(): readonly LinkFault[] {
    return this.#links;
  }

  get settings(): NetworkSettings {
    return this.#settings;
  }

  /** Only what has not yet passed its middle can still be lost to a new cut. */
  cut(nodes: readonly number[], nowUs: number): void {
    const ascending = nodes.map(nodeId).sort((a, b) => a - b);
    this.#cuts = [...this.#cuts, { nodes: ascending, sinceUs: nowUs }];
    this.#apply(nowUs);
  }

  /** Takes nodes, or all, out of every cut; a cut without nodes is none. */
  heal(nodes: readonly number[] | null, nowUs: number): void {
    this.#cuts = this.#cuts
      .map((cut) => {
        const left = cut.nodes.filter((node) => nodes !== null && !nodes.includes(node));
        return left.length === cut.nodes.length ? cut : { ...cut, nodes: left };
      })
      .filter((cut) => cut.nodes.length > 0);
    this.#apply(nowUs);
  }

  setLink(action: SetLinkAction, nowUs: number): void {
    const { from, to, bothWays, isCut, lossPercent, extraLatencyUs } = action;
    const doesSomething = isCut || lossPercent > 0 || extraLatencyUs > 0;
    for (const way of this.#ways) {
      const isThere = way.from === from && way.to === to;
      const isBack = bothWays && way.from === to && way.to === from;
      if (!isThere && !isBack) continue;
      const fault = { from: way.from, to: way.to, isCut, lossPercent, extraLatencyUs };
      way.fault = doesSomething ? fault : null;
    }
    this.#links = this.#ways.flatMap(({ fault }) => fault ?? []);
    this.#apply(nowUs);
  }

  setNetwork({ latencyMinUs, latencyMaxUs, lossPercent }: SetNetworkAction, nowUs: number): void {
    this.#settings = { latencyMinUs, latencyMaxUs, lossPercent };
    this.#apply(nowUs);
  }

  #apply(nowUs: number): void {
    for (const way of this.#ways) this.#applyTo(way);
    for (const flight of this.#network.inFlight) this.#network.watchMiddle(flight, nowUs);
  }

  #applyTo({ from, to, link, lossChance, fault }: Way): void {
    const { latencyMinUs, latencyMaxUs } = this.#settings;
    const isCutOff = this.#cuts.some(({ nodes }) => nodes.includes(from) !== nodes.includes(to));
    link.isCut = isCutOff || (fault?.isCut ?? false);
    link.latencyMinUs = latencyMinUs + (fault?.extraLatencyUs ?? 0);
    link.latencyMaxUs = latencyMaxUs + (fault?.extraLatencyUs ?? 0);
    // Who does not lose anything draws nothing.
    const lossPercent = (fault?.lossPercent ?? 0) || this.#settings.lossPercent;
    link.drawLoss = lossPercent > 0 ? () => lossChance.below(100) < lossPercent : null;
  }
}

/** Also between nodes that are still to come: they are on some side of every cut. */
function waysOf(network: Network, seed: number): readonly Way[] {
  const nodes = Array.from({ length: NODES_MAX }, (_, i) => nodeId(i + 1));
  return nodes.flatMap((from) =>
    nodes.flatMap((to): Way[] => {
      if (from === to) return [];
      const link = network.link(network.node(from), network.node(to));
      return [{ from, to, link, lossChance: splitChance(seed, "loss", from, to), fault: null }];
    }),
  );
}
