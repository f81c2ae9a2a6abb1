import type { FlightView } from "@chronik/core/view";
import { crowdOf } from "./crowd.ts";
import type { Crowd, Rank } from "./crowd.ts";
import { spanProgress } from "./flightProgress.ts";
import type { LaneRows } from "./laneRows.ts";
import { laneReachUs } from "./laneScale.ts";
import type { LaneScale } from "./laneScale.ts";

export interface LanePoint {
  readonly x: number;
  readonly y: number;
}

/** The line of a message in the lanes, corner by corner, and how it ends. */
export interface LaneFlightLine {
  readonly points: readonly LanePoint[];
  readonly end: "arrives" | "lost" | "held";
}

/** Which part of its way is behind a message at a moment, 0 to 1. */
export function wayAt(flight: FlightView, atUs: number): number {
  const { movesFromUs, movesFromFraction, arrivesAtUs } = flight;
  return movesFromFraction + (1 - movesFromFraction) * spanProgress(movesFromUs, arrivesAtUs, atUs);
}

/**
 * From where it was sent to where it arrives or was lost. It bends where somebody let it go again,
 * since up to there it took another time for its way; while one is held its line goes on level.
 */
export function laneFlightLine(
  flight: FlightView,
  rows: LaneRows,
  scale: LaneScale,
): LaneFlightLine {
  const { sentAtUs, movesFromUs, movesFromFraction, arrivesAtUs, lostAtUs, heldAtUs } = flight;
  const [fromY, toY] = [rows.y(flight.from), rows.y(flight.to)];
  const point = (atUs: number, way: number): LanePoint => ({
    x: scale.x(atUs),
    y: fromY + (toY - fromY) * way,
  });
  const points = [point(sentAtUs, 0)];
  if (movesFromUs > sentAtUs) points.push(point(movesFromUs, movesFromFraction));
  if (lostAtUs !== null) {
    return { points: [...points, point(lostAtUs, wayAt(flight, lostAtUs))], end: "lost" };
  }
  if (heldAtUs === null) return { points: [...points, point(arrivesAtUs, 1)], end: "arrives" };
  const way = wayAt(flight, heldAtUs);
  points.push(point(heldAtUs, way), point(laneReachUs(scale).toUs, way));
  return { points, end: "held" };
}

export function linePath(points: readonly LanePoint[]): string {
  return points
    .map(({ x, y }, i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
}

interface KnownPaths {
  readonly rows: LaneRows;
  readonly paths: WeakMap<FlightView, string>;
}
const known = new WeakMap<LaneScale, KnownPaths>();

/** The line of a message as a path. It is worked out once: thousands of them are asked for again. */
export function flightPath(flight: FlightView, rows: LaneRows, scale: LaneScale): string {
  let kept = known.get(scale);
  if (kept?.rows !== rows) {
    kept = { rows, paths: new WeakMap() };
    known.set(scale, kept);
  }
  let path = kept.paths.get(flight);
  if (path === undefined) {
    path = linePath(laneFlightLine(flight, rows, scale).points);
    kept.paths.set(flight, path);
  }
  return path;
}

/**
 * The part of the past that is settled. Both ends move in steps, so that the many lines that are
 * over are drawn anew only rarely, and with every frame only the few that are not.
 */
export function settledSpan(nowUs: number, windowUs: number) {
  const stepUs = windowUs / 16;
  const stepBefore = (atUs: number): number => Math.floor(atUs / stepUs) * stepUs;
  return { fromUs: stepBefore(nowUs - windowUs), toUs: stepBefore(nowUs) };
}

/** The messages whose lines are over, as far back as the window reaches. */
export function settledFlights(
  flights: readonly FlightView[],
  nowUs: number,
  windowUs: number,
): readonly FlightView[] {
  const { fromUs, toUs } = settledSpan(nowUs, windowUs);
  return flights.filter(
    (flight) => flight.heldAtUs === null && endOf(flight) >= fromUs && endOf(flight) < toUs,
  );
}

/** The messages that are under way, or were until just now. */
export function freshFlights(
  flights: readonly FlightView[],
  nowUs: number,
  windowUs: number,
): readonly FlightView[] {
  const { toUs } = settledSpan(nowUs, windowUs);
  return flights.filter(
    (flight) => flight.sentAtUs <= nowUs && (flight.heldAtUs !== null || endOf(flight) >= toUs),
  );
}

/** Fetches are folded first, then heartbeats and what clients ask, then the oldest of the rest. */
export function flightCrowd(flights: readonly FlightView[], singleMax: number): Crowd<FlightView> {
  return crowdOf(flights, singleMax, rankOf);
}

function endOf({ lostAtUs, arrivesAtUs }: FlightView): number {
  return lostAtUs ?? arrivesAtUs;
}

function rankOf({ kind, lostAtUs, heldAtUs }: FlightView): Rank {
  if (lostAtUs !== null || heldAtUs !== null) return 0;
  switch (kind) {
    case "vote":
    case "preVote":
    case "append":
    case "snapshot":
      return 0;
    case "heartbeat":
    case "produce":
    case "client":
      return 1;
    case "fetch":
      return 2;
  }
}
