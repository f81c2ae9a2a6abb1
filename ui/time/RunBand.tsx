import type { KeyboardEvent, PointerEvent } from "react";
import { useMemo, useRef } from "react";
import { runAxisEndUs, runScale } from "../geometry/runScale.ts";
import { useReadout } from "../motion.ts";
import { usePage, useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { useSize } from "../useSize.ts";
import { RunBranches } from "./RunBranches.tsx";
import { RunMarks } from "./RunMarks.tsx";
import { TermBands } from "./TermBands.tsx";

const STEP_US = 10_000;
const LEAP_US = 1_000_000;

/** The whole run on one line; drag the handle to any moment of it. */
export function RunBand() {
  const { dispatch, frames, store } = usePage();
  // The run grows all the time; its axis does so rarely.
  const axisEndUs = useView((state) => runAxisEndUs(state.playback.endUs));
  const [box, size] = useSize<HTMLDivElement>({ width: 1120, height: 32 });
  const scale = useMemo(() => runScale(axisEndUs, size.width), [axisEndUs, size.width]);
  const handle = useRef<HTMLDivElement>(null);
  const endUs = (): number => store.getState().playback.endUs;
  useReadout((nowUs) => {
    if (handle.current === null) return;
    handle.current.style.transform = `translateX(${scale.x(nowUs).toFixed(1)}px)`;
    handle.current.setAttribute("aria-valuenow", String(Math.round(nowUs / 1000)));
    handle.current.setAttribute("aria-valuetext", momentText(nowUs));
    handle.current.setAttribute("aria-valuemax", String(Math.round(endUs() / 1000)));
  });

  const seekTo = (clientX: number): void => {
    const left = box.current?.getBoundingClientRect().left ?? 0;
    dispatch({ kind: "seek", atUs: Math.min(endUs(), scale.atUs(clientX - left)) });
  };
  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    dispatch({ kind: "scrubStart" });
    seekTo(event.clientX);
  };
  const onPointerMove = (event: PointerEvent): void => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) seekTo(event.clientX);
  };
  const onPointerEnd = (event: PointerEvent): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    event.currentTarget.releasePointerCapture(event.pointerId);
    dispatch({ kind: "scrubEnd" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const atUs = keyTarget(event.key, event.shiftKey, frames.nowUs(), endUs());
    if (atUs === null) return;
    event.preventDefault();
    event.stopPropagation();
    dispatch({ kind: "seek", atUs: Math.max(0, Math.min(endUs(), atUs)) });
  };
  return (
    <div className="run">
      <span className="run-name micro quiet" aria-hidden="true">
        run
      </span>
      <div
        className="run-box"
        ref={box}
        onPointerDown={onPointerDown}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerEnd}
        onPointerCancel={onPointerEnd}
      >
        <svg width={size.width} height={size.height} aria-hidden="true">
          <TermBands scale={scale} />
          <RunMarks scale={scale} />
        </svg>
        <div
          ref={handle}
          className="run-handle"
          role="slider"
          tabIndex={0}
          aria-label="Time"
          aria-valuemin={0}
          onKeyDown={onKeyDown}
        />
      </div>
      <RunBranches scale={scale} />
    </div>
  );
}

function keyTarget(key: string, far: boolean, nowUs: number, endUs: number): number | null {
  const step = far ? LEAP_US : STEP_US;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return nowUs - step;
    case "ArrowRight":
    case "ArrowUp":
      return nowUs + step;
    case "PageDown":
      return nowUs - LEAP_US;
    case "PageUp":
      return nowUs + LEAP_US;
    case "Home":
      return 0;
    case "End":
      return endUs;
    default:
      return null;
  }
}
