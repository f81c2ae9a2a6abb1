import { flightLabel } from "@chronik/core/view";
import type { FlightView } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import { acts, does, firstReason, withoutKey } from "./command.ts";
import type { Command } from "./command.ts";

const DELAYS_US = [
  [100_000, "100 ms"],
  [1_000_000, "1 s"],
] as const;

/** What can be done to a message; null for the one that nobody points at. */
export function messageCommands(flight: FlightView | null, state: PageState): readonly Command[] {
  const label = flight === null ? "a message" : flightLabel(flight);
  const message = flight?.id ?? 0;
  const isHeld = flight?.heldAtUs != null;
  const gone = reasonGone(flight, state.world?.nowUs ?? 0);
  const hold = isHeld ? "Release" : "Hold";
  const withClient = flight !== null && (isClient(flight.from) || isClient(flight.to));
  const standing = gone ?? firstReason([flight?.isWaiting === true, WAITING]);
  const base = { words: "message flight", section: "message", refusal: gone };
  const commands: readonly Command[] = [
    {
      ...base,
      id: `hold:${message}`,
      name: `${hold} ${label}`,
      short: hold,
      key: "H",
      refusal: standing,
      does: acts({ kind: isHeld ? "releaseMessage" : "holdMessage", message }),
    },
    {
      ...base,
      id: `drop:${message}`,
      name: `Drop ${label}`,
      short: "Drop",
      words: "message lose",
      key: "D",
      does: acts({ kind: "dropMessage", message }),
    },
    ...DELAYS_US.map(([byUs, text]): Command => ({
      ...base,
      id: `delay:${message}:${byUs}`,
      name: `Delay by ${text}: ${label}`,
      short: `Delay by ${text}`,
      refusal: standing,
      does: acts({ kind: "delayMessage", message, byUs }),
    })),
    {
      ...base,
      id: `duplicate:${message}`,
      name: `Duplicate ${label}`,
      short: "Duplicate",
      words: "message copy twice",
      key: "U",
      refusal:
        gone ?? firstReason([withClient, "Clients use connections, on which nothing comes twice."]),
      does: acts({ kind: "duplicateMessage", message }),
    },
    {
      ...base,
      id: `bytes:${message}`,
      name: `Show bytes of ${label}`,
      short: "Show bytes",
      words: "inspect wire frame",
      section: "look",
      refusal: firstReason(
        [flight === null, NOBODY],
        [!withClient, "Only what clients send and get is kept byte by byte."],
      ),
      does: does({ kind: "inspect", what: { kind: "flight", id: message } }),
    },
  ];
  const isPointedAt = flight === null || state.brush === `message:${message}`;
  return isPointedAt ? commands : commands.map(withoutKey);
}

const WAITING = "It waits for an earlier one of its connection.";
const NOBODY = "Point at a message first, or focus it.";

function reasonGone(flight: FlightView | null, nowUs: number): string | null {
  if (flight === null) return NOBODY;
  if (flight.lostAtUs !== null && flight.lostAtUs <= nowUs) return "It is lost already.";
  return flight.heldAtUs === null && flight.arrivesAtUs <= nowUs ? "It has arrived." : null;
}

const isClient = (name: string): boolean => name.startsWith("c");

/** The message that is pointed at or has the focus. */
export function brushedFlight({ brush, world }: PageState): FlightView | null {
  const id = /^message:(\d+)$/.exec(brush ?? "")?.[1];
  if (id === undefined) return null;
  return world?.flights.find((flight) => flight.id === Number(id)) ?? null;
}
