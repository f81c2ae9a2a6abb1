export interface Spot {
  readonly x: number;
  readonly y: number;
}

export type Direction = "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown";

/** Sideways counts more: what stands in the same row or column comes first. */
const SIDEWAYS = 2.5;
/** What is hardly further on stands beside, not before. */
const FURTHER_MIN = 1;

/** The index of the spot that is nearest in a direction; null when none stands there. */
export function nearest(from: Spot, spots: readonly Spot[], direction: Direction): number | null {
  let best: number | null = null;
  let bestCost = Infinity;
  spots.forEach((spot, index) => {
    const [dx, dy] = [spot.x - from.x, spot.y - from.y];
    const [along, aside] =
      direction === "ArrowLeft" || direction === "ArrowRight" ? [dx, dy] : [dy, dx];
    const further = direction === "ArrowLeft" || direction === "ArrowUp" ? -along : along;
    const cost = further + Math.abs(aside) * SIDEWAYS;
    if (further < FURTHER_MIN || cost >= bestCost) return;
    best = index;
    bestCost = cost;
  });
  return best;
}
