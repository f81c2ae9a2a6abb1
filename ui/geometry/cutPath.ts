import { curveCatmullRom, line } from "d3-shape";
import type { Point } from "./ringLayout.ts";

/** The line of a cut, and where its scissors stand. */
export interface CutShape {
  readonly path: string;
  readonly label: Point;
}

interface Box {
  readonly compact: boolean;
  readonly width: number;
  readonly height: number;
}

const OVERSHOOT = 64;
const MARGIN = 12;
const LABEL_WIDTH = 44;

/**
 * A smooth line through the middle of every link that the cut severs: that is where its messages
 * are lost. Both ends run on past the outermost links, but not out of the box.
 */
export function cutPath(
  inside: readonly Point[],
  outside: readonly Point[],
  box: Box,
): CutShape | null {
  const crossings = inside.flatMap((a) => outside.map((b) => middle(a, b)));
  if (crossings.length === 0) return null;
  const along = normalOf(centroid(inside), centroid(outside));
  const sorted = crossings.toSorted((a, b) => dot(a, along) - dot(b, along));
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return null;

  const bend = unit(centroid(outside), centroid(inside));
  const start = within(overshoot(first, along, -OVERSHOOT, bend), box);
  const end = within(overshoot(last, along, OVERSHOOT, bend), box);
  const path = line<Point>(
    (point) => point.x,
    (point) => point.y,
  )
    .curve(curveCatmullRom)
    .digits(1)([start, ...sorted, end]);
  // Beside the nodes the room is above, between labels under the nodes it is below.
  const label = start.y < end.y === box.compact ? end : start;
  return path === null
    ? null
    : { path, label: { x: label.x + (box.compact ? 8 : -LABEL_WIDTH / 2), y: label.y } };
}

function within(point: Point, { width, height }: Box): Point {
  const left = MARGIN + LABEL_WIDTH / 2;
  return {
    x: Math.max(left, Math.min(width - left, point.x)),
    y: Math.max(MARGIN + 16, Math.min(height - MARGIN, point.y)),
  };
}

function overshoot(from: Point, along: Point, by: number, bend: Point): Point {
  const lean = OVERSHOOT * 0.35;
  return { x: from.x + along.x * by + bend.x * lean, y: from.y + along.y * by + bend.y * lean };
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function centroid(points: readonly Point[]): Point {
  const sum = points.reduce((total, p) => ({ x: total.x + p.x, y: total.y + p.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function unit(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: (to.x - from.x) / length, y: (to.y - from.y) / length };
}

function normalOf(from: Point, to: Point): Point {
  const direction = unit(from, to);
  return { x: -direction.y, y: direction.x };
}

function dot(a: Point, b: Point): number {
  return a.x * b.x + a.y * b.y;
}
