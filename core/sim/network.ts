import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { PeerMessage } from "../broker/io.ts";
import type { AdminRequest, AdminResponse, ClientApi, ClientRequest } from "../wire/request.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { clientEndpoint, nodeEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { Recent } from "./recent.ts";
import { NODES_MAX } from "./run.ts";
import type { RunOptions } from "./run.ts";

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
  /** When it arrives, or would have arrived; of one that stands still, had it gone on. */
  readonly arrivesAtUs: number;
  /** When it was lost: half-way, where somebody dropped it, or at a dead node. Null: it was not. */
  readonly lostAtUs: number | null;
  /** Since when it stands still, because somebody holds it or because it waits; null: it moves. */
  readonly heldAtUs: number | null;
  /** It has come to its receiver, which must have an earlier one of its connection first. */
  readonly isWaiting: boolean;
  /** Since when it has moved as it moves now, and which part of its way, 0 to 1, was behind it then. */
  readonly movesFromUs: number;
  readonly movesFromFraction: number;
  /** Another one of an earlier message, because somebody wanted that. */
  readonly isDuplicate: boolean;
}

/** What the network wants to be woken for. */
export type NetworkEvent =
  | { readonly kind: "arrive"; readonly flight: MovingFlight }
  | { readonly kind: "middle"; readonly flight: MovingFlight };

/** A flight while something can still become of it. */
export interface MovingFlight extends Flight {
  readonly link: Link;
  /** It will be lost half-way: its link loses some. */
  readonly isDoomed: boolean;
  arrivesAtUs: number;
  lostAtUs: number | null;
  heldAtUs: number | null;
  isWaiting: boolean;
  movesFromUs: number;
  movesFromFraction: number;
}

/** One direction of one pair. */
export interface Link {
  readonly chance: Chance;
  latencyMinUs: number;
  latencyMaxUs: number;
  /** Nothing gets past its middle. */
  isCut: boolean;
  /** Draws whether the next message is lost; null: none is. */
  drawLoss: (() => boolean) | null;
  /** When the last one arrives of those that nobody has touched: they never overtake each other. */
  lastArrivalUs: number;
}

/** Whoever has touched a message of a connection, on which everything keeps its order. */
export interface Doorkeeper {
  /** True if the flight may not arrive yet. */
  keepsOut(flight: MovingFlight, nowUs: number): boolean;
  ended(flight: MovingFlight, nowUs: number): void;
}

