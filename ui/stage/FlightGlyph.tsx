import { flightLabel } from "@chronik/core/view";
import type { FlightView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { flightProgress } from "../geometry/flightProgress.ts";
import { pointAt } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import type { Point } from "../geometry/ringLayout.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import { usePage } from "../pageContext.ts";

interface FlightGlyphProps {
  readonly flight: FlightView;
  /** How many of this direction the glyph stands for. */
  readonly count: number;
  readonly lane: LinkLane;
  /** A dot: there is always one like it under way, or there are too many for letters. */
  readonly quiet: boolean;
  readonly caption: string;
  readonly lit: boolean;
  /** While it stands still it can be reached by keyboard; a lost one is out of every hand's reach. */
  readonly still: boolean;
  /** How long a lost one is shown, in simulated time. */
  readonly crossUs: number;
}

/** One message on its way; React brings it and takes it away, simulated time moves it. */
export const FlightGlyph = memo(function FlightGlyph(props: FlightGlyphProps) {
  const { flight, count, lane, quiet, caption, lit, still, crossUs } = props;
  const { dispatch } = usePage();
  const glyph = useRef<SVGGElement>(null);
  const place = useRef("");
  useMotion((nowUs) => {
    const element = glyph.current;
    const progress = flightProgress(flight, nowUs, crossUs);
    if (element === null) return;
    const moved = progress === null ? "" : placeText(pointAt(lane, progress.fraction));
    // What has not moved since the last frame is not written: most of the cost is in the writing.
    if (moved === place.current) return;
    if ((moved === "") !== (place.current === "")) {
      element.style.visibility = moved === "" ? "hidden" : "visible";
    }
    place.current = moved;
    if (moved !== "") element.setAttribute("transform", moved);
  });
  const { kind, answer, refused, heldAtUs, isDuplicate, lostAtUs } = flight;
  const stands = (still || heldAtUs !== null) && lostAtUs === null;
  const inspect = (): void =>
    dispatch({ kind: "inspect", what: { kind: "flight", id: flight.id } });
  return (
    <g
      ref={glyph}
      className={lostAtUs === null ? "flight" : "flight lost"}
      role="img"
      aria-label={
        count === 1 ? flightSentence(flight) : `${count} messages, the last: ${flightLabel(flight)}`
      }
      data-ref={`message:${flight.id}`}
      {...(stands ? { tabIndex: 0 } : {})}
      {...(isOfClient(flight) ? { onClick: inspect } : {})}
    >
      {stands ? <circle className="hit" r="13" /> : null}
      {quiet && lostAtUs === null ? (
        <circle className={answer ? "fill-stage stroke-client w15" : "fill-client"} r="3.5" />
      ) : (
        <MessageGlyph
          kind={kind}
          answer={answer}
          refused={refused}
          duplicate={isDuplicate}
          lost={lostAtUs !== null}
        />
      )}
      {heldAtUs === null ? null : <HoldBar lane={lane} />}
      {count > 1 ? (
        <text className="t-s halo" x="14" y="0.5">
          ×{count}
        </text>
      ) : caption === "" || lostAtUs !== null ? null : (
        <Caption text={caption} isHeld={heldAtUs !== null} isLeft={lane.to.x < lane.from.x} />
      )}
      {lit ? <circle className="stroke-ink w2 none" r="14" pointerEvents="none" /> : null}
    </g>
  );
});

/** A held message may stand right beside its sender: its words are on the side where it is going. */
function Caption({ text, isHeld, isLeft }: CaptionProps) {
  if (!isHeld) {
    return (
      <text className="t-mi halo" x="15" y="0.5">
        {text}
      </text>
    );
  }
  return (
    <text className={`t-mi halo ${isLeft ? "end" : ""}`} x={isLeft ? -10 : 10} y="20">
      {text}, held
    </text>
  );
}

interface CaptionProps {
  readonly text: string;
  readonly isHeld: boolean;
  readonly isLeft: boolean;
}

function placeText({ x, y }: Point): string {
  return `translate(${x.toFixed(1)} ${y.toFixed(1)})`;
}

/** Stands across the way of a message that may not go on. */
export function HoldBar({ lane }: { lane: LinkLane }) {
  const degrees = (Math.atan2(lane.to.y - lane.from.y, lane.to.x - lane.from.x) * 180) / Math.PI;
  return (
    <path
      className="stroke-ink w3 none"
      d="M16-11v22"
      transform={`rotate(${degrees.toFixed(1)})`}
    />
  );
}

/** What a client asks and is answered is written beside the client already. */
export function isOfClient({ from, to }: Pick<FlightView, "from" | "to">): boolean {
  return from.startsWith("c") || to.startsWith("c");
}

function flightSentence(flight: FlightView): string {
  const { heldAtUs, lostAtUs, isDuplicate } = flight;
  const end = lostAtUs !== null ? ", lost" : heldAtUs !== null ? ", held" : "";
  return `${isDuplicate ? "repeated " : ""}${flightLabel(flight)}${end}`;
}
