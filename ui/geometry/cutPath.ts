import { curveCatmullRom, line } from "d3-shape";
import { cutDistance, isDrawnAround } from "./cutCrossing.ts";
import { labelBox } from "./ringLayout.ts";
import type { LabelBox, Place, Point } from "./ringLayout.ts";

/** The line of a cut, and where its scissors stand. */
export interface CutShape {
  readonly path: string;
  readonly label: Point;
}

interface Box {
  readonly width: number;
  readonly height: number;
  readonly outlineRadius: number;
  readonly places: readonly Place[];
}

/**
 * The ways in which a line may end; the first one that meets no node and no label is taken. If there
 * is none, it ends where it crosses the outermost link.
 */
const FREE_ENDS = [
  { along: 64, lean: 44 },
  { along: 64, lean: -8 },
  { along: 40, lean: 96 },
  { along: 20, lean: 72 },
  { along: 8, lean: 20 },
] as const;
/** The same where the scissors stand. */
const LABEL_ENDS = [
  { along: 16, lean: 96 },
  { along: 40, lean: 96 },
  { along: 4, lean: 64 },
  { along: 40, lean: 20 },
] as const;
const MARGIN = 12;
/** The scissors and their word; they reach so far up from the end of the line. */
const LABEL_WIDTH = 44;
const LABEL_RISE = 16;

/**
 * A smooth line around the smaller side of a cut, across every link that it severs. Both ends run
 * on past the outermost links where there is room, but not out of the box.
 */
export function cutPath(one: readonly Point[], other: readonly Point[], box: Box): CutShape | null {
  const [inside, outside] = isDrawnAround(one.length, other.length) ? [one, other] : [other, one];
  const crossings = inside.flatMap((a) =>
    outside.map((b) => towards(a, b, cutDistance(a, b, box.outlineRadius))),
  );
  if (crossings.length === 0) return null;
  const along = normalOf(centroid(inside), centroid(outside));
  const sorted = crossings.toSorted((a, b) => dot(a, along) - dot(b, along));
  const first = sorted[0];
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return null;

  const bend = unit(centroid(outside), centroid(inside));
  const taken = box.places.flatMap((place) => [
    labelBox(place, box.outlineRadius),
    nodeBox(place, box.outlineRadius),
  ]);
  const isFree = (from: Point, to: Point): boolean => !taken.some((one) => meets(from, to, one));
  const ending = (from: Point, direction: 1 | -1, ways: readonly Way[]): Point | undefined => {
    const ends = ways.map((by) => within(runOn(from, along, direction, bend, by), box));
    const isLabelled = ways === LABEL_ENDS;
    return ends.find((to) => isFree(from, to) && (!isLabelled || isFree(...labelTop(to))));
  };
  const start = ending(first, -1, FREE_ENDS) ?? first;
  const end = ending(last, 1, FREE_ENDS) ?? last;
  const labelFirst = ending(first, -1, LABEL_ENDS);
  const labelLast = ending(last, 1, LABEL_ENDS);
  // At the edge of the box there is most room: the nodes stand around the middle.
  const isLabelFirst =
    labelLast === undefined ||
    (labelFirst !== undefined && edgeDistance(start, box) < edgeDistance(end, box));
  const label = isLabelFirst ? (labelFirst ?? first) : labelLast;
  const points = isLabelFirst ? [label, ...sorted, end] : [start, ...sorted, label];
  const path = line<Point>(
    (point) => point.x,
    (point) => point.y,
  )
    .curve(curveCatmullRom)
    .digits(1)(points.filter((point, i) => point !== points[i - 1]));
  return path === null ? null : { path, label: { x: label.x - LABEL_WIDTH / 2, y: label.y } };
}

/** The upper edge of what stands at the labelled end of a line. */
function labelTop({ x, y }: Point): [Point, Point] {
  const half = LABEL_WIDTH / 2;
  return [
    { x: x - half, y: y - LABEL_RISE },
    { x: x + half, y: y - LABEL_RISE },
  ];
}

function nodeBox({ x, y }: Point, outlineRadius: number): LabelBox {
  return {
    left: x - outlineRadius,
    right: x + outlineRadius,
    top: y - outlineRadius,
    bottom: y + outlineRadius,
  };
}

interface Way {
  readonly along: number;
  readonly lean: number;
}

/** Looked at often enough along the way that no label is jumped over. */
function meets(from: Point, to: Point, { left, right, top, bottom }: LabelBox): boolean {
  const steps = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 4);
  for (let step = 1; step <= steps; step++) {
    const x = from.x + ((to.x - from.x) * step) / steps;
    const y = from.y + ((to.y - from.y) * step) / steps;
    if (x > left && x < right && y > top && y < bottom) return true;
  }
  return false;
}

function edgeDistance({ x }: Point, { width }: Box): number {
  return Math.min(x, width - x);
}

function within(point: Point, { width, height }: Box): Point {
  const left = MARGIN + LABEL_WIDTH / 2;
  return {
    x: Math.max(left, Math.min(width - left, point.x)),
    y: Math.max(MARGIN + 16, Math.min(height - MARGIN, point.y)),
  };
}

/** Past the outermost link, `along` the line and `lean` towards the side that it goes around. */
function runOn(from: Point, along: Point, direction: 1 | -1, bend: Point, by: Way): Point {
  return {
    x: from.x + along.x * by.along * direction + bend.x * by.lean,
    y: from.y + along.y * by.along * direction + bend.y * by.lean,
  };
}

function towards(from: Point, to: Point, distance: number): Point {
  const { x, y } = unit(from, to);
  return { x: from.x + x * distance, y: from.y + y * distance };
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
