import { flightLabel } from "@chronik/core/view";
import type { FlightView, WorldView } from "@chronik/core/view";
import { memo } from "react";
import { piecesOf } from "../geometry/crowd.ts";
import {
  flightCrowd,
  flightPath,
  freshFlights,
  laneFlightLine,
  linePath,
  settledFlights,
} from "../geometry/laneFlight.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { pieceAt } from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { messageHue } from "../glyph/hues.ts";
import { isDragged } from "../dragged.ts";
import { useView } from "../pageContext.ts";
import { useList } from "../useList.ts";

const NO_FLIGHTS: readonly FlightView[] = [];
/** Arrow tips need room; without it the slope tells the direction. */
const TIPS_BELOW_US = 1_500_000;
/** So many lines are drawn one by one; what is more is drawn as a texture. */
const SETTLED_MAX = 112;
const FRESH_MAX = 48;
/** What has not happened yet is a hint; more of them would be a cloud. */
const GHOSTS_MAX = 48;
/** Dashes cost a browser more than anything else in a line. */
const DASHED_GHOSTS_MAX = 16;

interface LaneFlightsProps {
  readonly rows: LaneRows;
  readonly scale: LaneScale;
}

/** Every message that is over, as a line from when it was sent to when it arrived. */
export function SettledFlights({ rows, scale }: LaneFlightsProps) {
  const flights = useList(({ world }) =>
    world === null ? NO_FLIGHTS : settledFlights(world.flights, world.nowUs, scale.windowUs),
  );
  return <Lines flights={flights} singleMax={SETTLED_MAX} rows={rows} scale={scale} />;
}

/** The messages under way; their lines go on to when they will arrive. */
export function FreshFlights({ rows, scale }: LaneFlightsProps) {
  const flights = useList(({ world }) =>
    world === null ? NO_FLIGHTS : freshFlights(world.flights, world.nowUs, scale.windowUs),
  );
  return <Lines flights={flights} singleMax={FRESH_MAX} rows={rows} scale={scale} />;
}

interface LinesProps extends LaneFlightsProps {
  readonly flights: readonly FlightView[];
  readonly singleMax: number;
}

const Lines = memo(function Lines({ flights, singleMax, rows, scale }: LinesProps) {
  // All lines are one path then.
  if (useView(isDragged)) {
    return <Piece path={flights.map((flight) => flightPath(flight, rows, scale)).join("")} />;
  }
  const { single, folded } = flightCrowd(flights, singleMax);
  return (
    <>
      <Folded flights={folded} rows={rows} scale={scale} />
      {single.map((flight) => (
        <Flight key={flight.id} flight={flight} rows={rows} scale={scale} />
      ))}
    </>
  );
});

/** What is still on its way, for the side right of the playhead. */
export function LaneGhosts({ rows, scale }: LaneFlightsProps) {
  const ghosts = useList((state) =>
    state.world === null || isDragged(state) ? NO_FLIGHTS : ghostsOf(state.world),
  );
  const dash = ghosts.length <= DASHED_GHOSTS_MAX ? "w125 dash-fine" : "thin faint";
  const tip = scale.windowUs < TIPS_BELOW_US ? { markerEnd: "url(#open-ghost)" } : {};
  return ghosts.map((flight) => (
    <path
      key={flight.id}
      className={`stroke-line none ${dash}`}
      d={linePath(laneFlightLine(flight, rows, scale).points)}
      {...tip}
    />
  ));
}

function ghostsOf({ flights, nowUs }: WorldView): readonly FlightView[] {
  const ahead = flights.filter(
    ({ sentAtUs, lostAtUs, heldAtUs, arrivesAtUs }) =>
      sentAtUs <= nowUs && lostAtUs === null && heldAtUs === null && arrivesAtUs > nowUs,
  );
  return flightCrowd(ahead, GHOSTS_MAX).single;
}

interface FlightProps extends LaneFlightsProps {
  readonly flight: FlightView;
}

const Flight = memo(function Flight({ flight, rows, scale }: FlightProps) {
  const { points, end } = laneFlightLine(flight, rows, scale);
  const hue = messageHue(flight.kind);
  const tip = `url(#${flight.answer ? "open" : "tip"}-${hue})`;
  const hasTip = scale.windowUs < TIPS_BELOW_US && end === "arrives" && flight.kind !== "fetch";
  const stop = points[end === "held" ? points.length - 2 : points.length - 1]!;
  const named = { "data-ref": `message:${flight.id}` };
  return (
    <>
      <path
        {...named}
        className={`stroke-${hue} none ${dashOf(flight)}`}
        d={linePath(points)}
        {...(hasTip ? { markerEnd: tip } : {})}
      >
        <title>{flightLabel(flight)}</title>
      </path>
      {end === "lost" ? (
        <path
          {...named}
          className="stroke-bad w2 none round"
          d={`M${stop.x - 3} ${stop.y - 3}l6 6m0-6-6 6`}
        />
      ) : null}
      {end === "held" ? (
        <path {...named} className="stroke-ink w25 none" d={`M${stop.x} ${stop.y - 6}v12`} />
      ) : null}
    </>
  );
});

/** What carries nothing new stays thin and dotted. */
function dashOf(flight: FlightView): string {
  switch (flight.kind) {
    case "heartbeat":
      return "w125 dash-fine";
    case "fetch":
      return "thin dash-fine faint";
    case "vote":
    case "preVote":
      return "w125 dash";
    case "append":
    case "snapshot":
    case "produce":
    case "client":
      return flight.isDuplicate ? "w15 dash" : "w15";
  }
}

interface FoldedProps extends LaneFlightsProps {
  readonly flights: readonly FlightView[];
}

/** Among thousands nobody can tell one from another: they are a texture, piece by piece. */
function Folded({ flights, rows, scale }: FoldedProps) {
  const pieces = piecesOf(flights, ({ sentAtUs }) => pieceAt(sentAtUs, scale));
  return [...pieces].map(([key, piece]) => (
    <Piece key={key} path={piece.map((flight) => flightPath(flight, rows, scale)).join("")} />
  ));
}

const Piece = memo(function Piece({ path }: { path: string }) {
  return <path className="stroke-line thin none faint" d={path} />;
});
