import { memo, useRef } from "react";
import { laneTicks } from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { useReadout } from "../motion.ts";

/** Half the flag of the playhead and half a label: a tick this near would be cut by the flag. */
const FLAG_ROOM = 50;
const EDGE_ROOM = 16;

interface LaneTicksProps {
  readonly scale: LaneScale;
  readonly width: number;
  readonly bottom: number;
  readonly leftUs: (nowUs: number) => number;
}

/** Which labels stand back, of the ticks that are drawn. */
interface Drawn {
  readonly xs: readonly number[];
  readonly hidden: boolean[];
}

export const LaneTicks = memo(function LaneTicks(props: LaneTicksProps) {
  const { scale, width, bottom, leftUs } = props;
  const labels = useRef<SVGGElement>(null);
  const ticks = laneTicks(scale, width);
  const xs = ticks.map((tick) => scale.x(tick.atUs));
  const drawn = useRef<Drawn>({ xs, hidden: [] });
  useReadout((nowUs) => {
    const nowX = scale.x(nowUs);
    const leftX = scale.x(leftUs(nowUs));
    if (drawn.current.xs !== xs) drawn.current = { xs, hidden: [] };
    const before = drawn.current.hidden;
    xs.forEach((x, i) => {
      const isOutside = x < leftX + EDGE_ROOM || x > leftX + width - EDGE_ROOM;
      const hidden = isOutside || Math.abs(x - nowX) < FLAG_ROOM;
      if (before[i] === hidden) return;
      before[i] = hidden;
      labels.current?.children[i]?.classList.toggle("hidden-label", hidden);
    });
  });
  const top = 8;
  return (
    <>
      <path
        className="stroke-hair thin none"
        d={xs.map((x) => `M${x} ${top}V${bottom}`).join("")}
      />
      <g ref={labels}>
        {ticks.map((tick, i) => (
          <text key={tick.atUs} className="t-m middle" x={xs[i]} y={bottom + 9}>
            {tick.label}
          </text>
        ))}
      </g>
    </>
  );
});
