import type { FlightView } from "@chronik/core/view";
import { useRef } from "react";
import type { RefObject } from "react";
import { flightProgress } from "../geometry/flightProgress.ts";
import { pointAt } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import { messageHue } from "../glyph/hues.ts";
import { useMotion } from "../motion.ts";

interface FlightDotsProps {
  readonly flights: readonly FlightView[];
  readonly lanes: (from: string, to: string) => LinkLane;
}

/**
 * Many messages while time runs: of each hue one line for all that is asked and one for all answers,
 * each message a point of it. Once time stands still they are glyphs that can be reached.
 */
export function FlightDots({ flights, lanes }: FlightDotsProps) {
  const ofClients = flights.filter(({ kind }) => messageHue(kind) === "client");
  const others = flights.filter(({ kind }) => messageHue(kind) !== "client");
  return (
    <>
      <Dots hue="append" flights={others} lanes={lanes} name="appends and acks" />
      <Dots hue="client" flights={ofClients} lanes={lanes} name="messages from and to clients" />
    </>
  );
}

interface DotsProps extends FlightDotsProps {
  readonly hue: "append" | "client";
  readonly name: string;
}

function Dots({ hue, flights, lanes, name }: DotsProps) {
  const asked = useRef<SVGPathElement>(null);
  const answered = useRef<SVGPathElement>(null);
  const hollow = useRef<SVGPathElement>(null);
  useMotion((nowUs) => {
    let asks = "";
    let answers = "";
    for (const flight of flights) {
      const progress = flightProgress(flight, nowUs, 0);
      if (progress === null) continue;
      const { x, y } = pointAt(lanes(flight.from, flight.to), progress.fraction);
      const dot = `M${x.toFixed(1)} ${y.toFixed(1)}h.01`;
      if (flight.answer) answers += dot;
      else asks += dot;
    }
    draw(asked, asks);
    draw(answered, answers);
    draw(hollow, answers);
  });
  return (
    <g className="pulse round" role="img" aria-label={`${flights.length} ${name}`}>
      <path ref={asked} className={`stroke-${hue} none w7`} />
      <path ref={answered} className={`stroke-${hue} none w7`} />
      <path ref={hollow} className="stroke-stage none w4" />
    </g>
  );
}

function draw(path: RefObject<SVGPathElement | null>, d: string): void {
  path.current?.setAttribute("d", d);
}
