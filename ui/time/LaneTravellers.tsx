import { flightLabel } from "@chronik/core/view";
import type { FlightView } from "@chronik/core/view";
import { useRef } from "react";
import { isDragged } from "../dragged.ts";
import { wayAt } from "../geometry/laneFlight.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import type { PageState } from "../page.ts";
import { useTrack } from "../track.ts";
import { useList } from "../useList.ts";

/** More of them would hide each other. */
const SHOWN_MAX = 6;
const NONE: readonly FlightView[] = [];

/** What is on its way now and carries something new, as the stage shows it, on the playhead. */
export function LaneTravellers({ rows }: { rows: LaneRows }) {
  const travellers = useList(travellersOf);
  return travellers.map((flight) => <Traveller key={flight.id} flight={flight} rows={rows} />);
}

function travellersOf(state: PageState): readonly FlightView[] {
  const { world } = state;
  // Each has a layer of its own, which is much for a picture that is gone with the next move.
  if (world === null || isDragged(state)) return NONE;
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
  const { from, to } = flight;
  const way = [rows.y(from), rows.y(to)].map((y) => `translate(0, ${y}px) scale(0.75)`);
  const glyph = useRef<SVGSVGElement>(null);
  const moveTo = useTrack(glyph, way);
  useMotion((nowUs) => moveTo(wayAt(flight, flight.heldAtUs ?? nowUs)));
  return (
    <svg ref={glyph} className="traveller" width="1" height="1" data-ref={`message:${flight.id}`}>
      <title>{flightLabel(flight)}</title>
      <MessageGlyph
        kind={flight.kind}
        answer={flight.answer}
        refused={flight.refused}
        held={flight.heldAtUs !== null}
      />
    </svg>
  );
}
