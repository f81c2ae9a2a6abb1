import { useRef } from "react";
import type { WriteView } from "@chronik/core/view";
import { spanProgress } from "../geometry/flightProgress.ts";
import { useReadout } from "../motion.ts";
import { useView } from "../pageContext.ts";

interface WalBarProps {
  readonly node: string;
  readonly fromX: number;
  readonly toX: number;
  /** Where the bar ends when what is in memory was written too. */
  readonly nextX: number;
  readonly y: number;
}

/** The write-ahead log under the row: solid as far as the disk holds it. */
export function WalBar({ node, fromX, toX, nextX, y }: WalBarProps) {
  const write = useView((state) => state.world?.nodes[node]?.write ?? null);
  return (
    <g aria-hidden="true">
      {toX > fromX ? <path className="stroke-ink-2 w3 none" d={`M${fromX} ${y}H${toX}`} /> : null}
      {write === null || nextX <= toX ? null : (
        <Writing write={write} x={Math.max(fromX, toX + 4)} width={nextX - toX - 4} y={y} />
      )}
    </g>
  );
}

function Writing({
  write,
  x,
  width,
  y,
}: {
  write: WriteView;
  x: number;
  width: number;
  y: number;
}) {
  const bar = useRef<SVGRectElement>(null);
  useReadout((nowUs) => {
    const done = spanProgress(write.startedAtUs, write.endsAtUs, nowUs);
    bar.current?.setAttribute("width", (done * width).toFixed(1));
  });
  return (
    <>
      <rect
        className="stroke-line thin none"
        x={x + 0.5}
        y={y - 1.5}
        width={Math.max(0, width - 1)}
        height="3"
      />
      <rect ref={bar} className="fill-ink-2" x={x} y={y - 1.5} height="3" />
    </>
  );
}
