import { assert } from "../base/assert.ts";
import { nodeId } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import type { PeerMessage } from "../broker/io.ts";
import type { AdminRequest, AdminResponse, ClientApi, ClientRequest } from "../wire/request.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { clientEndpoint, nodeEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { Recent } from "./recent.ts";
import { NODES_MAX } from "./run.ts";
import type { NetworkAction, RunOptions } from "./run.ts";

/** What travels: between brokers, and between clients and brokers. */
export type Payload = PeerMessage | ClientPayload;

/** What travels on a connection, of which each is numbered in the whole run. */
export type ClientPayload =
  | ClientFrame
  | {
      readonly kind: "serverFrame";
      readonly client: number;
      readonly connection: number;
      readonly frame: Uint8Array;
      /** Those of the request, without which a reply cannot be read. */
      readonly api: ClientApi;
      readonly apiVersion: number;
      readonly correlationId: number;
    }
  | {
      readonly kind: "adminRequest";
      readonly client: number;
      readonly connection: number;
      readonly correlationId: number;
      readonly request: AdminRequest;
    }
  | {
      readonly kind: "adminResponse";
      readonly client: number;
      readonly connection: number;
      readonly correlationId: number;
      readonly response: AdminResponse;
    }
  /** The sender has closed the connection, or it was lost with its process. */
  | { readonly kind: "connectionClosed"; readonly client: number; readonly connection: number };

export interface ClientFrame {
  readonly kind: "clientFrame";
  readonly client: number;
  readonly connection: number;
  readonly frame: Uint8Array;
  /** What the frame says, as its sender meant it: for pictures, and for who checks promises. */
  readonly request: ClientRequest;
  readonly api: ClientApi;
  readonly apiVersion: number;
  readonly correlationId: number;
}

/** One message on its way, or one that has ended lately. */
export interface Flight {
  /** Counts the messages of a run, from 1. */
  readonly id: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly payload: Payload;
  readonly sentAtUs: number;
  /** When it arrives, or would have arrived. */
  readonly arrivesAtUs: number;
  /** When it was lost, half-way at a cut or on arrival at a dead node. Null when it was not. */
  readonly lostAtUs: number | null;
}

/** A group of brokers that is cut off from the others. */
export interface Cut {
  /** In ascending order. */
  readonly nodes: readonly NodeId[];
  readonly sinceUs: number;
}

/** What the network wants to be woken for. */
export type NetworkEvent =
  | { readonly kind: "arrive"; readonly flight: MovingFlight }
  | { readonly kind: "middle"; readonly flight: MovingFlight };

/** A flight while the network may still lose it. */
export interface MovingFlight extends Flight {
  lostAtUs: number | null;
  /** True once it is on the schedule that a cut may stop it half-way. */
  middleScheduled: boolean;
}

/** One direction of one pair. */
interface Link {
  readonly chance: Chance;
  readonly latencyMinUs: number;
  readonly latencyMaxUs: number;
  lastArrivalUs: number;
}

/**
 * Messages between brokers and clients. Each directed pair draws its latencies from a stream of its
 * own and never reorders, as a TCP connection does not.
 */
export class Network {
  readonly #seed: number;
  readonly #options: RunOptions;
  readonly #schedule: (atUs: number, event: NetworkEvent) => void;
  readonly #recent: Recent<Flight> | null;
  readonly #nodes: readonly Endpoint[];
  readonly #clients = new Map<number, Endpoint>();
  readonly #links = new Map<Endpoint, Map<Endpoint, Link>>();
  readonly #inFlight = new Set<MovingFlight>();
  #cuts: readonly Cut[] = [];
  #sentCount = 0;

  /** With `keepRecent` false nothing is kept about flights that have ended. */
  constructor(
    seed: number,
    options: RunOptions,
    schedule: (atUs: number, event: NetworkEvent) => void,
    keepRecent: boolean,
  ) {
    this.#seed = seed;
    this.#options = options;
    this.#schedule = schedule;
    this.#recent = keepRecent ? new Recent() : null;
    this.#nodes = Array.from({ length: NODES_MAX }, (_, i) => nodeEndpoint(i + 1));
  }

  /** Oldest first. */
  get inFlight(): ReadonlySet<Flight> {
    return this.#inFlight;
  }

  get cuts(): readonly Cut[] {
    return this.#cuts;
  }

  /** What arrived or was lost within the last two seconds, in the order in which it ended. */
  recentFlights(nowUs: number): readonly Flight[] {
    return this.#recent?.list(nowUs) ?? [];
  }

  node(id: NodeId): Endpoint {
    const endpoint = this.#nodes[id - 1];
    assert(endpoint !== undefined, "the node exists");
    return endpoint;
  }

  client(id: number): Endpoint {
    let endpoint = this.#clients.get(id);
    if (endpoint === undefined) {
      endpoint = clientEndpoint(id);
      this.#clients.set(id, endpoint);
    }
    return endpoint;
  }

