import { memo, useMemo, useRef } from "react";
import type { KeyboardEvent, RefObject } from "react";
import { laneRows } from "../geometry/laneRows.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { useMotion } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";
import { useSize } from "../useSize.ts";
import { LaneBrush } from "./LaneBrush.tsx";
import { LaneClient } from "./LaneClient.tsx";
import { LaneFlights, LaneGhosts } from "./LaneFlights.tsx";
import { LaneLines } from "./LaneLines.tsx";
import { LaneTicks } from "./LaneTicks.tsx";
import { LaneTravellers } from "./LaneTravellers.tsx";
import { LaneGhostWrites, LaneWrites } from "./LaneWrites.tsx";
import { useLaneAxis } from "./useLaneAxis.ts";

const NO_NODES: readonly string[] = [];
const LEFT = 56;
const RIGHT = 16;
const FLAG = 58;
/** The wheel's way of a key. */
const ZOOM_KEYS: Readonly<Record<string, number>> = { "+": -250, "=": -250, "-": 250 };

/** The space-time diagram: one lane a node, time to the right. Its axis is the time bar. */
export function Lanes() {
  const names = useView((state) => state.world?.nodeNames ?? NO_NODES);
  const [box, size] = useSize<HTMLDivElement>({ width: 1192, height: 140 });
  const width = Math.max(1, size.width - LEFT - RIGHT);
  const bottom = size.height - 20;
  const { scale, leftUs, zoom, scrub } = useLaneAxis(box, LEFT, width);
  const rows = useMemo(() => laneRows(names, bottom), [names, bottom]);

  const past = useRef<HTMLDivElement>(null);
  const future = useRef<HTMLDivElement>(null);
  const axis = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const pastClip = useRef<HTMLDivElement>(null);
  const futureClip = useRef<HTMLDivElement>(null);
  const flag = useRef<HTMLSpanElement>(null);
  const picture = { width, height: size.height };
  useMotion((nowUs) => {
    const left = leftUs(nowUs);
    const slideX = -scale.x(left);
    const playheadX = (nowUs - left) * scale.pixelsPerUs;
    slide(axis, slideX);
    slide(past, slideX);
    slide(future, slideX - playheadX);
    slide(head, playheadX);
    slide(futureClip, playheadX);
    const clip = `${playheadX.toFixed(1)}px`;
    if (pastClip.current !== null && pastClip.current.style.width !== clip) {
      pastClip.current.style.width = clip;
    }
    setText(flag.current, momentText(nowUs));
  });
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    const pixels = ZOOM_KEYS[key];
    if (pixels !== undefined) zoom(pixels);
  };
  return (
    <div
      className="lanes"
      ref={box}
      role="group"
      aria-label="Space-time diagram; plus and minus zoom it"
      tabIndex={0}
      onKeyDown={onKeyDown}
      {...scrub}
    >
      <LaneNames names={names} rows={rows} height={size.height} />
      <div className="lane-window" style={{ left: LEFT, width }}>
        <div ref={axis} className="layer">
          <svg {...picture}>
            <LaneTicks scale={scale} width={width} bottom={bottom} leftUs={leftUs} />
          </svg>
        </div>
        <div ref={pastClip} className="layer clip">
          <div ref={past} className="layer">
            <svg {...picture} role="img" aria-label="Messages and disk writes by node over time">
              <LaneLines names={names} rows={rows} scale={scale} />
              <LaneFlights rows={rows} scale={scale} />
              <LaneWrites rows={rows} scale={scale} />
              <LaneBrush rows={rows} scale={scale} />
            </svg>
          </div>
        </div>
        <div ref={futureClip} className="layer clip">
          <div ref={future} className="layer">
            <svg {...picture} aria-hidden="true">
              <LaneGhosts rows={rows} scale={scale} />
              <LaneGhostWrites rows={rows} scale={scale} />
            </svg>
          </div>
        </div>
        <div className="layer">
          <svg {...picture} aria-hidden="true">
            <LaneClient rows={rows} leftUs={leftUs} />
            <text className="t-m end" x={width} y={bottom - 8}>
              grey: scheduled, has not happened
            </text>
          </svg>
        </div>
      </div>
      <div ref={head} className="layer head" style={{ left: LEFT }} aria-hidden="true">
        <svg width="1" height={size.height}>
          <path className="stroke-ink w2 none" d={`M0 2V${bottom}`} />
          <LaneTravellers rows={rows} />
        </svg>
        <span ref={flag} className="flag" style={{ top: bottom, width: FLAG }} />
      </div>
    </div>
  );
}

/** What slides is a layer of its own, so that a frame in which nothing else happens paints nothing. */
function slide(layer: RefObject<HTMLDivElement | null>, x: number): void {
  layer.current?.style.setProperty("transform", `translate(${x.toFixed(2)}px, 0)`);
}

const LaneNames = memo(function LaneNames({ names, rows, height }: LaneNamesProps) {
  return (
    <svg className="lane-names" width={LEFT} height={height} aria-hidden="true">
      <text className="t-s fill-client middle" x={28} y={rows.clientY + 0.5} data-ref="client:c1">
        c1
      </text>
      {names.map((name) => (
        <g key={name} transform="translate(16 0)" data-ref={`node:${name}`}>
          <NodeTag node={name} y={rows.y(name)} height={Math.min(16, rows.pitch)} />
        </g>
      ))}
    </svg>
  );
});

interface LaneNamesProps {
  readonly names: readonly string[];
  readonly rows: LaneRows;
  readonly height: number;
}
