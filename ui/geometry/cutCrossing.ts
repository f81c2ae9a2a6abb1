import type { Point } from "./ringLayout.ts";

/** From the outline of a node that is cut off to the line. */
const REACH = 40;

/**
 * How far from the first node, of the side that is drawn around, a cut crosses its link to the
 * second: near it, so that the middle of the stage stays free.
 */
export function cutDistance(from: Point, to: Point, outlineRadius: number): number {
  return Math.min(outlineRadius + REACH, Math.hypot(to.x - from.x, to.y - from.y) / 2);
}

/** Of the two sides of a cut the one that its line is drawn around. */
export function isDrawnAround(sideCount: number, otherCount: number): boolean {
  return sideCount <= otherCount;
}
