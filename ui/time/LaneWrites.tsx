import type { WriteView } from "@chronik/core/view";
import { memo } from "react";
import type { LaneScale } from "../geometry/laneScale.ts";
import { hatchClass, termClass } from "../glyph/hues.ts";
import { useView } from "../pageContext.ts";

const NO_WRITES: readonly WriteView[] = [];
const HEIGHT = 14;

interface LaneWritesProps {
  readonly y: (name: string) => number;
  readonly scale: LaneScale;
  /** The rest of a write under way, for the side right of the playhead. */
  readonly ghost?: boolean;
}

/** Disk writes on the lane of their node: hatched while under way, solid once durable. */
export function LaneWrites({ y, scale, ghost = false }: LaneWritesProps) {
  const writes = useView((state) => state.world?.writes ?? NO_WRITES);
  const current = useView((state) => state.world?.nodes);
  return writes.map((write) => {
    const underWay = current?.[write.node]?.write?.id === write.id;
    if (ghost && !underWay) return null;
    return (
      <Write
        key={write.id}
        write={write}
        underWay={underWay}
        ghost={ghost}
        y={y(write.node)}
        scale={scale}
      />
    );
  });
}

interface WriteProps {
  readonly write: WriteView;
  readonly underWay: boolean;
  readonly ghost: boolean;
  readonly y: number;
  readonly scale: LaneScale;
}

const Write = memo(function Write({ write, underWay, ghost, y, scale }: WriteProps) {
  const x = scale.x(write.startedAtUs);
  const width = Math.max(2, scale.x(write.endsAtUs) - x);
  const box = { x, y: y - HEIGHT / 2, width, height: HEIGHT, rx: 2 };
  if (ghost) return <rect className="stroke-line slot fill-panel" {...box} />;
  const hatched = underWay || write.lost;
  return (
    <g>
      <title>{`${write.node} writes ${write.label}`}</title>
      <rect className={hatched ? hatchClass(write.term) : termClass(write.term)} {...box} />
      {write.lost ? (
        <path className="stroke-bad w2 none round" d={`M${x + width - 3} ${y - 3}l6 6m0-6-6 6`} />
      ) : null}
      {width > write.label.length * 6 + 12 ? (
        <text
          className={`t-mi middle ${hatched ? "halo" : `on-${termClass(write.term)}`}`}
          x={x + width / 2}
          y={y + 0.5}
        >
          {write.label}
        </text>
      ) : null}
    </g>
  );
});
