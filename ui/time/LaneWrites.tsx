import type { WorldView, WriteView } from "@chronik/core/view";
import { memo, useRef } from "react";
import { crowdOf, piecesOf } from "../geometry/crowd.ts";
import { settledSpan } from "../geometry/laneFlight.ts";
import type { LaneRows } from "../geometry/laneRows.ts";
import { pieceAt } from "../geometry/laneScale.ts";
import type { LaneScale } from "../geometry/laneScale.ts";
import { hatchClass, termClass } from "../glyph/hues.ts";
import { useReadout } from "../motion.ts";
import { isDragged } from "../dragged.ts";
import type { PageState } from "../page.ts";
import { setText } from "../setText.ts";
import { useList } from "../useList.ts";

const NO_WRITES: readonly WriteView[] = [];
export const WRITE_HEIGHT = 14;
const LETTER = 6;
/** So many writes are drawn one by one. */
const SETTLED_MAX = 96;
const FRESH_MAX = 48;

interface LaneWritesProps {
  readonly rows: LaneRows;
  readonly scale: LaneScale;
}

/** Disk writes on the lane of their node that are over: solid. */
export function SettledWrites({ rows, scale }: LaneWritesProps) {
  const writes = useList((state) => {
    const { world } = state;
    if (world === null || isDragged(state)) return NO_WRITES;
    const { fromUs, toUs } = settledSpan(world.nowUs, scale.windowUs);
    return world.writes.filter(
      (write) => write.endsAtUs >= fromUs && write.endsAtUs < toUs && !isUnderWay(write, world),
    );
  });
  return (
    <Writes
      writes={writes}
      underWay={NO_WRITES}
      singleMax={SETTLED_MAX}
      rows={rows}
      scale={scale}
    />
  );
}

/** Disk writes until just now: hatched while under way, solid once durable. */
export function FreshWrites({ rows, scale }: LaneWritesProps) {
  const writes = useList((state) => {
    const { world } = state;
    if (world === null || isDragged(state)) return NO_WRITES;
    const { toUs } = settledSpan(world.nowUs, scale.windowUs);
    return world.writes.filter((write) => write.endsAtUs >= toUs || isUnderWay(write, world));
  });
  const underWay = useList(writesUnderWay);
  return (
    <Writes writes={writes} underWay={underWay} singleMax={FRESH_MAX} rows={rows} scale={scale} />
  );
}

interface WritesProps extends LaneWritesProps {
  readonly writes: readonly WriteView[];
  readonly underWay: readonly WriteView[];
  readonly singleMax: number;
}

/** What tells something of its own is told apart: that it is not over, or was cut short, or a word. */
const Writes = memo(function Writes({ writes, underWay, singleMax, rows, scale }: WritesProps) {
  const { single, folded } = crowdOf(writes, singleMax, (write) => {
    if (write.lost || underWay.includes(write)) return 0;
    return hasRoom(write, rows, scale) ? 1 : 2;
  });
  return (
    <>
      <Folded writes={folded} rows={rows} scale={scale} />
      {single.map((write) => (
        <Write
          key={write.id}
          write={write}
          underWay={underWay.includes(write)}
          rows={rows}
          scale={scale}
        />
      ))}
    </>
  );
});

/** A thousand writes of a few pixels each are a texture in the hues of their terms. */
function Folded({ writes, rows, scale }: LaneWritesProps & { writes: readonly WriteView[] }) {
  const pieces = piecesOf(writes, ({ term, lost, startedAtUs }) => {
    const fill = lost ? hatchClass(term) : termClass(term);
    return `${fill} ${pieceAt(startedAtUs, scale)}`;
  });
  return [...pieces].map(([key, piece]) => (
    <path
      key={key}
      className={key.split(" ")[0]}
      d={piece.map((write) => boxPath(write, rows, scale)).join("")}
    />
  ));
}

/** The rest of the writes under way, for the side right of the playhead. */
export function LaneGhostWrites({ rows, scale }: LaneWritesProps) {
  return useList(writesUnderWay).map((write) => (
    <rect key={write.id} className="stroke-line slot fill-panel" {...boxOf(write, rows, scale)} />
  ));
}

