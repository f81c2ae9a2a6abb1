import { flightLabel } from "@chronik/core/view";
import type { FlightView, WriteView } from "@chronik/core/view";
import { useMemo, useRef } from "react";
import { wayAt } from "../geometry/laneFlight.ts";
import { laneOriginUs, laneWindowUs } from "../geometry/laneScale.ts";
import { hatchClass, messageHue, termClass } from "../glyph/hues.ts";
import { useMotion } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";
import { useSize } from "../useSize.ts";

const NO_NODES: readonly string[] = [];
const NO_FLIGHTS: readonly FlightView[] = [];
const NO_WRITES: readonly WriteView[] = [];
const TOP = 24;
const MARGIN = 24;
/** The playhead stands near the foot: what has happened is above it. */
const PLAYHEAD = 0.85;
const HEIGHT = 220;

/** The space-time diagram where there is more height than width: a lane a node, time downward. */
export function VerticalLanes() {
  const { store } = usePage();
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const flights = useView((state) => state.world?.flights ?? NO_FLIGHTS);
  const writes = useView((state) => state.world?.writes ?? NO_WRITES);
  const windowUs = laneWindowUs(useView((state) => state.playback.speed)) / 2;
  const originUs = useView((state) => laneOriginUs(state.world?.nowUs ?? 0, windowUs));
  const [box, size] = useSize<HTMLDivElement>({ width: 358, height: HEIGHT });
  const group = useRef<SVGGElement>(null);
  const clock = useRef<SVGTextElement>(null);

  const room = HEIGHT - TOP;
  const playheadY = TOP + room * PLAYHEAD;
  const scale = useMemo(() => {
    const at = new Map(names.map((name, column): [string, number] => [name, column + 1]));
    const gap = (size.width - 2 * MARGIN) / Math.max(1, names.length);
    return {
      x: (name: string): number => MARGIN + (at.get(name) ?? 0) * gap,
      y: (atUs: number): number => ((atUs - originUs) / windowUs) * room,
    };
  }, [names, originUs, windowUs, size.width, room]);
  useMotion((nowUs) => {
    const slide = `translate(0, ${(playheadY - scale.y(nowUs)).toFixed(2)}px)`;
    group.current?.style.setProperty("transform", slide);
    setText(clock.current, momentText(nowUs));
  });
  const fromUs = (store.getState().world?.nowUs ?? 0) - windowUs;
  return (
    <div className="vertical-lanes" ref={box}>
      <svg
        width={size.width}
        height={HEIGHT}
        role="img"
        aria-label="Messages and disk writes by node, time downward"
      >
        {["c1", ...names].map((name) => (
          <g key={name}>
            <text className="t-ms middle" x={scale.x(name)} y="10">
              {name}
            </text>
            <path className="stroke-hair thin none" d={`M${scale.x(name)} ${TOP}V${HEIGHT}`} />
          </g>
        ))}
        <clipPath id="vertical-lanes">
          <rect x="0" y={TOP} width={size.width} height={playheadY - TOP} />
        </clipPath>
        <g clipPath="url(#vertical-lanes)">
          <g ref={group}>
            {writes
              .filter(({ endsAtUs }) => endsAtUs >= fromUs)
              .map((write) => (
                <rect
                  key={write.id}
                  className={write.lost ? hatchClass(write.term) : termClass(write.term)}
                  x={scale.x(write.node) - 4}
                  y={scale.y(write.startedAtUs)}
                  width="8"
                  height={Math.max(2, scale.y(write.endsAtUs) - scale.y(write.startedAtUs))}
                  rx="2"
                />
              ))}
            {flights
              .filter(({ kind, arrivesAtUs }) => kind !== "fetch" && arrivesAtUs >= fromUs)
              .map((flight) => (
                <VerticalFlight key={flight.id} flight={flight} scale={scale} />
              ))}
          </g>
        </g>
        <path className="stroke-ink w2 none" d={`M0 ${playheadY}H${size.width}`} />
        <text ref={clock} className="t-ms end" x={size.width - 8} y={playheadY + 12} />
      </svg>
    </div>
  );
}

interface VerticalFlightProps {
  readonly flight: FlightView;
  readonly scale: { readonly x: (name: string) => number; readonly y: (atUs: number) => number };
}

function VerticalFlight({ flight, scale }: VerticalFlightProps) {
  const { sentAtUs, arrivesAtUs, lostAtUs } = flight;
  const endUs = lostAtUs ?? flight.heldAtUs ?? arrivesAtUs;
  const way = wayAt(flight, endUs);
  const [fromX, toX] = [scale.x(flight.from), scale.x(flight.to)];
  const [x, y] = [fromX + (toX - fromX) * way, scale.y(endUs)];
  const hue = messageHue(flight.kind);
  const dash = flight.kind === "heartbeat" ? "w125 dash-fine" : "w15";
  const tip = flight.answer ? `url(#open-${hue})` : `url(#tip-${hue})`;
  return (
    <g data-ref={`message:${flight.id}`}>
      <title>{flightLabel(flight)}</title>
      <path
        className={`stroke-${hue} none ${dash}`}
        d={`M${fromX} ${scale.y(sentAtUs)}L${x} ${y}`}
        {...(lostAtUs === null ? { markerEnd: tip } : {})}
      />
      {lostAtUs === null ? null : (
        <path className="stroke-bad w2 none round" d={`M${x - 3} ${y - 3}l6 6m0-6-6 6`} />
      )}
    </g>
  );
}