/**
 * Messages between brokers and clients. Each directed pair draws its latencies from a stream of its
 * own and never reorders, as a TCP connection does not, unless somebody lays hands on a message.
 * What people do to it is not in here (`Tampering`): a network that is left alone needs none of it.
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
  #sentCount = 0;
  doorkeeper: Doorkeeper | null = null;

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
  get inFlight(): ReadonlySet<MovingFlight> {
    return this.#inFlight;
  }

  /** The message of that number, if it is under way. */
  flight(id: number): MovingFlight | null {
    for (const flight of this.#inFlight) if (flight.id === id) return flight;
    return null;
  }

  /** How many messages there were so far; they are numbered from 1. */
  get sentCount(): number {
    return this.#sentCount;
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
    const link = this.link(from, to);
    const latencyUs = link.chance.between(link.latencyMinUs, link.latencyMaxUs);
    const arrivesAtUs = Math.max(nowUs + latencyUs, link.lastArrivalUs + 1);
    link.lastArrivalUs = arrivesAtUs;
    return this.launch({ from, to, payload, sentAtUs: nowUs, arrivesAtUs, isDuplicate: false });
  }

  /** Puts a message on its way that arrives when it is told to, whatever else is on that link. */
  launch(
    facts: Pick<Flight, "from" | "to" | "payload" | "sentAtUs" | "arrivesAtUs" | "isDuplicate">,
  ): Flight {
    const { from, to, payload, sentAtUs, arrivesAtUs, isDuplicate } = facts;
    const link = this.link(from, to);
    const flight: MovingFlight = {
      id: ++this.#sentCount,
      from,
      to,
      payload,
      sentAtUs,
      arrivesAtUs,
      lostAtUs: null,
      heldAtUs: null,
      isWaiting: false,
      movesFromUs: sentAtUs,
      movesFromFraction: 0,
      isDuplicate,
      link,
      isDoomed: link.drawLoss !== null && link.drawLoss(),
    };
    this.#inFlight.add(flight);
    this.move(flight, sentAtUs);
    return flight;
  }

  /** It moves from now on as it says itself; what was planned for it before no longer holds. */
  move(flight: MovingFlight, nowUs: number): void {
    this.#schedule(flight.arrivesAtUs, { kind: "arrive", flight });
    this.watchMiddle(flight, nowUs);
  }

  /** If it will be lost when it comes to its middle, the network must be woken for that. */
  watchMiddle(flight: MovingFlight, nowUs: number): void {
    if (!flight.link.isCut && !flight.isDoomed) return;
    const middleUs = middleOf(flight);
    if (flight.heldAtUs === null && middleUs > nowUs) {
      this.#schedule(middleUs, { kind: "middle", flight });
    }
  }

  /** The flight may have come to its middle; says what has taken it there, if anything has. */
  passMiddle(flight: MovingFlight, nowUs: number): "cut" | "loss" | null {
    const { link, isDoomed, heldAtUs } = flight;
    if (heldAtUs !== null || middleOf(flight) !== nowUs || !this.#inFlight.has(flight)) return null;
    if (!link.isCut && !isDoomed) return null;
    this.lose(flight, nowUs);
    return link.isCut ? "cut" : "loss";
  }

  /** Takes the flight out of the air; "notNow" if it has ended, stands still or arrives later. */
  land(flight: MovingFlight, nowUs: number, isReceiverUp: boolean): "arrived" | "lost" | "notNow" {
    if (flight.arrivesAtUs !== nowUs || flight.heldAtUs !== null) return "notNow";
    if (!this.#inFlight.has(flight)) return "notNow";
    if (this.doorkeeper !== null && this.doorkeeper.keepsOut(flight, nowUs)) return "notNow";
    if (isReceiverUp) this.#end(flight, nowUs);
    else this.lose(flight, nowUs);
    return isReceiverUp ? "arrived" : "lost";
  }

  lose(flight: MovingFlight, nowUs: number): void {
    flight.lostAtUs = nowUs;
    this.#end(flight, nowUs);
  }

  #end(flight: MovingFlight, nowUs: number): void {
    this.#inFlight.delete(flight);
    this.#recent?.add(flight, nowUs);
    this.doorkeeper?.ended(flight, nowUs);
  }

  link(from: Endpoint, to: Endpoint): Link {
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
      isCut: false,
      drawLoss: null,
      lastArrivalUs: 0,
    };
  }
}

/** Which part of its way is behind the flight, from 0 to 1, at a moment since it moves like this. */
export function fractionOf(flight: Flight, nowUs: number): number {
  const { movesFromUs, movesFromFraction, arrivesAtUs, heldAtUs } = flight;
  const passed = ((heldAtUs ?? nowUs) - movesFromUs) / (arrivesAtUs - movesFromUs);
  return movesFromFraction + (1 - movesFromFraction) * passed;
}

/** Not after `movesFromUs` if it was behind the flight by then. */
function middleOf({ movesFromUs, movesFromFraction, arrivesAtUs }: Flight): number {
  const share = (0.5 - movesFromFraction) / (1 - movesFromFraction);
  return Math.floor(movesFromUs + share * (arrivesAtUs - movesFromUs));
}

function streamOf(endpoint: Endpoint): number {
  return endpoint.kind === "node" ? endpoint.id : -endpoint.id;
}

/** A produce with acks=0 wants no answer. */
export function isAnswered(request: ClientRequest): boolean {
  return request.api !== "produce" || request.acks !== 0;
}
