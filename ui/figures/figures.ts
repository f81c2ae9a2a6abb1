import type {
  FlightView,
  GroupView,
  NodeView,
  PartitionView,
  ReadyView,
  WorldView,
} from "@chronik/core/view";
import { countText } from "../countText.ts";
import { spanText } from "../timeText.ts";

/** What of a world is counted. */
export interface Counted extends Pick<WorldView, "nowUs" | "summary"> {
  readonly nodes: Readonly<Record<string, Pick<NodeView, "process">>>;
  readonly readies: Readonly<Record<string, Pick<ReadyView, "syncHistoryUs">>>;
  readonly partitions: Readonly<
    Record<
      string,
      Pick<PartitionView, "topic" | "highWatermark" | "underReplicated" | "leader" | "leaderAlive">
    >
  >;
  readonly flights: readonly Pick<FlightView, "sentAtUs" | "arrivesAtUs" | "lostAtUs">[];
  readonly pending: readonly unknown[];
  readonly losses: readonly unknown[];
  readonly groups: readonly Pick<GroupView, "offsets">[];
}

interface Figure {
  readonly name: string;
  readonly of: (world: Counted) => number;
  readonly text: (value: number) => string;
}

/** One figure at two moments, as it is written. */
export interface FigureRow {
  readonly name: string;
  readonly was: string;
  readonly now: string;
  /** "+3", "−12.1 ms"; empty when there is none. */
  readonly change: string;
}

export function figureRows(was: Counted, now: Counted): readonly FigureRow[] {
  return FIGURES.map(({ name, of, text }) => {
    const [before, after] = [of(was), of(now)];
    const sign = after > before ? "+" : "−";
    const change = after === before ? "" : `${sign}${text(Math.abs(after - before))}`;
    return { name, was: text(before), now: text(after), change };
  });
}

const count = (name: string, of: Figure["of"]): Figure => ({ name, of, text: countText });

const FIGURES: readonly Figure[] = [
  count("Term", ({ summary }) => summary.term),
  count("Entries committed", ({ summary }) => summary.commit),
  count("Nodes that do not run", ({ nodes }) =>
    howMany(Object.values(nodes), ({ process }) => process !== "running"),
  ),
  count("Messages under way", ({ flights, nowUs }) =>
    howMany(
      flights,
      ({ sentAtUs, arrivesAtUs, lostAtUs }) =>
        lostAtUs === null && sentAtUs <= nowUs && arrivesAtUs > nowUs,
    ),
  ),
  {
    name: "Slowest of the last fsyncs",
    of: ({ readies }) =>
      Math.max(0, ...Object.values(readies).flatMap(({ syncHistoryUs }) => syncHistoryUs)),
    text: spanText,
  },
  count("Records that can be read", ({ partitions }) =>
    sum(
      Object.values(partitions).map(({ topic, highWatermark }) =>
        topic.startsWith("__") ? 0 : highWatermark,
      ),
    ),
  ),
  count("Partitions with a copy too few", ({ partitions }) =>
    howMany(Object.values(partitions), ({ underReplicated }) => underReplicated),
  ),
  count("Partitions without a leader", ({ partitions }) =>
    howMany(
      Object.values(partitions),
      ({ leader, leaderAlive }) => leader === null || !leaderAlive,
    ),
  ),
  count("Produces that wait", ({ pending }) => pending.length),
  count("Records groups have not read", ({ groups }) =>
    sum(groups.flatMap(({ offsets }) => offsets.map(({ lag }) => lag))),
  ),
  count("Records lost", ({ losses }) => losses.length),
];

function howMany<One>(all: readonly One[], holds: (one: One) => boolean): number {
  return all.filter(holds).length;
}

function sum(all: readonly number[]): number {
  return all.reduce((total, each) => total + each, 0);
}
