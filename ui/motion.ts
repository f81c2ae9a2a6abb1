import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { usePage } from "./pageContext.ts";
import type { FramePace } from "./pageContext.ts";

/**
 * Calls `write` with simulated time on every frame, and after every render so that what was just
 * mounted stands in its place at once. `write` sets transforms and texts on refs, never state.
 */
export function useMotion(write: (nowUs: number) => void): void {
  useFrames(write, "travel");
}

/**
 * The same for what is read and not followed with the eyes: numbers, meters. They are written less
 * often while time runs, and at once when it stands.
 */
export function useReadout(write: (nowUs: number) => void): void {
  useFrames(write, "readout");
}

function useFrames(write: (nowUs: number) => void, pace: FramePace): void {
  const { frames } = usePage();
  const latest = useRef(write);
  useLayoutEffect(() => {
    latest.current = write;
    write(frames.nowUs());
  });
  useEffect(() => frames.subscribe((nowUs) => latest.current(nowUs), pace), [frames, pace]);
}

/** Whether a media query holds. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

/** Nothing travels then; a count at the receiver says what is on its way. */
export function useReducedMotion(): boolean {
  return useMedia("(prefers-reduced-motion: reduce)");
}
