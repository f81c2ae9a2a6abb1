/** One measured figure, and the bound that it must keep; without one it is there to compare. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  readonly min?: number;
  readonly max?: number;
}

export function isKept({ value, min, max }: Figure): boolean {
  return value >= (min ?? Number.NEGATIVE_INFINITY) && value <= (max ?? Number.POSITIVE_INFINITY);
}

/** The figures as lines of text: what, how much, the bound, and whether it is kept. */
export function tableOfFigures(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    amount(figure.value, figure.unit),
    boundOf(figure),
    figure.min === undefined && figure.max === undefined ? "" : isKept(figure) ? "kept" : "MISSED",
  ]);
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows
    .map(([what, value, bound, verdict]) =>
      [what!.padEnd(widths[0]!), value!.padStart(widths[1]!), bound!.padEnd(widths[2]!), verdict!]
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function boundOf({ min, max, unit }: Figure): string {
  if (min !== undefined) return `at least ${amount(min, unit)}`;
  return max === undefined ? "" : `at most ${amount(max, unit)}`;
}

function amount(value: number, unit: string): string {
  if (!Number.isFinite(value)) return "never";
  const digits = Math.abs(value) < 100 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
}
