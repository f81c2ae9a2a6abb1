import type { CutView, FlightView } from "@chronik/core/view";
import { useMemo } from "react";
import { isDragged } from "../dragged.ts";
import { cutDistance, isDrawnAround } from "../geometry/cutCrossing.ts";
import { flightBundles } from "../geometry/flightBundles.ts";
import { linkLane } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import type { Point, RingLayout } from "../geometry/ringLayout.ts";
import { usePage, useView } from "../pageContext.ts";
import { useList } from "../useList.ts";
import { ArrivalCounts } from "./ArrivalCounts.tsx";
import { clientPlace, NO_CLIENTS } from "./clientPlaces.ts";
import { FlightDots } from "./FlightDots.tsx";
import { FlightGlyph, isOfClient } from "./FlightGlyph.tsx";
import { LinkPulses } from "./LinkPulses.tsx";

const NO_CUTS: readonly CutView[] = [];
const NO_FLIGHTS: readonly FlightView[] = [];
/** More glyphs than this would hide each other; the lanes still show every one. */
const GLYPHS_MAX = 150;
/** Captions help while there are few. */
const CAPTIONS_MAX = 6;
/** With more under way what is ordinary is a dot, as the brokers' fetches always are. */
const LETTERS_MAX = 40;
/** While somebody drags each picture has other ones. */
const DRAGGED_LETTERS_MAX = 8;
/** A lost message keeps its cross for so long, by the clock on the wall. */
const CROSS_WALL_US = 600_000;

interface FlightsProps {
  readonly ring: RingLayout;
  readonly names: readonly string[];
  readonly travelling: boolean;
}

/** What is under way between the nodes now. */
export function Flights({ ring, names, travelling }: FlightsProps) {
  const { store } = usePage();
  const flights = useView((state) => state.world?.flights ?? NO_FLIGHTS);
  const brushed = useView((state) => state.brush);
  const still = useView((state) => state.playback.mode === "paused");
  const dragged = useView(isDragged);
  const crossUs = useView((state) => state.playback.speed) * CROSS_WALL_US;
  // Their names: all else about a client that works changes with every frame.
  const clients = useList(({ world }) => (world?.clients ?? NO_CLIENTS).map(({ name }) => name));
  const cuts = useView((state) => state.world?.cuts ?? NO_CUTS);
  const lanes = useMemo(() => lanesOf(ring, names, clients, cuts), [ring, names, clients, cuts]);
  const nowUs = store.getState().world?.nowUs ?? 0;
  const shown = flights.filter((flight) => goneAtUs(flight, crossUs) > nowUs);
  const picture = { className: "flights", width: ring.width, height: ring.height };
  if (!travelling) {
    return (
      <svg {...picture}>
        <ArrivalCounts flights={shown} ring={ring} names={names} />
      </svg>
    );
  }
  const isPulse = (flight: FlightView): boolean =>
    ring.crowded && isDull(flight) && !isOfClient(flight);
  const single = shown.filter((flight) => !isPulse(flight));
  const isBusy = single.length > (dragged ? DRAGGED_LETTERS_MAX : LETTERS_MAX);
  const hasDots = isBusy && !still;
  const isDot = (flight: FlightView): boolean => hasDots && isOrdinary(flight) && !isRare(flight);
  const glyphs = hasDots ? single.filter((flight) => !isDot(flight)) : single;
  const captioned = glyphs.filter((flight) => flight.caption !== "").length <= CAPTIONS_MAX;
  return (
    <svg {...picture}>
      {ring.crowded ? <LinkPulses flights={shown.filter(isPulse)} lanes={lanes} /> : null}
      {hasDots ? <FlightDots flights={single.filter(isDot)} lanes={lanes} /> : null}
      {flightBundles(glyphs, GLYPHS_MAX).map(({ flight, count }) => (
        <FlightGlyph
          key={flight.id}
          flight={flight}
          count={count}
          lane={lanes(flight.from, flight.to)}
          quiet={count === 1 && (isOfClient(flight) ? isBusy : flight.kind === "fetch")}
          caption={captioned && !isOfClient(flight) ? flight.caption : ""}
          lit={brushed === `message:${flight.id}`}
          still={still}
          crossUs={crossUs}
        />
      ))}
    </svg>
  );
}

/** There is always one of these under way between any two brokers; what is done to one is shown. */
function isDull(flight: FlightView): boolean {
  return isOrdinary(flight) && (flight.kind === "heartbeat" || flight.kind === "fetch");
}

/** An election or a snapshot is what one looks for among many messages. */
function isRare({ kind }: FlightView): boolean {
  return kind === "vote" || kind === "preVote" || kind === "snapshot";
}

/** Nothing was done to it, and nothing happened to it. */
function isOrdinary({ lostAtUs, heldAtUs, isDuplicate }: FlightView): boolean {
  return lostAtUs === null && heldAtUs === null && !isDuplicate;
}

function goneAtUs({ arrivesAtUs, lostAtUs, heldAtUs }: FlightView, crossUs: number): number {
  if (lostAtUs !== null) return lostAtUs + crossUs;
  return heldAtUs === null ? arrivesAtUs : Infinity;
}

/** The lane of each direction, made once: a message keeps its own for as long as it is under way. */
function lanesOf(
  ring: RingLayout,
  names: readonly string[],
  clients: readonly string[],
  cuts: readonly CutView[],
): (from: string, to: string) => LinkLane {
  const known = new Map<string, Map<string, LinkLane>>();
  const standing = (name: string): { readonly point: Point; readonly gap: number } => {
    const place = ring.places[names.indexOf(name)];
    return place === undefined
      ? { point: clientPlace(name, clients, ring), gap: 20 }
      : { point: place, gap: ring.outlineRadius + 10 };
  };
  return (from, to) => {
    const found = known.get(from)?.get(to);
    if (found !== undefined) return found;
    const start = standing(from);
    const end = standing(to);
    const cut = cuts.find(({ nodes }) => nodes.includes(from) !== nodes.includes(to));
    const lane = {
      ...linkLane(start.point, end.point, start.gap, end.gap),
      ...(cut === undefined || !names.includes(from) || !names.includes(to)
        ? {}
        : { halfAt: crossingOf(start.point, end.point, cut.nodes, from, names, ring) }),
    };
    known.set(from, (known.get(from) ?? new Map<string, LinkLane>()).set(to, lane));
    return lane;
  };
}

/** Messages are lost half-way, and that is where the line of the cut stands. */
function crossingOf(
  from: Point,
  to: Point,
  cutOff: readonly string[],
  sender: string,
  names: readonly string[],
  ring: RingLayout,
): number {
  const aroundCutOff = isDrawnAround(cutOff.length, names.length - cutOff.length);
  const isAroundSender = cutOff.includes(sender) === aroundCutOff;
  const gap = ring.outlineRadius + 10;
  const way = Math.hypot(to.x - from.x, to.y - from.y) - 2 * gap;
  if (way <= 0) return 0.5;
  const share = (cutDistance(from, to, ring.outlineRadius) - gap) / way;
  return isAroundSender ? share : 1 - share;
}
