import type { FlightView } from "@chronik/core/view";
import { memo } from "react";
import { useBrush } from "../brush.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { messageHue } from "../glyph/hues.ts";
import { usePage, useView } from "../pageContext.ts";

const NO_FLIGHTS: readonly FlightView[] = [];
/** Arrow tips need room; without it the slope tells the direction. */
const TIPS_BELOW_US = 1_500_000;

interface LaneFlightsProps {
  readonly y: (name: string) => number;
  readonly scale: LaneScale;
  /** What is still on its way, for the side right of the playhead. */
  readonly ghost: boolean;
}

/** Every message as a line from when it was sent to when it arrives. */
export function LaneFlights({ y, scale, ghost }: LaneFlightsProps) {
  const { store } = usePage();
  const flights = useView((state) => state.world?.flights ?? NO_FLIGHTS);
  const nowUs = store.getState().world?.nowUs ?? 0;
  const tips = scale.windowUs < TIPS_BELOW_US;
  const shown = ghost
    ? flights.filter((flight) => flight.lostAtUs === null && flight.arrivesAtUs > nowUs)
    : flights;
  const Line = ghost ? Ghost : Flight;
  return shown.map((flight) => (
    <Line
      key={flight.id}
      flight={flight}
      fromY={y(flight.from)}
      toY={y(flight.to)}
      scale={scale}
      tips={tips}
    />
  ));
}

interface FlightProps {
  readonly flight: FlightView;
  readonly fromY: number;
  readonly toY: number;
  readonly scale: LaneScale;
  readonly tips: boolean;
}

function Ghost({ flight, fromY, toY, scale, tips }: FlightProps) {
  const path = `M${scale.x(flight.sentAtUs)} ${fromY}L${scale.x(flight.arrivesAtUs)} ${toY}`;
  return (
    <path
      className="stroke-line w125 none dash-fine"
      d={path}
      {...(tips ? { markerEnd: "url(#open-ghost)" } : {})}
    />
  );
}

const Flight = memo(function Flight({ flight, fromY, toY, scale, tips }: FlightProps) {
  const { lit, brush } = useBrush(`message:${flight.id}`);
  const { sentAtUs, arrivesAtUs, lostAtUs } = flight;
  const fromX = scale.x(sentAtUs);
  const fullX = scale.x(arrivesAtUs);
  const share = lostAtUs === null ? 1 : (lostAtUs - sentAtUs) / (arrivesAtUs - sentAtUs);
  const toX = fromX + (fullX - fromX) * share;
  const endY = fromY + (toY - fromY) * share;
  const path = `M${fromX.toFixed(2)} ${fromY}L${toX.toFixed(2)} ${endY.toFixed(2)}`;
  const hue = messageHue(flight.kind);
  const tip = flight.answer ? `url(#open-${hue})` : `url(#tip-${hue})`;
  return (
    <g {...brush}>
      <title>{flight.label}</title>
      <path
        className={`stroke-${hue} none ${dashOf(flight)}`}
        d={path}
        {...(tips && lostAtUs === null && flight.kind !== "fetch" ? { markerEnd: tip } : {})}
      />
      {lostAtUs === null ? null : (
        <path className="stroke-bad w2 none round" d={`M${toX - 3} ${endY - 3}l6 6m0-6-6 6`} />
      )}
      {lit ? <path className="stroke-ink w3 none" d={path} /> : null}
    </g>
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
      return "w15 dash";
    case "append":
    case "snapshot":
    case "produce":
    case "client":
      return "w15";
  }
}
