import type { Point } from "./ringLayout.ts";

/** The straight way of a message from one glyph to another, in its own lane of the link. */
export interface LinkLane {
  readonly from: Point;
  readonly to: Point;
  /** Where half of the way is drawn, from 0 to 1, when that is not in the middle. */
  readonly halfAt?: number;
}

export const LANES_APART = 14;

/**
 * Messages keep to the right of their direction, so that both directions of a link stand `apart`
 * from each other; 0 is the link itself. A lane starts and ends `gap` short of the two centres.
 */
export function linkLane(
  from: Point,
  to: Point,
  gapFrom: number,
  gapTo: number,
  apart = LANES_APART,
): LinkLane {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return { from, to };
  const unit = { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
  const aside = { x: (-unit.y * apart) / 2, y: (unit.x * apart) / 2 };
  return {
    from: { x: from.x + unit.x * gapFrom + aside.x, y: from.y + unit.y * gapFrom + aside.y },
    to: { x: to.x - unit.x * gapTo + aside.x, y: to.y - unit.y * gapTo + aside.y },
  };
}

export function pointAt({ from, to, halfAt = 0.5 }: LinkLane, fraction: number): Point {
  const drawn =
    fraction < 0.5 ? fraction * 2 * halfAt : halfAt + (fraction - 0.5) * 2 * (1 - halfAt);
  return { x: from.x + (to.x - from.x) * drawn, y: from.y + (to.y - from.y) * drawn };
}
