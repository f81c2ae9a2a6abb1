import type { FlightView } from "@chronik/core/view";
import { useRef } from "react";
import type { LinkLane } from "../geometry/linkLane.ts";
import { useReadout } from "../motion.ts";

interface LinkPulsesProps {
  readonly flights: readonly FlightView[];
  readonly lanes: (from: string, to: string) => LinkLane;
}

/** In a large cluster what is always under way is no glyph: it only lights the lane that it takes. */
export function LinkPulses({ flights, lanes }: LinkPulsesProps) {
  const heartbeats = flights.filter(({ kind }) => kind === "heartbeat");
  const fetches = flights.filter(({ kind }) => kind === "fetch");
  return (
    <>
      <Pulses className="stroke-append" flights={heartbeats} lanes={lanes} name="heartbeats" />
      <Pulses className="stroke-client" flights={fetches} lanes={lanes} name="fetches" />
    </>
  );
}

interface PulsesProps extends LinkPulsesProps {
  readonly className: string;
  readonly name: string;
}

function Pulses({ className, flights, lanes, name }: PulsesProps) {
  const path = useRef<SVGPathElement>(null);
  const drawn = useRef("");
  useReadout((nowUs) => {
    const lit = new Set<LinkLane>();
    for (const { from, to, sentAtUs, arrivesAtUs } of flights) {
      if (sentAtUs <= nowUs && nowUs < arrivesAtUs) lit.add(lanes(from, to));
    }
    let d = "";
    for (const { from, to } of lit) d += `M${from.x} ${from.y}L${to.x} ${to.y}`;
    if (d === drawn.current) return;
    drawn.current = d;
    path.current?.setAttribute("d", d);
  });
  return (
    <path
      ref={path}
      className={`${className} pulse w15 none`}
      role="img"
      aria-label={`${flights.length} ${name} under way`}
    />
  );
}
