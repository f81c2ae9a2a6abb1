import type { FlightView } from "@chronik/core/view";
import { linkLane } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import type { Point, RingLayout } from "../geometry/ringLayout.ts";
import { usePage, useView } from "../pageContext.ts";
import { ArrivalCounts } from "./ArrivalCounts.tsx";
import { FlightGlyph } from "./FlightGlyph.tsx";

const NO_FLIGHTS: readonly FlightView[] = [];
/** More glyphs than this would hide each other; the lanes still show every one. */
const GLYPHS_MAX = 150;
/** Captions help while there are few. */
const CAPTIONS_MAX = 6;

interface FlightsProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
  readonly travelling: boolean;
}

/** What is under way between the nodes now. */
export function Flights({ ring, names, travelling }: FlightsProps) {
  const { store } = usePage();
  const flights = useView((state) => state.world?.flights ?? NO_FLIGHTS);
  const nowUs = store.getState().world?.nowUs ?? 0;
  const underWay = flights.filter((flight) => flight.arrivesAtUs > nowUs);
  if (!travelling) return <ArrivalCounts flights={underWay} ring={ring} names={names} />;
  const captioned = underWay.filter((flight) => flight.caption !== "").length <= CAPTIONS_MAX;
  return underWay
    .slice(-GLYPHS_MAX)
    .map((flight) => (
      <FlightGlyph
        key={flight.id}
        flight={flight}
        lane={laneOf(flight, ring, names)}
        quiet={flight.kind === "fetch" && names.includes(flight.from) && names.includes(flight.to)}
        captioned={captioned}
      />
    ));
}

function laneOf(flight: FlightView, ring: RingLayout, names: readonly string[]): LinkLane {
  const from = standing(flight.from, ring, names);
  const to = standing(flight.to, ring, names);
  return linkLane(from.point, to.point, from.gap, to.gap);
}

/** Whoever is not a node is the client. */
function standing(
  name: string,
  ring: RingLayout,
  names: readonly string[],
): { readonly point: Point; readonly gap: number } {
  const place = ring.places[names.indexOf(name)];
  return place === undefined
    ? { point: ring.client, gap: 20 }
    : { point: place, gap: ring.outlineRadius + 10 };
}
