import type { FlightView } from "@chronik/core/view";
import { useRef } from "react";
import { wayAt } from "../geometry/laneFlight.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import type { PageState } from "../page.ts";

/** More of them would hide each other. */
const SHOWN_MAX = 6;
const NONE: readonly FlightView[] = [];

/** What is on its way now and carries something new, as the stage shows it, on the playhead. */
export function LaneTravellers({ rows }: { rows: LaneRows }) {
  const kept = useRef(NONE);
  const travellers = useView((state) => {
    const next = travellersOf(state);
    const isSame =
      next.length === kept.current.length && next.every((one, at) => one === kept.current[at]);
    if (!isSame) kept.current = next;
    return kept.current;
  });
  return travellers.map((flight) => <Traveller key={flight.id} flight={flight} rows={rows} />);
}

function travellersOf({ world }: PageState): readonly FlightView[] {
  if (world === null) return NONE;
  const found: FlightView[] = [];
  // The list is in the order of sending: the newest are the ones to look at.
  for (let at = world.flights.length - 1; at >= 0 && found.length < SHOWN_MAX; at--) {
    const flight = world.flights[at]!;
    const isRoutine = flight.kind === "heartbeat" || flight.kind === "fetch";
    const isUnderWay = flight.heldAtUs !== null || flight.arrivesAtUs > world.nowUs;
    if (!isRoutine && flight.lostAtUs === null && isUnderWay) found.push(flight);
  }
  return found;
}

function Traveller({ flight, rows }: { flight: FlightView; rows: LaneRows }) {
  const glyph = useRef<SVGGElement>(null);
  useMotion((nowUs) => {
    const way = wayAt(flight, flight.heldAtUs ?? nowUs);
    const y = rows.y(flight.from) + (rows.y(flight.to) - rows.y(flight.from)) * way;
    glyph.current?.style.setProperty("transform", `translate(0, ${y.toFixed(1)}px) scale(0.75)`);
  });
  return (
    <g ref={glyph} data-ref={`message:${flight.id}`}>
      <title>{flight.label}</title>
      <MessageGlyph
        kind={flight.kind}
        answer={flight.answer}
        refused={flight.refused}
        held={flight.heldAtUs !== null}
      />
    </g>
  );
}
