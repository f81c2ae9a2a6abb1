import type { LogCellView, LogColumnView, LogRowView } from "@chronik/core/view";
import { STUB_WIDTH } from "../geometry/logColumns.ts";
import type { LogColumns } from "../geometry/logColumns.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { usePage, useView } from "../pageContext.ts";
import { CommitPin } from "./CommitPin.tsx";
import { LogCell } from "./LogCell.tsx";
import { WalBar } from "./WalBar.tsx";

interface LogRowProps {
  readonly node: string;
  readonly columns: readonly LogColumnView[];
  readonly layout: LogColumns;
  readonly y: number;
  readonly pitch: number;
}

/** One node's log: cells, how far it is committed and applied, what its disk holds. */
export function LogRow({ node, columns, layout, y, pitch }: LogRowProps) {
  const { dispatch } = usePage();
  const row = useView((state) => state.world?.logs[node]);
  if (row === undefined) return null;
  const cellHeight = Math.min(26, pitch - 14);
  const top = 4;
  const middle = top + cellHeight / 2;
  const first = columns[0]?.index ?? 1;
  const edge = (index: number): number =>
    layout.firstX + Math.max(0, Math.min(columns.length, index - first + 1)) * layout.pitch - 2;
  const stubEnd =
    row.snapshotIndex >= first ? edge(row.snapshotIndex) - 2 : layout.stubX + STUB_WIDTH;
  const noteEnd = row.progress === null ? layout.width : (layout.leaderX ?? layout.width);
  const cells = new Map(row.cells.map((cell): [number, LogCellView] => [cell.index, cell]));
  return (
    <g transform={`translate(0 ${y})`} role="group" aria-label={rowSentence(row)}>
      <g className="pick" onClick={() => dispatch({ kind: "selectNode", node })}>
        <rect className="hit" x="0" y="0" width="32" height={pitch - 4} />
        <NodeTag node={node} y={middle} />
      </g>
      {first > 1 && row.lastIndex > 0 ? (
        <Stub row={row} x={layout.stubX} endX={stubEnd} y={top} height={cellHeight} />
      ) : null}
      {columns.map((column, i) => {
        const cell = cells.get(column.index);
        const x = layout.firstX + i * layout.pitch;
        return cell === undefined ? null : (
          <LogCell key={column.index} node={node} cell={cell} x={x} y={top} height={cellHeight} />
        );
      })}
      {row.lastIndex === 0 ? null : (
        <>
          <WalBar
            node={node}
            fromX={first > 1 ? layout.stubX : layout.firstX}
            toX={edge(row.persistedIndex) - 2}
            nextX={edge(row.lastIndex) - 2}
            y={top + cellHeight + 6}
          />
          <CommitPin
            commitX={edge(row.commit)}
            appliedX={row.appliedKnown ? edge(row.applied) : null}
            top={top - 5}
            bottom={top + cellHeight + 10}
          />
        </>
      )}
      <text className={row.noteTone === "bad" ? "t-bad" : "t-m"} x={layout.noteX} y={middle}>
        {noteThatFits(row.note, noteEnd - layout.noteX)}
        <title>{row.note}</title>
      </text>
      {layout.leaderX === null || row.progress === null ? null : (
        <Progress row={row} x={layout.leaderX} y={middle} />
      )}
    </g>
  );
}

interface StubProps {
  readonly row: LogRowView;
  readonly x: number;
  readonly endX: number;
  readonly y: number;
  readonly height: number;
}

/** What came before; where a snapshot took the place of entries, its last one stands on it. */
function Stub({ row, x, endX, y, height }: StubProps) {
  const { snapshotIndex } = row;
  return (
    <g>
      <rect className="fill-hair" x={x} y={y} width={endX - x} height={height} rx="3" />
      {snapshotIndex > 0 ? (
        <text className="t-ms t-2 middle" x={(x + endX) / 2} y={y + height / 2 + 0.5}>
          {`≤ ${snapshotIndex}`}
          <title>{`entries up to ${snapshotIndex} are in a snapshot`}</title>
        </text>
      ) : null}
    </g>
  );
}

function Progress({ row, x, y }: { row: LogRowView; x: number; y: number }) {
  const { progress } = row;
  if (progress === null) return null;
  const silent = progress.state !== "itself" && !progress.active;
  return (
    <g>
      <text className="end" x={x + 28} y={y}>
        {progress.match}
      </text>
      <text className="end" x={x + 58} y={y}>
        {progress.next}
      </text>
      <text className="t-m" x={x + 70} y={y}>
        {progress.isLearner && progress.state !== "Snapshot" ? "learner" : progress.state}
      </text>
      {silent ? (
        <path className="stroke-ink-2 w15 none" d={`M${x + 126} ${y - 4}v8m5-8v8`}>
          <title>silent</title>
        </path>
      ) : null}
      {progress.inflight > 0 && !silent ? (
        <circle className="fill-append" cx={x + 127} cy={y} r="3.5">
          <title>{progress.inflight} in flight</title>
        </circle>
      ) : null}
    </g>
  );
}

/** Drawn text has no ellipsis of its own; a letter takes 5.6 px on average. */
function noteThatFits(note: string, room: number): string {
  const letters = Math.floor(room / 5.6);
  return note.length <= letters ? note : `${note.slice(0, letters - 1).trimEnd()}…`;
}

function rowSentence(row: LogRowView): string {
  const applied = row.appliedKnown ? `, applied ${row.applied}` : "";
  return `${row.node}: ${row.lastIndex} entries, commit ${row.commit}${applied}, ${row.note}`;
}
