import { useMemo, useRef } from "react";
import { laneOriginUs, laneScale, laneWindowUs, PLAYHEAD_FRACTION } from "../geometry/laneScale.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { useSize } from "../useSize.ts";
import { LaneFlights } from "./LaneFlights.tsx";
import { LaneLines } from "./LaneLines.tsx";
import { LaneTicks } from "./LaneTicks.tsx";
import { LaneWrites } from "./LaneWrites.tsx";

const NO_NODES: readonly string[] = [];
const LEFT = 56;
const RIGHT = 16;
const TOP = 16;
const CLIENT = "c1";

/** The space-time diagram: one lane a node, time to the right, the playhead stands. */
export function Lanes() {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const speed = useView((state) => state.playback.speed);
  const [box, size] = useSize<HTMLDivElement>({ width: 1192, height: 138 });
  const width = Math.max(1, size.width - LEFT - RIGHT);
  const windowUs = laneWindowUs(speed);
  const originUs = useView((state) => laneOriginUs(state.world?.nowUs ?? 0, windowUs));
  const scale = useMemo(() => laneScale(originUs, windowUs, width), [originUs, windowUs, width]);
  const lanes = useMemo(() => [CLIENT, ...names], [names]);
  const bottom = size.height - 20;
  const pitch = Math.min(26, (bottom - TOP - 8) / Math.max(1, names.length));
  const playheadX = width * PLAYHEAD_FRACTION;
  const y = useMemo(
    () => (name: string) => TOP + Math.max(0, lanes.indexOf(name)) * pitch,
    [lanes, pitch],
  );

  const past = useRef<SVGGElement>(null);
  const future = useRef<SVGGElement>(null);
  const axis = useRef<SVGGElement>(null);
  const flag = useRef<SVGTextElement>(null);
  useMotion((nowUs) => {
    const slide = `translate(${(playheadX - scale.x(nowUs)).toFixed(2)}px, 0)`;
    for (const group of [past, future, axis]) group.current?.style.setProperty("transform", slide);
    if (flag.current !== null) flag.current.textContent = momentText(nowUs);
  });
  return (
    <div className="lanes" ref={box}>
      <svg
        width={size.width}
        height={size.height}
        role="img"
        aria-label="Messages and disk writes by node over time"
      >
        <text className="t-s fill-client middle" x={28} y={TOP + 0.5}>
          {CLIENT}
        </text>
        {names.map((name) => (
          <g key={name} transform="translate(16 0)">
            <NodeTag node={name} y={y(name)} height={Math.min(16, pitch)} />
          </g>
        ))}
        <clipPath id="lanes-all">
          <rect x="0" y="0" width={width} height={size.height} />
        </clipPath>
        <clipPath id="lanes-past">
          <rect x="0" y="0" width={playheadX} height={size.height} />
        </clipPath>
        <clipPath id="lanes-future">
          <rect x={playheadX} y="0" width={width - playheadX} height={size.height} />
        </clipPath>
        <g transform={`translate(${LEFT} 0)`}>
          <g clipPath="url(#lanes-all)">
            <g ref={axis}>
              <LaneTicks scale={scale} width={width} bottom={bottom} />
            </g>
          </g>
          <g clipPath="url(#lanes-past)">
            <g ref={past}>
              <LaneLines names={names} y={y} scale={scale} />
              <LaneFlights y={y} scale={scale} ghost={false} />
              <LaneWrites y={y} scale={scale} />
            </g>
          </g>
          <g clipPath="url(#lanes-future)">
            <g ref={future}>
              <LaneFlights y={y} scale={scale} ghost />
              <LaneWrites y={y} scale={scale} ghost />
            </g>
          </g>
          <path className="stroke-ink w2 none" d={`M${playheadX} 2V${bottom}`} />
          <rect
            className="fill-ink"
            x={playheadX - 32}
            y={bottom - 1}
            width="64"
            height="18"
            rx="4"
          />
          <text ref={flag} className="t-s fill-inverse middle" x={playheadX} y={bottom + 8.5} />
          <text className="t-m end" x={width} y={bottom - 8}>
            dotted: on its way
          </text>
        </g>
      </svg>
    </div>
  );
}
