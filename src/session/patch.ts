import type { WorldView } from "@chronik/core/view";

/**
 * What changed between two views. The projection reuses what did not change, so identity decides,
 * at every depth: a part that is the same object is not sent. `structuredClone` would give it a new
 * identity, and the page would render all that shows it.
 */
export type WorldPatch = Patch;

/** How a part of a view becomes the next one. */
type Patch = Whole | RecordPatch | ListPatch;

/** The part as it is now. */
interface Whole {
  readonly value: unknown;
}
interface RecordPatch {
  /** Of the next record, in its order; missing where both have the same ones. */
  readonly keys?: readonly string[];
  readonly changed: readonly (readonly [key: string, patch: Patch])[];
}
interface ListPatch {
  readonly pieces: readonly Piece[];
}
/** So many items of the previous list from one on, one of them with a change, or a new one. */
type Piece = readonly [from: number, count: number] | Changed | Whole;
interface Changed {
  readonly at: number;
  readonly patch: Patch;
}

type Data = Readonly<Record<string, unknown>>;

/** Without a previous view the patch holds everything. Both are whole, or the same part of a view. */
export function diff(previous: Partial<WorldView> | null, next: Partial<WorldView>): WorldPatch {
  return diffPart(previous, next);
}

/** `previous` must be the view that the patch was made from, or null if it was made from none. */
export function applyPatch<View extends Partial<WorldView>>(
  previous: View | null,
  patch: WorldPatch,
): View {
  return applyPart(previous, patch) as View;
}

function diffPart(previous: unknown, next: unknown): Patch {
  if (Array.isArray(previous) && Array.isArray(next)) return diffList(previous, next);
  if (isRecord(previous) && isRecord(next)) return diffRecord(previous, next);
  return { value: next };
}

function applyPart(previous: unknown, patch: Patch): unknown {
  if ("value" in patch) return patch.value;
  return "pieces" in patch
    ? applyList(previous as readonly unknown[], patch)
    : applyRecord(previous as Data, patch);
}

function diffRecord(previous: Data, next: Data): RecordPatch {
  const keys = Object.keys(next);
  const sameKeys = isSameList(Object.keys(previous), keys);
  const changed: (readonly [string, Patch])[] = [];
  for (const key of keys) {
    const isNew = !sameKeys && !Object.hasOwn(previous, key);
    if (isNew) changed.push([key, { value: next[key] }]);
    else if (!Object.is(previous[key], next[key])) {
      changed.push([key, diffPart(previous[key], next[key])]);
    }
  }
  return sameKeys ? { changed } : { keys, changed };
}

/** Keys are given and never set, for one may be called `__proto__`. */
function applyRecord(previous: Data, { keys, changed }: RecordPatch): Data {
  const news = changed.map(([key, patch]) => [key, applyPart(previous[key], patch)] as const);
  if (keys === undefined) return { ...previous, ...Object.fromEntries(news) };
  const newOf = new Map(news);
  return Object.fromEntries(
    keys.map((key) => [key, newOf.has(key) ? newOf.get(key) : previous[key]]),
  );
}

/** What stays in a list mostly keeps its order, so each item is looked for behind the last one. */
function diffList(previous: readonly unknown[], next: readonly unknown[]): ListPatch {
  const pieces: (Piece | [from: number, count: number])[] = [];
  let run: [from: number, count: number] | null = null;
  let from = 0;
  for (const item of next) {
    const at = positionOf(previous, item, from);
    if (at !== -1) {
      if (run !== null && run[0] + run[1] === at) run[1]++;
      else pieces.push((run = [at, 1]));
      from = at + 1;
      continue;
    }
    run = null;
    const before = counterpartOf(previous, item, from);
    if (before === null) pieces.push({ value: item });
    else {
      pieces.push({ at: before, patch: diffPart(previous[before], item) });
      from = before + 1;
    }
  }
  return { pieces };
}

function positionOf(previous: readonly unknown[], item: unknown, from: number): number {
  const behind = previous.indexOf(item, from);
  return behind === -1 && from > 0 ? previous.lastIndexOf(item, from - 1) : behind;
}

/** Where the item stood, at `from` or behind it, when it was still another object. */
function counterpartOf(previous: readonly unknown[], now: unknown, from: number): number | null {
  if (!isRecord(now) || from >= previous.length) return null;
  const id = now["id"];
  if (id === undefined) return from;
  for (let at = from; at < previous.length; at++) if (idOf(previous[at]) === id) return at;
  return null;
}

const idOf = (item: unknown): unknown => (isRecord(item) ? item["id"] : undefined);

function applyList(previous: readonly unknown[], { pieces }: ListPatch): unknown[] {
  return pieces.flatMap((piece) => {
    if (isRun(piece)) return previous.slice(piece[0], piece[0] + piece[1]);
    return ["patch" in piece ? applyPart(previous[piece.at], piece.patch) : piece.value];
  });
}

const isRun = (piece: Piece): piece is readonly [number, number] => Array.isArray(piece);

const isRecord = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((value, at) => value === other[at]);
}
