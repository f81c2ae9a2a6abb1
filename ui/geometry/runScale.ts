import type { RunMarkView, TermBandView } from "@chronik/core/view";

/** The time axis of the whole run. */
export interface RunScale {
  readonly endUs: number;
  readonly width: number;
  x(atUs: number): number;
  atUs(x: number): number;
}

const ENDS_S = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800];

/** The axis grows in steps, so that the past keeps its place for long. */
export function runAxisEndUs(simulatedUs: number): number {
  const neededS = (simulatedUs * 1.05) / 1e6;
  const endS = ENDS_S.find((s) => s >= neededS) ?? Math.ceil(neededS / 600) * 600;
  return endS * 1e6;
}

export function runScale(endUs: number, width: number): RunScale {
  const inside = (fraction: number): number => Math.min(1, Math.max(0, fraction));
  return {
    endUs,
    width,
    x: (atUs) => inside(atUs / endUs) * width,
    atUs: (x) => Math.round(inside(x / width) * endUs),
  };
}

/** "60 s", "3 min". */
export function endText(endUs: number): string {
  const seconds = endUs / 1e6;
  return seconds < 120 ? `${seconds} s` : `${seconds / 60} min`;
}

export interface PlacedBand {
  readonly x: number;
  readonly width: number;
  readonly term: number;
  /** Whether somebody led with a quorum. */
  readonly isLed: boolean;
}

/** What is narrower than this takes the look of its neighbour: nobody would see it. */
const BAND_MIN = 1;

/** The bands of a run as rectangles, at most one for every pixel. */
export function placeBands(
  bands: readonly TermBandView[],
  scale: RunScale,
  endUs: number,
): readonly PlacedBand[] {
  const placed: PlacedBand[] = [];
  let x = 0;
  for (const band of bands) {
    const endX = scale.x(band.toUs ?? endUs);
    if (endX - x < BAND_MIN && band.toUs !== null) continue;
    placed.push({ x, width: Math.max(0, endX - x), term: band.term, isLed: band.leader !== null });
    x = endX;
  }
  return placed;
}

/** Nearer than this two marks are one line. */
const MARK_MIN = 3;

/** The marks that can be told apart: where two fall together, the worse one, else the later one. */
export function placeMarks(marks: readonly RunMarkView[], scale: RunScale): readonly RunMarkView[] {
  const placed: RunMarkView[] = [];
  for (const mark of marks) {
    const last = placed.at(-1);
    if (last === undefined || scale.x(mark.atUs) - scale.x(last.atUs) >= MARK_MIN) {
      placed.push(mark);
    } else if (last.tone !== "bad" || mark.tone === "bad") {
      placed[placed.length - 1] = mark;
    }
  }
  return placed;
}

export interface PlacedLabel {
  readonly index: number;
  /** Of its middle. */
  readonly x: number;
}

/**
 * Chooses the labels that fit on one line without touching: later ones win, because people look at
 * what happened last.
 */
export function placeLabels(
  marks: readonly { readonly x: number; readonly text: string }[],
  width: number,
  left: number,
  right: number,
): readonly PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  let free = width - right;
  for (let index = marks.length - 1; index >= 0; index--) {
    const mark = marks[index];
    if (mark === undefined) continue;
    const room = labelWidth(mark.text);
    const from = Math.max(left, Math.min(mark.x - room / 2, width - right - room));
    if (from + room > free || mark.x < left) continue;
    placed.push({ index, x: from + room / 2 });
    free = from - 12;
  }
  return placed;
}

/** Inter at 11 px; the longest words of a mark are of that kind. */
function labelWidth(text: string): number {
  return text.length * 6;
}
