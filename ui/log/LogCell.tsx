import type { LogCellView } from "@chronik/core/view";
import { memo } from "react";
import { useBrush } from "../brush.ts";
import { CELL_WIDTH } from "../geometry/logColumns.ts";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { bytesText } from "../timeText.ts";
import { CELL_WORDS } from "./SelectedEntry.tsx";
import type { EntryPlace } from "./SelectedEntry.tsx";

interface LogCellProps {
  readonly node: string;
  readonly cell: LogCellView;
  readonly x: number;
  readonly y: number;
  readonly height: number;
  /** The one cell that Tab comes to; the arrows go to the others. */
  readonly inTabOrder: boolean;
  readonly onSelect: (place: EntryPlace) => void;
}

export const LogCell = memo(function LogCell(props: LogCellProps) {
  const { node, cell, x, y, height, inTabOrder, onSelect } = props;
  const { lit, brush } = useBrush(`entry:${cell.index}`);
  const sentence =
    `entry ${cell.index} of term ${cell.term} on ${node}, ${CELL_WORDS[cell.state]}: ` +
    `${cell.command}, ${bytesText(cell.bytes)}`;
  return (
    <g
      className="pick"
      role="img"
      aria-label={sentence}
      tabIndex={inTabOrder ? 0 : -1}
      onClick={() => onSelect({ node, index: cell.index })}
      {...brush}
    >
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
