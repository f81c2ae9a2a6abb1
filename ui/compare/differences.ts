import type { EventView, NodeView, PartitionView } from "@chronik/core/view";
import { plainText } from "../glyph/Rich.tsx";
import { nodeSet } from "../partitions/partitionText.ts";
import type { ComparisonState } from "../page.ts";

/** A branch at a moment, as far as it is compared. */
export type Side = ComparisonState["other"];

/** A row of the comparison: the same columns of both sides, in words. */
export interface ComparedRow {
  readonly name: string;
  readonly cells: readonly ComparedCell[];
}
export interface ComparedCell {
  readonly mine: string;
  readonly theirs: string;
}

export const NODE_COLUMNS = ["role", "term", "commit", "last"] as const;
export const PARTITION_COLUMNS = ["leader", "ISR", "HW", "LEO"] as const;

/** Every node of either side. */
export function comparedNodes(mine: Side, theirs: Side): readonly ComparedRow[] {
  return namesOf(mine.nodeNames, theirs.nodeNames).map((name) =>
    rowOf(name, nodeWords(mine, name), nodeWords(theirs, name)),
  );
}

/** The partitions that are not the same on both sides. */
export function comparedPartitions(mine: Side, theirs: Side): readonly ComparedRow[] {
  return namesOf(mine.partitionNames, theirs.partitionNames)
    .map((name) =>
      rowOf(name, partitionWords(mine.partitions[name]), partitionWords(theirs.partitions[name])),
    )
    .filter(({ cells }) => cells.some(isDifferent));
}

export function isDifferent({ mine, theirs }: ComparedCell): boolean {
  return mine !== theirs;
}

/** Those of mine in their order, then the ones that only the other side has. */
function namesOf(mine: readonly string[], theirs: readonly string[]): readonly string[] {
  return [...new Set([...mine, ...theirs])];
}

function rowOf(name: string, mine: readonly string[], theirs: readonly string[]): ComparedRow {
  return { name, cells: mine.map((word, at) => ({ mine: word, theirs: theirs[at] ?? "" })) };
}

const NONE = "none";

function nodeWords(side: Side, name: string): readonly string[] {
  const node = side.nodes[name];
  const row = side.logs[name];
  if (node === undefined) return NODE_COLUMNS.map(() => NONE);
  return [roleWord(node), node.term, node.commit, row?.lastIndex ?? 0].map(String);
}

function roleWord({ process, isPaused, role }: NodeView): string {
  if (process === "crashed") return "down";
  if (process === "stopped") return "stopped";
  return isPaused ? "paused" : ROLES[role];
}

const ROLES = {
  follower: "follower",
  preCandidate: "pre-candidate",
  candidate: "candidate",
  leader: "leader",
};

function partitionWords(partition: PartitionView | undefined): readonly string[] {
  if (partition === undefined) return PARTITION_COLUMNS.map(() => NONE);
  const { leader, isr, highWatermark, replicaLogs } = partition;
  const end = replicaLogs.find(({ node }) => node === leader)?.logEndOffset ?? null;
  return [
    leader ?? "nobody",
    nodeSet(isr),
    String(highWatermark),
    end === null ? "?" : String(end),
  ];
}

/** Where two histories part: the first event of each that the other does not have there. */
export interface FirstDifference {
  readonly mine: EventView | null;
  readonly theirs: EventView | null;
}

/**
 * Both sides keep their newest events only; null when they are the same as far as both are known,
 * or when they parted before what is known.
 */
export function firstDifference(
  mine: readonly EventView[],
  theirs: readonly EventView[],
  forkedAtUs: number,
): FirstDifference | null {
  const after = (events: readonly EventView[]): readonly EventView[] => {
    const at = events.findIndex(({ atUs }) => atUs >= forkedAtUs);
    return at === -1 ? [] : events.slice(at);
  };
  if (!reaches(mine, forkedAtUs) || !reaches(theirs, forkedAtUs)) return null;
  const [ours, others] = [after(mine), after(theirs)];
  for (let at = 0; at < Math.max(ours.length, others.length); at++) {
    const [one, other] = [ours[at] ?? null, others[at] ?? null];
    if (one === null || other === null || !sameEvent(one, other))
      return { mine: one, theirs: other };
  }
  return null;
}

/** Whether the list goes back that far: what was cut off its front was before that moment. */
function reaches(events: readonly EventView[], atUs: number): boolean {
  const first = events[0];
  return first === undefined || first.id === 1 || first.atUs < atUs;
}

function sameEvent(a: EventView, b: EventView): boolean {
  return a.atUs === b.atUs && plainText(a.what) === plainText(b.what);
}