  send(from: Endpoint, to: Endpoint, payload: Payload, nowUs: number): Flight {
    const link = this.#link(from, to);
    const latencyUs = link.chance.between(link.latencyMinUs, link.latencyMaxUs);
    const arrivesAtUs = Math.max(nowUs + latencyUs, link.lastArrivalUs + 1);
    link.lastArrivalUs = arrivesAtUs;
    const flight: MovingFlight = {
      id: ++this.#sentCount,
      from,
      to,
      payload,
      sentAtUs: nowUs,
      arrivesAtUs,
      lostAtUs: null,
      middleScheduled: false,
    };
    this.#inFlight.add(flight);
    this.#schedule(arrivesAtUs, { kind: "arrive", flight });
    if (this.crossesCut(from, to)) this.#scheduleMiddle(flight);
    return flight;
  }

  /** The flight has come to its middle, where a cut that it would cross takes it. */
  passMiddle(flight: MovingFlight, nowUs: number): "lost" | "goesOn" {
    if (!this.crossesCut(flight.from, flight.to)) return "goesOn";
    this.#lose(flight, nowUs);
    return "lost";
  }

  /** Takes the flight out of the air; "gone" when a cut took it before. */
  land(flight: MovingFlight, nowUs: number, isReceiverUp: boolean): "arrived" | "lost" | "gone" {
    if (flight.lostAtUs !== null) return "gone";
    if (!isReceiverUp) {
      this.#lose(flight, nowUs);
      return "lost";
    }
    this.#inFlight.delete(flight);
    this.#recent?.add(flight, nowUs);
    return "arrived";
  }

  /** What a person does to it. */
  take(action: NetworkAction, nowUs: number): void {
    switch (action.kind) {
      case "cut":
        return this.cut(action.nodes, nowUs);
      case "heal":
        return this.heal(action.nodes ?? this.#nodes.map(({ id }) => id));
      default:
        return;
    }
  }

  /** Only what has not yet passed its middle can still be lost to a new cut. */
  cut(nodes: readonly number[], nowUs: number): void {
    const ascending = nodes.map(nodeId).sort((a, b) => a - b);
    this.#cuts = [...this.#cuts, { nodes: ascending, sinceUs: nowUs }];
    for (const flight of this.#inFlight) {
      if (middleOf(flight) > nowUs && this.crossesCut(flight.from, flight.to)) {
        this.#scheduleMiddle(flight);
      }
    }
  }

  /** Takes nodes out of every cut; a cut without nodes is none. */
  heal(nodes: readonly number[]): void {
    this.#cuts = this.#cuts
      .map((cut) => {
        const left = cut.nodes.filter((node) => !nodes.includes(node));
        return left.length === cut.nodes.length ? cut : { ...cut, nodes: left };
      })
      .filter((cut) => cut.nodes.length > 0);
  }

  /** True if a message from here to there would not get through now. */
  crossesCut(from: Endpoint, to: Endpoint): boolean {
    if (this.#cuts.length === 0 || from.kind === "client" || to.kind === "client") return false;
    return this.#cuts.some(({ nodes }) => nodes.includes(from.id) !== nodes.includes(to.id));
  }

  #scheduleMiddle(flight: MovingFlight): void {
    if (flight.middleScheduled) return;
    flight.middleScheduled = true;
    this.#schedule(middleOf(flight), { kind: "middle", flight });
  }

  #lose(flight: MovingFlight, nowUs: number): void {
    flight.lostAtUs = nowUs;
    this.#inFlight.delete(flight);
    this.#recent?.add(flight, nowUs);
  }

  #link(from: Endpoint, to: Endpoint): Link {
    let links = this.#links.get(from);
    if (links === undefined) {
      links = new Map();
      this.#links.set(from, links);
    }
    let link = links.get(to);
    if (link === undefined) {
      link = this.#createLink(from, to);
      links.set(to, link);
    }
    return link;
  }

  #createLink(from: Endpoint, to: Endpoint): Link {
    const options = this.#options;
    const isClient = from.kind === "client" || to.kind === "client";
    return {
      chance: splitChance(this.#seed, "network", streamOf(from), streamOf(to)),
      latencyMinUs: isClient ? options.clientLatencyMinUs : options.latencyMinUs,
      latencyMaxUs: isClient ? options.clientLatencyMaxUs : options.latencyMaxUs,
      lastArrivalUs: 0,
    };
  }
}

function middleOf(flight: Flight): number {
  return Math.floor((flight.sentAtUs + flight.arrivesAtUs) / 2);
}

function streamOf(endpoint: Endpoint): number {
  return endpoint.kind === "node" ? endpoint.id : -endpoint.id;
}

/** A produce with acks=0 wants no answer. */
export function isAnswered(request: ClientRequest): boolean {
  return request.api !== "produce" || request.acks !== 0;
}
