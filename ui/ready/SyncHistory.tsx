import type { GateView } from "@chronik/core/view";
import { useRef } from "react";
import { useReadout } from "../motion.ts";
import { setText } from "../setText.ts";

const HEIGHT = 24;
const PITCH = 7;
const BAR = 5;
const BARS = 24;
const WIDTH = BARS * PITCH - 2;

interface SyncHistoryProps {
  readonly node: string;
  readonly historyUs: readonly number[];
  readonly gate: GateView | null;
}

/** How long the last syncs took, oldest first: a disk that gets slow is seen before it hurts. */
export function SyncHistory({ node, historyUs, gate }: SyncHistoryProps) {
  const growing = gate?.state === "writing" ? gate : null;
  const shown = historyUs.slice(growing === null ? -BARS : 1 - BARS);
  if (shown.length === 0 && growing === null) return null;
  const growingUs = growing === null ? 0 : growing.endsAtUs - growing.startedAtUs;
  const slowest = Math.max(...shown, growingUs, 1);
  const heightOf = (us: number): number => Math.max(2, (us / slowest) * HEIGHT);
  const firstX = (BARS - shown.length - (growing === null ? 0 : 1)) * PITCH;
  return (
    <>
      <span className="micro quiet">
        {isSlowing(shown, growingUs) ? `${node}’s disk is getting slow:` : `${node}’s disk:`}
        <br />
        {shown.length === 1 ? "its last fsync" : `its last ${shown.length} fsyncs`}
      </span>
      <svg
        width={WIDTH}
        height={HEIGHT}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="xMaxYMid slice"
        aria-hidden="true"
      >
        {shown.map((us, i) => (
          <rect
            key={i}
            className={growing === null && i === shown.length - 1 ? "fill-ink-2" : "fill-line"}
            x={firstX + i * PITCH}
            y={HEIGHT - heightOf(us)}
            width={BAR}
            height={heightOf(us)}
          />
        ))}
        {growing === null ? null : (
          <Growing gate={growing} x={firstX + shown.length * PITCH} height={heightOf(growingUs)} />
        )}
      </svg>
      <LastText gate={growing} lastUs={shown.at(-1) ?? 0} />
    </>
  );
}

/** The three last ones took twice as long as the one in the middle of all. */
function isSlowing(historyUs: readonly number[], growingUs: number): boolean {
  const all = growingUs > 0 ? [...historyUs, growingUs] : historyUs;
  if (all.length < 8) return false;
  const middle = all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;
  return all.slice(-3).every((us) => us > middle * 2);
}

interface GrowingProps {
  readonly gate: GateView;
  readonly x: number;
  readonly height: number;
}

function Growing({ gate, x, height }: GrowingProps) {
  const bar = useRef<SVGRectElement>(null);
  useReadout((nowUs) => {
    const passed = (nowUs - gate.startedAtUs) / Math.max(1, gate.endsAtUs - gate.startedAtUs);
    const grown = Math.max(0, Math.min(1, passed)) * height;
    bar.current?.setAttribute("y", (HEIGHT - grown).toFixed(1));
    bar.current?.setAttribute("height", grown.toFixed(1));
  });
  return (
    <>
      <rect
        className="stroke-line thin none"
        x={x + 0.5}
        y={HEIGHT - height + 0.5}
        width={BAR - 1}
        height={Math.max(1, height - 1)}
      />
      <rect ref={bar} className="hatched-ink" x={x} width={BAR} />
    </>
  );
}

function LastText({ gate, lastUs }: { gate: GateView | null; lastUs: number }) {
  const text = useRef<HTMLSpanElement>(null);
  useReadout((nowUs) => {
    const us = gate === null ? lastUs : Math.max(0, nowUs - gate.startedAtUs);
    setText(text.current, `${(us / 1000).toFixed(1)} ms`);
  });
  return (
    <span className="micro quiet">
      <span ref={text} />
      <br />
      {gate === null ? "the last" : "so far"}
    </span>
  );
}
