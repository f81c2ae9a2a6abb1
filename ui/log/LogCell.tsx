import type { LogCellView } from "@chronik/core/view";
import { memo } from "react";
import { useBrush } from "../brush.ts";
import { CELL_WIDTH } from "../geometry/logColumns.ts";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { bytesText } from "../timeText.ts";

interface LogCellProps {
  readonly node: string;
  readonly cell: LogCellView;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export const LogCell = memo(function LogCell({ node, cell, x, y, height }: LogCellProps) {
  const { lit, brush } = useBrush(`entry:${cell.index}`);
  const sentence =
    `entry ${cell.index} of term ${cell.term} on ${node}, ${WORDS[cell.state]}: ` +
    `${cell.command}, ${bytesText(cell.bytes)}`;
  return (
    <g role="img" aria-label={sentence} {...brush}>
      <title>{sentence}</title>
      <EntryCell
        x={x}
        y={y}
        width={CELL_WIDTH}
        height={height}
        term={cell.term}
        state={cell.state}
        text={String(cell.term)}
        lit={lit}
      />
    </g>
  );
});

const WORDS = {
  memory: "in memory",
  disk: "on disk, not committed",
  committed: "committed",
};
