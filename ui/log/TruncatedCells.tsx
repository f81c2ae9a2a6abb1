import type { LogCellView, LogRowView } from "@chronik/core/view";
import { useEffect, useRef, useState } from "react";
import { CELL_WIDTH } from "../geometry/logColumns.ts";
import { EntryCell } from "../glyph/EntryCell.tsx";
import { usePage } from "../pageContext.ts";
import { truncatedCells } from "./truncation.ts";

const SHOWN_MS = 400;
const NONE: readonly LogCellView[] = [];

interface TruncatedCellsProps {
  readonly row: LogRowView;
  /** Null for an index that has no column. */
  readonly xOf: (index: number) => number | null;
  readonly y: number;
  readonly height: number;
}

/** What a newer leader took from a log is struck out for a moment, then it is gone. */
export function TruncatedCells({ row, xOf, y, height }: TruncatedCellsProps) {
  const cells = useTruncated(row);
  return cells.map((cell) => {
    const x = xOf(cell.index);
    if (x === null) return null;
    return (
      <g key={cell.index} aria-hidden="true">
        <EntryCell
          x={x}
          y={y}
          width={CELL_WIDTH}
          height={height}
          term={cell.term}
          state="disk"
          text={String(cell.term)}
          lit={false}
        />
        <path
          className="stroke-bad w2 none round"
          d={`M${x - 2} ${y + height / 2}h${CELL_WIDTH + 4}`}
        />
      </g>
    );
  });
}

function useTruncated(row: LogRowView): readonly LogCellView[] {
  const { frames } = usePage();
  const last = useRef<{ row: LogRowView; atUs: number } | null>(null);
  const [cells, setCells] = useState(NONE);
  useEffect(() => {
    const nowUs = frames.nowUs();
    const before = last.current;
    last.current = { row, atUs: nowUs };
    if (before === null) return;
    const gone = truncatedCells(before.row, row, nowUs - before.atUs);
    if (gone.length > 0) setCells(gone);
  }, [row, frames]);
  useEffect(() => {
    if (cells.length === 0) return;
    const timer = setTimeout(() => setCells(NONE), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [cells]);
  return cells;
}
