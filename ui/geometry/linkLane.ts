import type { Point } from "./ringLayout.ts";

/** The straight way of a message from one glyph to another, in its own lane of the link. */
export interface LinkLane {
  readonly from: Point;
  readonly to: Point;
}

export const LANES_APART = 14;

/**
 * Messages keep to the right of their direction, so that both directions of a link stand
 * `LANES_APART` from each other. A lane starts and ends `gap` short of the two centres.
 */
export function linkLane(from: Point, to: Point, gapFrom: number, gapTo: number): LinkLane {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return { from, to };
  const unit = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const aside = { x: (-unit.y * LANES_APART) / 2, y: (unit.x * LANES_APART) / 2 };
  return {
    from: { x: from.x + unit.x * gapFrom + aside.x, y: from.y + unit.y * gapFrom + aside.y },
    to: { x: to.x - unit.x * gapTo + aside.x, y: to.y - unit.y * gapTo + aside.y },
  };
}

export function pointAt(lane: LinkLane, fraction: number): Point {
  return {
    x: lane.from.x + (lane.to.x - lane.from.x) * fraction,
    y: lane.from.y + (lane.to.y - lane.from.y) * fraction,
  };
}
