import { flightLabel } from "@chronik/core/view";
import { hasArrivedBy, textOf } from "./perfetto.ts";
import type { Recording } from "./recording.ts";

/** What ShiViz is to read the file with; the first line says so, as GoVector's logs do. */
const PARSER = String.raw`(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`;

/** At one moment a node takes what comes, changes, and then speaks. */
type Phase = 0 | 1 | 2;

interface Step {
  readonly atUs: number;
  readonly phase: Phase;
  readonly host: string;
  readonly text: string;
  /** The message that is sent or taken here. */
  readonly message: number | null;
}

/**
 * The run as a log with vector clocks, for ShiViz: every step of a host counts its own clock up, and
 * what arrives brings along what its sender knew. Heartbeats are left out, or they would be all that
 * is seen, and so is what happens at no single host.
 */
export function shivizLog(recording: Recording): string {
  const clocks = new Map<string, Map<string, number>>();
  const sent = new Map<number, ReadonlyMap<string, number>>();
  const lines = [PARSER, ""];
  for (const { atUs, phase, host, text, message } of stepsOf(recording)) {
    const clock = clocks.get(host) ?? new Map<string, number>();
    clocks.set(host, clock);
    clock.set(host, (clock.get(host) ?? 0) + 1);
    if (message !== null && phase === 0) {
      for (const [other, count] of sent.get(message) ?? []) {
        clock.set(other, Math.max(count, clock.get(other) ?? 0));
      }
    }
    if (message !== null && phase === 2) sent.set(message, new Map(clock));
    lines.push(`${host} ${JSON.stringify(Object.fromEntries(clock))}`);
    lines.push(`${(atUs / 1_000_000).toFixed(6)} s ${text}`);
  }
  return `${lines.join("\n")}\n`;
}

function stepsOf({ events, flights, toUs }: Recording): readonly Step[] {
  const steps: Step[] = [];
  for (const { node, atUs, what } of events) {
    if (node !== "") steps.push({ atUs, phase: 1, host: node, text: textOf(what), message: null });
  }
  for (const flight of flights) {
    if (flight.kind === "heartbeat") continue;
    const { id, from, to, sentAtUs, arrivesAtUs, lostAtUs } = flight;
    const label = flightLabel(flight);
    const fate = lostAtUs === null ? "" : ", which is lost";
    const step = { message: id };
    steps.push({ ...step, atUs: sentAtUs, phase: 2, host: from, text: `sends ${label}${fate}` });
    if (!hasArrivedBy(flight, toUs)) continue;
    steps.push({ ...step, atUs: arrivesAtUs, phase: 0, host: to, text: `gets ${label}` });
  }
  // Sorting is stable: what is equal stays in the order in which it happened.
  return steps.sort((a, b) => a.atUs - b.atUs || a.phase - b.phase);
}
