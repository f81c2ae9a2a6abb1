import { useRef } from "react";
import { spanProgress } from "../geometry/flightProgress.ts";
import { useReadout } from "../motion.ts";

interface FsyncBarProps {
  readonly startedAtUs: number;
  readonly endsAtUs: number;
  readonly state: "writing" | "durable" | "none";
  readonly height: number;
}

/** Fills hatched with simulated time and turns solid only when the write is durable. */
export function FsyncBar({ startedAtUs, endsAtUs, state, height }: FsyncBarProps) {
  const fill = useRef<HTMLElement>(null);
  useReadout((nowUs) => {
    if (fill.current === null || state !== "writing") return;
    fill.current.style.width = `${spanProgress(startedAtUs, endsAtUs, nowUs) * 100}%`;
  });
  const look = state === "durable" ? "durable" : state === "none" ? "empty" : "";
  return (
    <span className={`fsync-bar ${look}`} style={{ height }} aria-hidden="true">
      <i key={state} ref={fill} />
    </span>
  );
}
