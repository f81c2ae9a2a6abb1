import { CELL_WIDTH } from "../geometry/logColumns.ts";
import { termClass } from "../glyph/hues.ts";

interface TornCellProps {
  readonly index: number;
  readonly term: number;
  /** Null when its index has no column. */
  readonly x: number | null;
  readonly y: number;
  readonly height: number;
}

/** The entry in whose write the power went: half of it stands on the disk, and counts for nothing. */
export function TornCell({ index, term, x, y, height }: TornCellProps) {
  if (x === null) return null;
  const sentence = `entry ${index} was torn: a restart cuts it off`;
  const tooth = (height - 6) / 4;
  const edge = `l3 ${tooth}l-5 ${tooth}l5 ${tooth}l-3 ${tooth}`;
  return (
    <g className="pick" role="img" aria-label={sentence} tabIndex={-1} data-ref={`entry:${index}`}>
      <title>{sentence}</title>
      <rect
        className="stroke-line slot none"
        x={x + 0.5}
        y={y + 0.5}
        width={CELL_WIDTH - 1}
        height={height - 1}
        rx="3"
      />
      <path className={termClass(term)} d={`M${x + 3} ${y + 3}h25${edge}H${x + 3}z`} />
      <path className="stroke-bad w3 none dash-fine" d={`M${x} ${y + height + 6}h26`} />
    </g>
  );
}
