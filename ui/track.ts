import { useCallback, useLayoutEffect, useRef } from "react";
import type { RefObject } from "react";

/** An animation stands still at a moment of its own; this many milliseconds are its whole way. */
const WAY_MS = 1_000;

/**
 * The way of one element, from transform to transform at even shares; what it returns puts the
 * element to a share of it, from 0 to 1. It is an animation that never plays: simulated time sets
 * its moment. So the browser moves the finished picture of the element; for a transform that is
 * written it would put the layers of the whole page together anew. It has a layer of its own, so
 * this is for few and large things.
 */
export function useTrack(
  element: RefObject<Element | null>,
  transforms: readonly string[],
): (share: number) => void {
  const animation = useRef<Animation | null>(null);
  const way = transforms.join(";");
  useLayoutEffect(() => {
    const keyframes = way.split(";").map((transform) => ({ transform }));
    const options: KeyframeAnimationOptions = { duration: WAY_MS, fill: "both" };
    const standing = element.current?.animate(keyframes, options) ?? null;
    standing?.pause();
    animation.current = standing;
    return () => {
      animation.current = null;
      standing?.cancel();
    };
  }, [element, way]);
  return useCallback((share: number) => {
    if (animation.current !== null) animation.current.currentTime = share * WAY_MS;
  }, []);
}
