import { memo, useRef } from "react";
import { laneTicks, PLAYHEAD_FRACTION } from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { useMotion } from "../motion.ts";

/** Half the flag of the playhead and half a label: a tick this near would be cut by the flag. */
const FLAG_ROOM = 54;
const EDGE_ROOM = 16;

interface LaneTicksProps {
  readonly scale: LaneScale;
  readonly width: number;
  readonly bottom: number;
}

export const LaneTicks = memo(function LaneTicks({ scale, width, bottom }: LaneTicksProps) {
  const labels = useRef<SVGGElement>(null);
  const ticks = laneTicks(scale, width);
  const xs = ticks.map((tick) => scale.x(tick.atUs));
  useMotion((nowUs) => {
    const nowX = scale.x(nowUs);
    xs.forEach((x, i) => {
      const away = x - nowX;
      const right = away > width * (1 - PLAYHEAD_FRACTION) - EDGE_ROOM;
      const left = away < EDGE_ROOM - width * PLAYHEAD_FRACTION;
      const hidden = left || right || Math.abs(away) < FLAG_ROOM;
      labels.current?.children[i]?.classList.toggle("hidden-label", hidden);
    });
  });
  const top = 6;
  return (
    <>
      <path
        className="stroke-hair thin none"
        d={xs.map((x) => `M${x} ${top}V${bottom - 2}`).join("")}
      />
      <g ref={labels}>
        {ticks.map((tick, i) => (
          <text key={tick.atUs} className="t-m middle" x={xs[i]} y={bottom + 8}>
            {tick.label}
          </text>
        ))}
      </g>
    </>
  );
});
