import type { LogColumnView } from "@chronik/core/view";
import { useBrush } from "../brush.ts";
import { CELL_WIDTH, STUB_WIDTH } from "../geometry/logColumns.ts";
import type { LogColumns } from "../geometry/logColumns.ts";
import { countText } from "../countText.ts";
import { useView } from "../pageContext.ts";

interface LogHeadProps {
  readonly columns: readonly LogColumnView[];
  readonly layout: LogColumns;
  readonly height: number;
}

/** Index and kind of every column; the newest stands on a ground of its own. */
export function LogHead({ columns, layout, height }: LogHeadProps) {
  const leader = useView((state) => state.world?.summary.leader ?? null);
  const newestX = layout.firstX + (columns.length - 1) * layout.pitch;
  const before = (columns[0]?.index ?? 1) - 1;
  const { leaderX } = layout;
  const isSnapshot = useView(({ world }) =>
    Object.values(world?.logs ?? {}).some(({ snapshotIndex }) => snapshotIndex >= before),
  );
  return (
    <g>
      <rect
        className="fill-selected"
        x={newestX - 4}
        y="-4"
        width={CELL_WIDTH + 8}
        height={height}
        rx="4"
      />
      {before > 0 ? (
        <>
          <text className="t-m middle" x={layout.stubX + STUB_WIDTH / 2} y="8">
            <title>{`entries up to ${before}`}</title>≤ {countText(before)}
          </text>
          <text className="t-m middle" x={layout.stubX + STUB_WIDTH / 2} y="23">
            {isSnapshot ? "snapshot" : "older"}
          </text>
        </>
      ) : null}
      {columns.map((column, i) => (
        <Column
          key={column.index}
          column={column}
          x={layout.firstX + i * layout.pitch}
          newest={i === columns.length - 1}
        />
      ))}
      {leaderX === null || leader === null ? null : (
        <g>
          <text className="t-m end" x={layout.width} y="7">
            as leader {leader} sees it
          </text>
          <path className="stroke-hair thin none" d={`M${leaderX} 15.5H${layout.width}`} />
          <text className="t-m end" x={leaderX + 28} y="23">
            match
          </text>
          <text className="t-m end" x={leaderX + 58} y="23">
            next
          </text>
          <text className="t-m" x={leaderX + 70} y="23">
            state
          </text>
        </g>
      )}
    </g>
  );
}

function Column({ column, x, newest }: { column: LogColumnView; x: number; newest: boolean }) {
  const { lit, brush } = useBrush(`entry:${column.index}`);
  const strong = newest || lit;
  return (
    <g
      className="pick"
      role="img"
      aria-label={`entry ${column.index} on all nodes: ${column.word}`}
      tabIndex={-1}
      {...brush}
    >
      <title>{`entry ${column.index}: ${column.word}`}</title>
      <rect className="hit" x={x} y="-2" width={CELL_WIDTH} height="34" />
      <text className={strong ? "t-s middle" : "t-2 middle"} x={x + CELL_WIDTH / 2} y="8">
        {countText(column.index)}
      </text>
      <text className={strong ? "t-mi middle" : "t-m middle"} x={x + CELL_WIDTH / 2} y="23">
        {column.word}
      </text>
    </g>
  );
}
