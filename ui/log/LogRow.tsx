import type { LogCellView, LogColumnView, LogRowView } from "@chronik/core/view";
import { STUB_WIDTH } from "../geometry/logColumns.ts";
import type { LogColumns } from "../geometry/logColumns.ts";
import { countText } from "../countText.ts";
import { NodeTag } from "../glyph/NodeTag.tsx";
import { usePage, useView } from "../pageContext.ts";
import { CommitPin } from "./CommitPin.tsx";
import { LogCell } from "./LogCell.tsx";
import type { EntryPlace } from "./SelectedEntry.tsx";
import { TornCell } from "./TornCell.tsx";
import { TruncatedCells } from "./TruncatedCells.tsx";
import { WalBar } from "./WalBar.tsx";

const CELL_HEIGHT_MAX = 26;
/** Rows that stand closer give up their air first, and the height of their cells last. */
const ROOMY_PITCH = 28;

function rowShape(pitch: number) {
  return pitch >= ROOMY_PITCH
    ? { cellHeight: Math.min(CELL_HEIGHT_MAX, pitch - 14), top: 4, walGap: 6 }
    : { cellHeight: pitch - 7, top: 2, walGap: 3 };
}

interface LogRowProps {
  readonly node: string;
  readonly columns: readonly LogColumnView[];
  readonly layout: LogColumns;
  readonly y: number;
  readonly pitch: number;
  readonly isFirst: boolean;
  readonly onSelect: (place: EntryPlace) => void;
}

/** One node's log: cells, how far it is committed and applied, what its disk holds. */
export function LogRow(props: LogRowProps) {
  const { node, columns, layout, y, pitch, isFirst, onSelect } = props;
  const { dispatch } = usePage();
  const row = useView((state) => state.world?.logs[node]);
  if (row === undefined) return null;
  const { cellHeight, top, walGap } = rowShape(pitch);
  const middle = top + cellHeight / 2;
  const first = columns[0]?.index ?? 1;
  const edge = (index: number): number =>
    layout.firstX + Math.max(0, Math.min(columns.length, index - first + 1)) * layout.pitch - 2;
  const stubEnd =
    row.snapshotIndex >= first ? edge(row.snapshotIndex) - 2 : layout.stubX + STUB_WIDTH;
  const xOf = (index: number): number | null => {
    const column = index - first;
    return column < 0 || column >= columns.length ? null : layout.firstX + column * layout.pitch;
  };
  const noteEnd = row.progress === null ? layout.width : (layout.leaderX ?? layout.width);
  const cells = new Map(row.cells.map((cell): [number, LogCellView] => [cell.index, cell]));
  return (
    <g transform={`translate(0 ${y})`} role="group" aria-label={rowSentence(row)}>
      <g
        className="pick"
        onClick={() => dispatch({ kind: "selectNode", node })}
        data-ref={`node:${node}`}
      >
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
          <LogCell
            key={column.index}
            node={node}
            cell={cell}
            x={x}
            y={top}
            height={cellHeight}
            inTabOrder={isFirst && i === columns.length - 1}
            onSelect={onSelect}
          />
        );
      })}
      {row.tornIndex === null ? null : (
        <TornCell
          index={row.tornIndex}
          term={row.tornTerm}
          x={xOf(row.tornIndex)}
          y={top}
          height={cellHeight}
        />
      )}
      <TruncatedCells row={row} xOf={xOf} y={top} height={cellHeight} />
      {row.lastIndex === 0 ? null : (
        <>
          <WalBar
            node={node}
            fromX={first > 1 ? layout.stubX : layout.firstX}
            toX={edge(row.persistedIndex) - 2}
            nextX={edge(row.lastIndex) - 2}
            y={top + cellHeight + walGap}
          />
          <CommitPin
            commitX={edge(row.commit)}
            isLeftOfWindow={row.commit < first - 1}
            appliedX={row.appliedKnown ? edge(row.applied) : null}
            top={top - walGap + 1}
            bottom={top + cellHeight + walGap + 3}
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
          {`≤ ${countText(snapshotIndex)}`}
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
        {countText(progress.match)}
        <title>{`match ${progress.match}`}</title>
      </text>
      <text className="end" x={x + 58} y={y}>
        {countText(progress.next)}
        <title>{`next ${progress.next}`}</title>
      </text>
      <text className="t-m" x={x + 70} y={y}>
        {progress.isLearner && progress.state !== "Snapshot" ? "learner" : progress.state}
      </text>
      {silent ? (
        <path className="stroke-ink-2 w15 none" d={`M${x + 128} ${y - 4}v8m5-8v8`}>
          <title>silent</title>
        </path>
      ) : null}
      {progress.inflight > 0 && !silent ? (
        <circle className="fill-append" cx={x + 132} cy={y} r="3.5">
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
