import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { PointerEvent, RefObject } from "react";
import {
  laneLeftUs,
  laneOriginUs,
  laneScale,
  laneWindowUs,
  zoomedWindowUs,
} from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { usePage, useView } from "../pageContext.ts";

interface LaneAxis {
  readonly scale: LaneScale;
  /** The moment at the left edge at a moment; to be asked once a frame. */
  readonly leftUs: (nowUs: number) => number;
  /** Makes more or less of time visible, around the playhead. */
  readonly zoom: (wheelPixels: number) => void;
  /** A pointer anywhere on the lanes takes the playhead along. */
  readonly scrub: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerCancel: (event: PointerEvent) => void;
  };
}

/** The axis of the lanes is the time bar: it flows, it is dragged, and a wheel zooms it. */
export function useLaneAxis(
  box: RefObject<HTMLElement | null>,
  left: number,
  width: number,
): LaneAxis {
  const { store, frames, dispatch } = usePage();
  const speed = useView((state) => state.playback.speed);
  /** What a wheel has chosen holds for one speed: at another nobody could see anything in it. */
  const [chosen, setChosen] = useState({ speed, windowUs: laneWindowUs(speed) });
  const windowUs = chosen.speed === speed ? chosen.windowUs : laneWindowUs(speed);
  const originUs = useView((state) => laneOriginUs(state.world?.nowUs ?? 0, windowUs));
  const scale = useMemo(() => laneScale(originUs, windowUs, width), [originUs, windowUs, width]);

  const edge = useRef<{ leftUs: number; windowUs: number } | null>(null);
  const isDragging = useRef(false);
  const leftUs = useCallback(
    (nowUs: number): number => {
      const { mode } = store.getState().playback;
      const isRunning = mode === "live" || mode === "replaying";
      const last = edge.current;
      // A zoom keeps the playhead where it is.
      const lastUs =
        last === null ? null : nowUs - ((nowUs - last.leftUs) * windowUs) / last.windowUs;
      const next =
        isDragging.current && lastUs !== null
          ? lastUs
          : laneLeftUs(lastUs, nowUs, windowUs, isRunning);
      edge.current = { leftUs: next, windowUs };
      return next;
    },
    [store, windowUs],
  );
  const zoom = useCallback(
    (wheelPixels: number) => {
      setChosen(() => ({ speed, windowUs: zoomedWindowUs(windowUs, wheelPixels) }));
    },
    [speed, windowUs],
  );
  useWheel(box, zoom);

  const seek = ({ clientX }: PointerEvent): void => {
    const x = clientX - (box.current?.getBoundingClientRect().left ?? 0) - left;
    const atUs = Math.round((edge.current?.leftUs ?? frames.nowUs()) + x / scale.pixelsPerUs);
    const { endUs } = store.getState().playback;
    dispatch({ kind: "seek", atUs: Math.max(0, Math.min(endUs, atUs)) });
  };
  const onPointerEnd = (event: PointerEvent): void => {
    if (!isDragging.current) return;
    isDragging.current = false;
    event.currentTarget.releasePointerCapture(event.pointerId);
    dispatch({ kind: "scrubEnd" });
  };
  const scrub = {
    onPointerDown: (event: PointerEvent): void => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      isDragging.current = true;
      dispatch({ kind: "scrubStart" });
      seek(event);
    },
    onPointerMove: (event: PointerEvent): void => {
      if (isDragging.current) seek(event);
    },
    onPointerUp: onPointerEnd,
    onPointerCancel: onPointerEnd,
  };
  return { scale, leftUs, zoom, scrub };
}

/** React's own listeners for wheels cannot keep the page from scrolling. */
function useWheel(box: RefObject<HTMLElement | null>, onWheel: (pixels: number) => void): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const onEvent = (event: WheelEvent): void => {
      event.preventDefault();
      onWheel(event.deltaMode === WheelEvent.DOM_DELTA_LINE ? event.deltaY * 16 : event.deltaY);
    };
    element.addEventListener("wheel", onEvent, { passive: false });
    return () => element.removeEventListener("wheel", onEvent);
  }, [box, onWheel]);
}
