import { memo, useMemo, useRef } from "react";
import type { KeyboardEvent } from "react";
import { laneRows } from "../geometry/laneRows.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { useMotion, useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";
import { useTrack } from "../track.ts";
import { useSize } from "../useSize.ts";
import { LaneBrush } from "./LaneBrush.tsx";
import { LaneClient } from "./LaneClient.tsx";
import { FreshFlights, LaneGhosts, SettledFlights } from "./LaneFlights.tsx";
import { LaneLines } from "./LaneLines.tsx";
import { LaneTicks } from "./LaneTicks.tsx";
import { LaneTravellers } from "./LaneTravellers.tsx";
import { FreshWrites, LaneGhostWrites, SettledWrites } from "./LaneWrites.tsx";
import { useLaneAxis } from "./useLaneAxis.ts";

const NO_NODES: readonly string[] = [];
const LEFT = 56;
const RIGHT = 16;
const FLAG = 58;
/** What slides does so between these two; both are further away than any axis reaches. */
const REACH = 100_000;
const SLIDE = [`translate(${-REACH}px, 0)`, `translate(${REACH}px, 0)`];
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

  const axis = useRef<HTMLDivElement>(null);
  const moveAxis = useTrack(axis, SLIDE);
  const settled = useRef<HTMLDivElement>(null);
  const moveSettled = useTrack(settled, SLIDE);
  const fresh = useRef<HTMLDivElement>(null);
  const moveFresh = useTrack(fresh, SLIDE);
  const future = useRef<HTMLDivElement>(null);
  const moveFuture = useTrack(future, SLIDE);
  const head = useRef<HTMLDivElement>(null);
  const pastClip = useRef<HTMLDivElement>(null);
  const futureClip = useRef<HTMLDivElement>(null);
  const flag = useRef<HTMLSpanElement>(null);
  const clippedAt = useRef(Number.NaN);
  const picture = { width, height: size.height };
  useMotion((nowUs) => {
    const left = leftUs(nowUs);
    const slideX = -scale.x(left);
    const playheadX = Math.round((nowUs - left) * scale.pixelsPerUs * 10) / 10;
    moveAxis(shareOf(slideX));
    moveSettled(shareOf(slideX));
    moveFresh(shareOf(slideX));
    moveFuture(shareOf(slideX - playheadX));
    // While time flows under it the playhead stands.
    if (clippedAt.current === playheadX) return;
    clippedAt.current = playheadX;
    if (pastClip.current !== null) pastClip.current.style.width = `${playheadX}px`;
    for (const { current } of [futureClip, head]) {
      current?.style.setProperty("transform", `translate(${playheadX}px, 0)`);
    }
  });
  useReadout((nowUs) => setText(flag.current, momentText(nowUs)));
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
          <div ref={settled} className="layer">
            <svg {...picture} role="img" aria-label="Messages and disk writes by node over time">
              <LaneLines names={names} rows={rows} scale={scale} />
              <SettledFlights rows={rows} scale={scale} />
              <SettledWrites rows={rows} scale={scale} />
            </svg>
          </div>
          <div ref={fresh} className="layer">
            <svg {...picture} role="img" aria-label="Messages and disk writes until now">
              <FreshFlights rows={rows} scale={scale} />
              <FreshWrites rows={rows} scale={scale} />
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
            <text className="t-m end scheduled" x={width} y={bottom - 8}>
              grey: scheduled, has not happened
            </text>
          </svg>
        </div>
      </div>
      <div ref={head} className="layer head" style={{ left: LEFT }} aria-hidden="true">
        <svg width="1" height={size.height}>
          <path className="stroke-ink w2 none" d={`M0 2V${bottom}`} />
        </svg>
        <LaneTravellers rows={rows} />
        <span ref={flag} className="flag" style={{ top: bottom, width: FLAG }} />
      </div>
    </div>
  );
}

/** Where on its way a layer is that has slid to x. */
function shareOf(x: number): number {
  return 0.5 + x / (2 * REACH);
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
