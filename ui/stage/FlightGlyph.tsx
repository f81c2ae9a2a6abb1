import type { FlightView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { useBrush } from "../brush.ts";
import { flightProgress } from "../geometry/flightProgress.ts";
import { pointAt } from "../geometry/linkLane.ts";
import type { LinkLane } from "../geometry/linkLane.ts";
import { MessageGlyph } from "../glyph/MessageGlyph.tsx";
import { useMotion } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";

interface FlightGlyphProps {
  readonly flight: FlightView;
  readonly lane: LinkLane;
  /** A follower's fetch: a dot, because there is always one under way. */
  readonly quiet: boolean;
  readonly captioned: boolean;
}

/** One message on its way; React brings it and takes it away, simulated time moves it. */
export const FlightGlyph = memo(function FlightGlyph(props: FlightGlyphProps) {
  const { flight, lane, quiet, captioned } = props;
  const { dispatch } = usePage();
  const glyph = useRef<SVGGElement>(null);
  const paused = useView((state) => state.playback.mode === "paused");
  const { lit, brush } = useBrush(`message:${flight.id}`);
  useMotion((nowUs) => {
    const element = glyph.current;
    if (element === null) return;
    const progress = flightProgress(flight, nowUs);
    element.style.visibility = progress === null ? "hidden" : "visible";
    if (progress === null) return;
    const { x, y } = pointAt(lane, progress.fraction);
    element.style.transform = `translate(${x.toFixed(2)}px, ${y.toFixed(2)}px)`;
    element.classList.toggle("lost", progress.lost);
  });
  const { kind, answer, refused } = flight;
  // What a client asks and is answered is written beside the client already.
  const withClient = flight.from.startsWith("c") || flight.to.startsWith("c");
  const inspect = (): void =>
    dispatch({ kind: "inspect", what: { kind: "flight", id: flight.id } });
  const hollow = answer ? "fill-stage stroke-client w15" : "fill-client";
  return (
    <g
      ref={glyph}
      className="flight"
      role="img"
      aria-label={flight.label}
      {...(paused ? { tabIndex: 0 } : {})}
      {...(withClient ? { onClick: inspect } : {})}
      {...brush}
    >
      <g className="whole">
        {quiet ? (
          <circle className={hollow} r="3.5" />
        ) : (
          <MessageGlyph kind={kind} answer={answer} refused={refused} />
        )}
      </g>
      {flight.lostAtUs === null ? null : (
        <g className="broken">
          <MessageGlyph kind={kind} lost />
        </g>
      )}
      {captioned && !withClient && flight.caption !== "" ? (
        <text className="t-mi halo" x="15" y="0.5">
          {flight.caption}
        </text>
      ) : null}
      {lit ? <circle className="stroke-ink w2 none" r="14" /> : null}
    </g>
  );
});
