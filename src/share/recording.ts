import type { Run, WorldEvent } from "@chronik/core/sim";
import { World } from "@chronik/core/sim";
import type { EventView, FlightView, WriteView } from "@chronik/core/view";
import { EVENTS_MAX, Projector } from "@chronik/core/view";
import { READERS } from "../session/worldline.ts";
import type { ClientParts } from "../session/worldline.ts";
import { Lives } from "./lives.ts";
import type { Life } from "./lives.ts";

/** Everything that happened in a stretch of a run, in the page's own words. */
export interface Recording {
  readonly seed: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** "n1", "n2", ..., then the clients. */
  readonly places: readonly string[];
  /** In order of time. */
  readonly events: readonly RecordedEvent[];
  /** In the order in which they were sent. */
  readonly flights: readonly FlightView[];
  readonly writes: readonly WriteView[];
  readonly lives: readonly Life[];
}

/** `node` is "" for what happened at no single one. */
type RecordedEvent = EventView & { readonly node: string };

export interface Progress {
  readonly atUs: number;
  readonly toUs: number;
}

/** Far less than a view keeps what has ended, and what a person waits for without a sign. */
const STEP_US = 100_000;
/** A view is taken before it would have to forget one of its events. */
const UNTOLD_MAX = EVENTS_MAX / 2;

/**
 * Plays a run from its start and notes what happens from `fromUs` to `toUs`, or to where a rule is
 * broken. Between two steps it can be left.
 */
export function* record(
  run: Run,
  fromUs: number,
  toUs: number,
  clients: ClientParts,
): Generator<Progress, Recording> {
  const places = new Map<number, string>();
  const lives = new Lives();
  const projector = new Projector(READERS, null, new clients.BrokerViews(READERS, clients));
  const onEvent = (event: WorldEvent): void => {
    places.set(event.id, event.node === 0 ? "" : `n${event.node}`);
    lives.observe(event);
    projector.onEvent(event);
  };
  const world = new World(run, { onEvent, keepHistory: false }, clients.worldParts);
  const events: RecordedEvent[] = [];
  const flights = new Map<number, FlightView>();
  const writes = new Map<string, WriteView>();

  while (world.violation === null) {
    const stepEndUs = Math.min(toUs, world.nowUs + STEP_US);
    if (stepEndUs < fromUs) world.runUntil(stepEndUs);
    else runWhile(world, stepEndUs, () => places.size < UNTOLD_MAX);
    if (world.nowUs >= fromUs) {
      const view = projector.project(world);
      for (const event of view.events) {
        const node = places.get(event.id);
        if (node !== undefined && event.atUs >= fromUs) events.push({ ...event, node });
      }
      for (const flight of view.flights) {
        if (flight.sentAtUs >= fromUs) flights.set(flight.id, flight);
      }
      for (const write of view.writes) {
        if (write.startedAtUs >= fromUs) writes.set(write.id, write);
      }
    }
    places.clear();
    if (world.nowUs >= toUs) break;
    yield { atUs: world.nowUs, toUs };
  }
  return {
    seed: run.seed,
    fromUs,
    toUs: world.nowUs,
    places: [...world.processes.map(({ node }) => `n${node}`), ...clientsOf(flights.values())],
    events,
    flights: [...flights.values()].sort((a, b) => a.id - b.id),
    writes: [...writes.values()].sort((a, b) => a.startedAtUs - b.startedAtUs),
    lives: lives.upTo(world.nowUs).filter((life) => life.toUs > fromUs),
  };
}

/** Also those that have come to their end. */
function clientsOf(flights: Iterable<FlightView>): readonly string[] {
  const names = new Set([...flights].flatMap(({ from, to }) => [from, to]));
  return [...names].filter((name) => name.startsWith("c")).sort(byNumber);
}

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1));

/** Moment by moment, up to and including `endUs`, for as long as there is room for what happens. */
function runWhile(world: World, endUs: number, hasRoom: () => boolean): void {
  while (hasRoom()) {
    const nextUs = world.nextEventAtUs();
    if (nextUs === null || nextUs > endUs) return world.runUntil(endUs);
    world.stepTimestamp();
  }
}
