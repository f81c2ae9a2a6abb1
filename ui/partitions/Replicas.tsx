import type { PartitionView, ReplicaLogView } from "@chronik/core/view";
import { countText } from "../countText.ts";
import { usePage } from "../pageContext.ts";
import { useSize } from "../useSize.ts";

const HEAD = 20;
const FIRST_X = 92;
const PITCH = 22;
const END_ROOM = 130;

/** The records of every replica, and the high watermark across them. */
export function Replicas({ partition, row }: { partition: PartitionView; row: number }) {
  const [box, size] = useSize<HTMLDivElement>({ width: 456, height: 78 });
  const ends = partition.replicaLogs.map((log) => log.logEndOffset);
  const end = Math.max(...ends, partition.highWatermark, 0);
  const columns = Math.max(3, Math.min(12, Math.floor((size.width - FIRST_X - END_ROOM) / PITCH)));
  const first = Math.max(0, end - columns);
  const x = (offset: number): number => FIRST_X + (Math.max(first, offset) - first) * PITCH;
  const height = HEAD + partition.replicaLogs.length * row;
  const flagX = x(partition.highWatermark);
  const leaderEnd = partition.replicaLogs.find((log) => log.role === "leader")?.logEndOffset ?? end;
  return (
    <div className="replicas" ref={box}>
      <svg
        width={size.width}
        height={height + 2}
        role="group"
        aria-label={`${partition.name}, high watermark ${partition.highWatermark}`}
      >
        <Offsets first={first} end={end} flag={partition.highWatermark} x={x} />
        {partition.replicaLogs.map((log, at) => (
          <Row
            key={log.node}
            partition={partition}
            log={log}
            first={first}
            leaderEnd={leaderEnd}
            x={x}
            y={HEAD + at * row + row / 2 - 1}
            width={size.width}
          />
        ))}
        <path className="stroke-ink w2 none" d={`M${flagX - 1} 15V${height}`} />
        <path className="fill-ink" d={`M${flagX - 2} 0h46v15h-46z`} />
        <text className="t-ms fill-inverse middle" x={flagX + 21} y="8">
          <title>{`high watermark ${partition.highWatermark}: consumers may read below it`}</title>
          HW {countText(partition.highWatermark)}
        </text>
      </svg>
    </div>
  );
}

interface OffsetsProps {
  readonly first: number;
  readonly end: number;
  readonly flag: number;
  readonly x: (offset: number) => number;
}

/** Every second offset, except where the flag of the high watermark stands. */
function Offsets({ first, end, flag, x }: OffsetsProps) {
  const labels = [];
  for (let offset = first; offset < end; offset += 2) {
    if (offset >= flag - 1 && offset < flag + 3) continue;
    labels.push(
      <text key={offset} className="t-m middle" x={x(offset) + 10} y="8">
        <title>{`offset ${offset}`}</title>
        {countText(offset)}
      </text>,
    );
  }
  return labels;
}

interface RowProps {
  readonly partition: PartitionView;
  readonly log: ReplicaLogView;
  readonly first: number;
  readonly leaderEnd: number;
  readonly x: (offset: number) => number;
  readonly y: number;
  readonly width: number;
}

function Row({ partition, log, first, leaderEnd, x, y, width }: RowProps) {
  const { dispatch } = usePage();
  const { highWatermark } = partition;
  const behind = leaderEnd - log.logEndOffset;
  const count = Math.max(0, log.logEndOffset - first);
  const offsets = Array.from({ length: count }, (_, at) => first + at);
  return (
    <g
      role="group"
      aria-label={`${log.node}: log end offset ${log.logEndOffset}, high watermark ${log.highWatermark}, ${roleText(partition, log, behind)}`}
      data-ref={`replica:${partition.name}@${log.node}`}
    >
      <text
        className="pick"
        x="0"
        y={y}
        onClick={() => dispatch({ kind: "selectNode", node: log.node })}
      >
        <tspan className={log.alive ? "t-s" : "t-s fill-ink-2"}>{log.node}</tspan>{" "}
        {log.alive ? (log.role === "leader" ? "leader" : "") : "down"}
      </text>
      {first > 0 ? <path className="stroke-line w15 none dash-fine" d={`M78 ${y}h10`} /> : null}
      {offsets.map((offset) => (
        <Box
          key={offset}
          name={recordName(log, offset)}
          id={`record:${partition.name}:${offset}`}
          alive={log.alive}
          durable={offset < log.durableOffset}
          visible={offset < highWatermark}
          x={x(offset)}
          y={y - 5}
        />
      ))}
      {log.highWatermark === highWatermark || log.highWatermark < first ? null : (
        <path className="stroke-ink w15 none" d={`M${x(log.highWatermark) - 1} ${y - 7}v14`}>
          <title>{`${log.node} has heard of high watermark ${log.highWatermark}`}</title>
        </path>
      )}
      <text
        className="t-mi"
        x={x(log.logEndOffset) + (log.logEndOffset === highWatermark ? 8 : 6)}
        y={y}
      >
        <title>{`log end offset ${log.logEndOffset}`}</title>
        LEO {countText(log.logEndOffset)}
      </text>
      <text
        className={!log.alive || log.role === "outOfIsr" ? "t-bad end" : "t-m end"}
        x={width}
        y={y}
      >
        {roleText(partition, log, behind)}
      </text>
    </g>
  );
}

/** Its key and value are known of the last records of what is looked at. */
function recordName({ records }: ReplicaLogView, offset: number): string {
  const record = records.find((one) => one.offset === offset);
  return record === undefined
    ? `offset ${offset}`
    : `offset ${offset}: ${record.key} = ${record.value}`;
}

interface BoxProps {
  readonly id: string;
  readonly name: string;
  readonly alive: boolean;
  readonly durable: boolean;
  /** Below the high watermark: consumers may read it. */
  readonly visible: boolean;
  readonly x: number;
  readonly y: number;
}

function Box({ id, name, alive, durable, visible, x, y }: BoxProps) {
  const fill = alive ? "fill-ink-2" : "fill-line";
  if (!durable) {
    return (
      <rect
        className="hatched-ink stroke-ink-2 thin"
        x={x + 0.5}
        y={y + 0.5}
        width="19"
        height="9"
        rx="1"
        data-ref={id}
      >
        <title>{name}, in memory</title>
      </rect>
    );
  }
  return visible ? (
    <rect className={fill} x={x} y={y} width="20" height="10" rx="1" data-ref={id}>
      <title>{name}</title>
    </rect>
  ) : (
    <rect
      className="stroke-ink-2 w15 none"
      x={x + 0.75}
      y={y + 0.75}
      width="18.5"
      height="8.5"
      rx="1"
      data-ref={id}
    >
      <title>{name}, not yet readable</title>
    </rect>
  );
}

function roleText({ proposedIsr }: PartitionView, log: ReplicaLogView, behind: number): string {
  const isJoining = log.role === "outOfIsr" && (proposedIsr?.includes(log.node) ?? false);
  const place = isJoining ? "joining the ISR" : log.role === "outOfIsr" ? "out of ISR" : "in ISR";
  return behind > 0 ? `${place}, behind by ${countText(behind)}` : place;
}
