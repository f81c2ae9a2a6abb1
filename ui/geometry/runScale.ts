/** The time axis of the whole run. It grows in steps, so that the past keeps its place for long. */
export interface RunScale {
  readonly endUs: number;
  x(atUs: number): number;
  atUs(x: number): number;
}

const ENDS_S = [10, 20, 30, 60, 120, 180, 300, 600, 900, 1200, 1800];

export function runScale(simulatedUs: number, width: number): RunScale {
  const neededS = (simulatedUs * 1.05) / 1e6;
  const endS = ENDS_S.find((s) => s >= neededS) ?? Math.ceil(neededS / 600) * 600;
  const endUs = endS * 1e6;
  const inside = (fraction: number): number => Math.min(1, Math.max(0, fraction));
  return {
    endUs,
    x: (atUs) => inside(atUs / endUs) * width,
    atUs: (x) => Math.round(inside(x / width) * endUs),
  };
}

export interface PlacedLabel {
  readonly index: number;
  readonly x: number;
  readonly anchor: "start" | "middle" | "end";
}

/**
 * Chooses the labels that fit on one line without touching: later ones win, because people look at
 * what happened last. `widthOf` estimates from the text.
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
    placed.push({ index, x: from + room / 2, anchor: "middle" });
    free = from - 12;
  }
  return placed;
}

function labelWidth(text: string): number {
  return text.length * 6;
}
