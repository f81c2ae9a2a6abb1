import type { FlightView } from "@chronik/core/view";
import type { RingLayout } from "../geometry/ringLayout.ts";

interface ArrivalCountsProps {
  readonly flights: readonly FlightView[];
  readonly ring: RingLayout;
  readonly names: readonly string[];
}

/** For people who asked for less motion: how many messages are on their way to each node. */
export function ArrivalCounts({ flights, ring, names }: ArrivalCountsProps) {
  return names.map((name, i) => {
    const place = ring.places[i];
    const count = flights.filter((flight) => flight.to === name).length;
    if (place === undefined || count === 0) return null;
    const x = place.x + ring.outlineRadius * 0.75;
    const y = place.y - ring.outlineRadius * 0.75;
    return (
      <g key={name} role="img" aria-label={`${count} messages on their way to ${name}`}>
        <circle className="fill-append" cx={x} cy={y} r="9" />
        <text className="message-letter fill-label" x={x} y={y + 0.5}>
          {count}
        </text>
      </g>
    );
  });
}
