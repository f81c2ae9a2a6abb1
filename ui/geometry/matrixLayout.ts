/** Where the columns of the partition matrix stand. */
export interface MatrixLayout {
  readonly pitch: number;
  readonly columns: readonly { readonly name: string; readonly x: number }[];
  /** What the columns from there on have in common: their topic, or their health. */
  readonly heads: readonly MatrixHead[];
  /** A line of partition numbers stands under the heads, or in one line with them. */
  readonly numbers: "under" | "beside" | "none";
  readonly width: number;
}
interface MatrixHead {
  readonly text: string;
  /** As much of it as there is room for. */
  readonly shown: string;
  readonly x: number;
}

/** A partition and how well it is: 0 is worst. */
export interface MatrixItem {
  readonly name: string;
  readonly rank: number;
}

/** What a rank is called. */
const RANKS = ["down", "below min ISR", "under-replicated", "healthy"] as const;

const FIRST_X = 56;
const WIDE_PITCH = 38;
const WIDE_MAX = 8;
const WIDE_GAP = 44;
const MEDIUM_MAX = 24;
const MEDIUM_PITCH_MAX = 26;
const NUMBER_PITCH_MIN = 13;
const GAP = 10;
const LETTER = 5.8;

/**
 * Up to 8 partitions stand wide, each topic's name in front of its first; up to 24 with the names
 * above. More than that share the room, sorted by health: what is wrong stands first.
 */
export function matrixLayout(items: readonly MatrixItem[], width: number): MatrixLayout {
  const byTopic = groupBy(items, ({ name }) => topicOf(name));
  const wide = FIRST_X + items.length * WIDE_PITCH + (byTopic.length - 1) * WIDE_GAP;
  if (items.length <= WIDE_MAX && wide <= width) {
    const layout = place(byTopic, WIDE_PITCH, WIDE_GAP, "beside");
    const heads = layout.heads.map((head) => ({
      ...head,
      shown: shorten(head.text, head.x === FIRST_X ? FIRST_X : WIDE_GAP),
      x: head.x - 6,
    }));
    return { ...layout, heads };
  }
  const pitch = pitchOf(items.length, byTopic.length, width);
  if (items.length <= MEDIUM_MAX && pitch >= NUMBER_PITCH_MIN) {
    return place(byTopic, Math.min(MEDIUM_PITCH_MAX, pitch), GAP, "under");
  }
  const byHealth = groupBy(
    items.toSorted((a, b) => a.rank - b.rank),
    ({ rank }) => RANKS[rank] ?? "",
  ).map(({ text, names }) => ({ text: `${names.length} ${text}`, names }));
  const dense = pitchOf(items.length, byHealth.length, width);
  const layout = place(byHealth, Math.min(NUMBER_PITCH_MIN, dense), GAP, "none");
  // Half a count says nothing; the panel's head counts what is wrong anyway.
  return { ...layout, heads: layout.heads.filter(({ text, shown }) => shown === text) };
}

interface Group {
  readonly text: string;
  readonly names: readonly string[];
}

function place(
  groups: readonly Group[],
  pitch: number,
  gap: number,
  numbers: MatrixLayout["numbers"],
): MatrixLayout {
  const columns: { name: string; x: number }[] = [];
  const heads: MatrixHead[] = [];
  let x = FIRST_X;
  for (const { text, names } of groups) {
    if (x > FIRST_X) x += gap;
    heads.push({ text, shown: shorten(text, names.length * pitch + gap), x });
    for (const name of names) {
      columns.push({ name, x: x + pitch / 2 });
      x += pitch;
    }
  }
  return { pitch, columns, heads, numbers, width: x };
}

function pitchOf(columns: number, groups: number, width: number): number {
  return (width - FIRST_X - (groups - 1) * GAP) / columns;
}

function groupBy(items: readonly MatrixItem[], keyOf: (item: MatrixItem) => string): Group[] {
  const groups = new Map<string, string[]>();
  for (const item of items) {
    const key = keyOf(item);
    const names = groups.get(key);
    if (names === undefined) groups.set(key, [item.name]);
    else names.push(item.name);
  }
  return [...groups].map(([text, names]) => ({ text, names }));
}

/** Empty when not even two letters have room. */
function shorten(text: string, width: number): string {
  const letters = Math.floor((width - 4) / LETTER);
  if (text.length <= letters) return text;
  return letters < 3 ? "" : `${text.slice(0, letters - 1)}…`;
}

/** "orders-1" is partition 1 of "orders"; a topic's name may hold dashes itself. */
export function topicOf(partitionName: string): string {
  return partitionName.slice(0, partitionName.lastIndexOf("-"));
}

export function numberOf(partitionName: string): string {
  return partitionName.slice(partitionName.lastIndexOf("-") + 1);
}
