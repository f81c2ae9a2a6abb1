import { assert } from "../base/assert.ts";
import { splitChance } from "./chance.ts";
import type { Chance } from "./chance.ts";
import { LinkFaults } from "./linkFaults.ts";
import type { Cut, LinkFault, NetworkSettings } from "./linkFaults.ts";
import { fractionOf } from "./network.ts";
import type { ClientPayload, Doorkeeper, Flight, MovingFlight, Network } from "./network.ts";
import type { MessageAction, NetworkAction, RunOptions } from "./run.ts";

/** What people do to the network, and what has come of it. */
export interface Tampering {
  readonly cuts: readonly Cut[];
  /** The directions between brokers that do something to messages. */
  readonly links: readonly LinkFault[];
  readonly settings: NetworkSettings;
  take(action: NetworkAction, nowUs: number): void;
}

/** What that needs of the world. */
export interface TamperedWorld {
  readonly seed: number;
  readonly options: RunOptions;
  readonly network: Network;
  /** There is one more under way. */
  readonly duplicated: (flight: Flight) => void;
  readonly dropped: (flight: Flight) => void;
  /** Both ends of a connection are to learn that it has broken. */
  readonly connectionBroke: (connection: number) => void;
}

export function createTampering(world: TamperedWorld): Tampering {
  return new Hands(world);
}

/**
 * Lays hands on links and on single messages. Between brokers each message is on its own: one that
 * was held or delayed is overtaken, and one may come twice, which Raft and the fetch protocol must
 * stand. What belongs to a client's connection arrives in order or not at all, as TCP has it: what
 * is behind a message that stands waits for it, and without it there is no connection any more.
 */
class Hands implements Tampering, Doorkeeper {
  readonly #world: TamperedWorld;
  readonly #links: LinkFaults;
  readonly #duplicateChances = new Map<string, Chance>();
  /** Of connections: those that may be overtaken because they were touched, or are waiting. */
  readonly #touched = new Set<MovingFlight>();

  constructor(world: TamperedWorld) {
    this.#world = world;
    this.#links = new LinkFaults(world.network, world.seed, world.options);
  }

  get cuts(): readonly Cut[] {
    return this.#links.cuts;
  }

  get links(): readonly LinkFault[] {
    return this.#links.links;
  }

  get settings(): NetworkSettings {
    return this.#links.settings;
  }

  take(action: NetworkAction, nowUs: number): void {
    switch (action.kind) {
      case "cut":
        return this.#links.cut(action.nodes, nowUs);
      case "heal":
        return this.#links.heal(action.nodes ?? null, nowUs);
      case "setLink":
        return this.#links.setLink(action, nowUs);
      case "setNetwork":
        return this.#links.setNetwork(action, nowUs);
      default:
        return this.#takeAt(action, nowUs);
    }
  }

  #takeAt(action: MessageAction, nowUs: number): void {
    const flight = this.#world.network.flight(action.message);
    assert(flight !== null, "the message is under way");
    switch (action.kind) {
      case "dropMessage":
        return this.#drop(flight, nowUs);
      case "duplicateMessage":
        return this.#duplicate(flight, nowUs);
      case "holdMessage":
        flight.heldAtUs = nowUs;
        return this.#touch(flight);
      case "releaseMessage":
        return this.#goOn(flight, nowUs);
      case "delayMessage":
        return this.#delay(flight, action.byUs, nowUs);
    }
  }

  #delay(flight: MovingFlight, byUs: number, nowUs: number): void {
    if (flight.heldAtUs === null) {
      flight.movesFromFraction = fractionOf(flight, nowUs);
      flight.movesFromUs = nowUs;
      flight.arrivesAtUs += byUs;
      this.#world.network.move(flight, nowUs);
    } else {
      // Once it is released it has so much more before it.
      flight.arrivesAtUs += byUs;
    }
    this.#touch(flight);
  }

  /** It has the rest of its way before it; who was at the door already goes in. */
  #goOn(flight: MovingFlight, nowUs: number): void {
    assert(flight.heldAtUs !== null, "only what stands still goes on");
    const restUs = Math.max(1, flight.arrivesAtUs - flight.heldAtUs);
    flight.movesFromFraction = fractionOf(flight, nowUs);
    flight.movesFromUs = nowUs;
    flight.arrivesAtUs = nowUs + restUs;
    flight.heldAtUs = null;
    flight.isWaiting = false;
    this.#world.network.move(flight, nowUs);
  }

  /** It leaves its sender now, as if that had said the same thing again. */
  #duplicate({ from, to, payload }: MovingFlight, nowUs: number): void {
    const { network, seed, duplicated } = this.#world;
    const way = `${from.name}>${to.name}`;
    let chance = this.#duplicateChances.get(way);
    if (chance === undefined) {
      chance = splitChance(seed, "duplicate", from.id, to.id);
      this.#duplicateChances.set(way, chance);
    }
    const { latencyMinUs, latencyMaxUs } = network.link(from, to);
    const arrivesAtUs = nowUs + chance.between(latencyMinUs, latencyMaxUs);
    duplicated(
      network.launch({ from, to, payload, sentAtUs: nowUs, arrivesAtUs, isDuplicate: true }),
    );
  }

  #drop(flight: MovingFlight, nowUs: number): void {
    const connection = clientPayload(flight)?.connection;
    if (connection === undefined) return this.#lose(flight, nowUs);
    for (const one of this.#world.network.inFlight) {
      if (clientPayload(one)?.connection === connection) this.#lose(one, nowUs);
    }
    this.#world.connectionBroke(connection);
  }

  #lose(flight: MovingFlight, nowUs: number): void {
    const { network, dropped } = this.#world;
    // What stood still is lost where it stood, and its rest is the way that it has not gone.
    if (flight.heldAtUs !== null) this.#goOn(flight, nowUs);
    network.lose(flight, nowUs);
    dropped(flight);
  }

  #touch(flight: MovingFlight): void {
    if (clientPayload(flight) === null) return;
    this.#touched.add(flight);
    this.#world.network.doorkeeper = this;
  }

  /** Whoever is behind another one of its connection waits at the door. */
  keepsOut(flight: MovingFlight, nowUs: number): boolean {
    for (const one of this.#touched) {
      if (one.id >= flight.id || !isOfOneStream(one, flight)) continue;
      flight.heldAtUs = nowUs;
      flight.isWaiting = true;
      this.#touched.add(flight);
      return true;
    }
    return false;
  }

  /** The next one of its connection may come in, if it is there. */
  ended(flight: MovingFlight, nowUs: number): void {
    if (!this.#touched.delete(flight)) return;
    let next: MovingFlight | null = null;
    for (const one of this.#touched) {
      if (!one.isWaiting || !isOfOneStream(one, flight)) continue;
      if (next === null || one.id < next.id) next = one;
    }
    if (next !== null) this.#goOn(next, nowUs);
    if (this.#touched.size === 0) this.#world.network.doorkeeper = null;
  }
}

/** Both on the same connection, and in the same direction. */
function isOfOneStream(a: MovingFlight, b: MovingFlight): boolean {
  return a.from === b.from && clientPayload(a)?.connection === clientPayload(b)?.connection;
}

function clientPayload({ payload }: Flight): ClientPayload | null {
  switch (payload.kind) {
    case "raft":
    case "request":
    case "response":
      return null;
    default:
      return payload;
  }
}