function isUnderWay({ node, id }: WriteView, { nodes }: WorldView): boolean {
  return nodes[node]?.write?.id === id;
}

function writesUnderWay({ world }: PageState): readonly WriteView[] {
  return world === null ? NO_WRITES : world.writes.filter((write) => isUnderWay(write, world));
}

/** "entry:20" of a write that is about one entry; so both light up together. */
export function writesEntry({ label }: WriteView): string | null {
  const index = /^entry (\d+)/.exec(label)?.[1];
  return index === undefined ? null : `entry:${index}`;
}

/** "write 20"; on the disk's lane it needs no word more. */
function shortLabel({ label }: WriteView): string {
  return label.replace(/^entry /, "write ");
}

function boxOf(write: WriteView, rows: LaneRows, scale: LaneScale) {
  const x = scale.x(write.startedAtUs);
  const width = Math.max(2, scale.x(write.endsAtUs) - x);
  const height = Math.min(WRITE_HEIGHT, rows.pitch - 1);
  return { x, y: rows.y(write.node) - height / 2, width, height, rx: 2 };
}

/** The same box as a path, without its round corners: half a pixel keeps it from the next one. */
function boxPath(write: WriteView, rows: LaneRows, scale: LaneScale): string {
  const { x, y, width, height } = boxOf(write, rows, scale);
  const w = (width - 0.5).toFixed(1);
  return `M${x.toFixed(1)} ${y}h${w}v${height}h-${w}z`;
}

/** Whether its label fits into its box. */
function hasRoom(write: WriteView, rows: LaneRows, scale: LaneScale): boolean {
  return boxOf(write, rows, scale).width > write.label.length * LETTER + 12 && rows.pitch >= 12;
}

interface WriteProps extends LaneWritesProps {
  readonly write: WriteView;
  readonly underWay: boolean;
}

const Write = memo(function Write({ write, underWay, rows, scale }: WriteProps) {
  const box = boxOf(write, rows, scale);
  const y = rows.y(write.node);
  const endX = box.x + box.width;
  const hatched = underWay || write.lost;
  const fits = hasRoom(write, rows, scale);
  const named = { "data-ref": writesEntry(write) ?? `write:${write.id}` };
  const title = `${write.node} writes ${write.label}${write.lost ? ", cut short" : ""}`;
  const hue = hatched ? hatchClass(write.term) : termClass(write.term);
  // As most of them are.
  if (!fits && !write.lost) {
    return (
      <rect {...named} className={hue} {...box}>
        <title>{title}</title>
      </rect>
    );
  }
  return (
    <g {...named}>
      <title>{title}</title>
      <rect className={hue} {...box} />
      {write.lost ? (
        <path className="stroke-bad w2 none round" d={`M${endX - 3} ${y - 3}l6 6m0-6-6 6`} />
      ) : null}
      {fits && underWay ? <Progress write={write} x={box.x} y={y} room={box.width} /> : null}
      {fits && !underWay ? (
        <text
          className={`t-mi middle ${hatched ? "halo" : `on-${termClass(write.term)}`}`}
          x={box.x + box.width / 2}
          y={y + 0.5}
        >
          {shortLabel(write)}
        </text>
      ) : null}
    </g>
  );
});

interface ProgressProps {
  readonly write: WriteView;
  readonly x: number;
  readonly y: number;
  readonly room: number;
}

/** "write 20, 14.9 ms so far", on a ground of its own: letters on hatching cannot be read. */
function Progress({ write, x, y, room }: ProgressProps) {
  const text = useRef<SVGTextElement>(null);
  const withTime = room > (write.label.length + 16) * LETTER;
  useReadout((nowUs) => {
    const done = Math.max(0, Math.min(nowUs, write.endsAtUs) - write.startedAtUs);
    const time = withTime ? `, ${(done / 1000).toFixed(1)} ms so far` : "";
    setText(text.current, `${shortLabel(write)}${time}`);
  });
  const width = (write.label.length + (withTime ? 16 : 0)) * LETTER;
  return (
    <>
      <rect className="fill-panel" x={x + 6} y={y - 5} width={width} height="10" rx="2" />
      <text ref={text} className="t-mi" x={x + 10} y={y + 0.5} />
    </>
  );
}
