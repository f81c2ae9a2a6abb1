import { flightLabel } from "@chronik/core/view";
import type { FlightView, RichText } from "@chronik/core/view";
import type { Recording } from "./recording.ts";

/**
 * The JSON trace format that ui.perfetto.dev opens: a process is a node or a client, its threads are
 * its role, its disk, its events, and one for what it sends to and gets from each other place.
 * Arrows join what was sent with what arrived. All times are microseconds of virtual time.
 */
export function perfettoTrace(recording: Recording): string {
  const tracks = new Tracks(recording.places);
  const events = [
    ...recording.lives.map(({ node, fromUs, toUs, what }) =>
      tracks.slice(node, "role", what, Math.max(fromUs, recording.fromUs), toUs),
    ),
    ...recording.writes.map(({ node, label, startedAtUs, endsAtUs, bytes, sync, lost }) =>
      tracks.slice(node, "disk", label, startedAtUs, endsAtUs, { bytes, sync, lost }),
    ),
    ...recording.events.map(({ node, atUs, what, why }) =>
      tracks.instant(node, textOf(what), atUs, { why: textOf(why) }),
    ),
    ...recording.flights.flatMap((flight) => flightSlices(flight, recording.toUs, tracks)),
  ];
  // One event a line: people read these files too.
  const lines = [...tracks.names(), ...events].map((event) => JSON.stringify(event));
  return `{"displayTimeUnit":"ms","traceEvents":[\n${lines.join(",\n")}\n]}\n`;
}

/** The moment of sending and that of arriving, as slices so short that they never overlap. */
function flightSlices(flight: FlightView, endUs: number, tracks: Tracks): TraceEvent[] {
  const { id, from, to, term, sentAtUs, arrivesAtUs, lostAtUs } = flight;
  const label = flightLabel(flight);
  const fate = lostAtUs === null ? {} : { lostAtUs };
  const sent = tracks.slice(from, `to ${to}`, label, sentAtUs, sentAtUs + 1, { term, ...fate });
  const hasArrived = hasArrivedBy(flight, endUs);
  if (!hasArrived) return [sent];
  const got = tracks.slice(to, `from ${from}`, label, arrivesAtUs, arrivesAtUs + 1, { term });
  const bind_id = String(id);
  return [
    { ...sent, bind_id, flow_out: true },
    { ...got, bind_id, flow_in: true },
  ];
}

export function hasArrivedBy(flight: FlightView, atUs: number): boolean {
  return flight.lostAtUs === null && flight.heldAtUs === null && flight.arrivesAtUs <= atUs;
}

export const textOf = (text: RichText): string => text.map((part) => part.text).join("");

/** Those fields of the format that are used here. */
interface TraceEvent {
  readonly ph: "M" | "X" | "i";
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  /** Of an instant: it belongs to its thread, or to everything. */
  readonly s?: "t" | "g";
  readonly bind_id?: string;
  readonly flow_out?: true;
  readonly flow_in?: true;
  readonly args?: Readonly<Record<string, string | number | boolean>>;
}

/** Numbers processes and threads in the order in which they are to be read. */
class Tracks {
  readonly #places: readonly string[];
  readonly #threads = new Map<string, Map<string, number>>();

  constructor(places: readonly string[]) {
    this.#places = places;
    for (const place of places) {
      const isNode = place.startsWith("n");
      const others = places.filter((other) => other !== place && (isNode || other.startsWith("n")));
      const names = [
        ...(isNode ? ["role", "disk", "events"] : []),
        ...others.flatMap((other) => [`to ${other}`, `from ${other}`]),
      ];
      this.#threads.set(place, new Map(names.map((name, at) => [name, at + 1])));
    }
  }

  slice(
    place: string,
    thread: string,
    name: string,
    fromUs: number,
    toUs: number,
    args: TraceEvent["args"] = {},
  ): TraceEvent {
    const [pid, tid] = this.#idOf(place, thread);
    return { ph: "X", name, pid, tid, ts: fromUs, dur: toUs - fromUs, args };
  }

  /** `place` "": at no single one. */
  instant(place: string, name: string, atUs: number, args: TraceEvent["args"] = {}): TraceEvent {
    const [pid, tid] = place === "" ? [0, 0] : this.#idOf(place, "events");
    return { ph: "i", name, pid, tid, ts: atUs, s: place === "" ? "g" : "t", args };
  }

  names(): TraceEvent[] {
    const cluster = named("process_name", 0, 0, "cluster");
    return [cluster, ...this.#places.flatMap((place, at) => this.#namesOf(place, at + 1))];
  }

  #namesOf(place: string, pid: number): TraceEvent[] {
    const threads = [...(this.#threads.get(place) ?? [])];
    return [
      named("process_name", pid, 0, place),
      { ph: "M", name: "process_sort_index", pid, tid: 0, args: { sort_index: pid } },
      ...threads.flatMap(([name, tid]) => [
        named("thread_name", pid, tid, name),
        { ph: "M", name: "thread_sort_index", pid, tid, args: { sort_index: tid } } as const,
      ]),
    ];
  }

  #idOf(place: string, thread: string): readonly [number, number] {
    const pid = this.#places.indexOf(place) + 1;
    return [pid, this.#threads.get(place)?.get(thread) ?? 0];
  }
}

function named(kind: string, pid: number, tid: number, name: string): TraceEvent {
  return { ph: "M", name: kind, pid, tid, args: { name } };
}
