import { isSameList } from "@chronik/core/view";
import type { WorldView } from "@chronik/core/view";

/**
 * What changed between two views. The projection reuses what did not change, so identity decides,
 * at every depth: a part that is the same object is not sent. `structuredClone` would give it a new
 * identity, and the page would render all that shows it.
 *
 * It is a tape, read from its front to its end: every part says how it becomes the next one, and its
 * own parts follow. Nested objects would say the same, and cost a browser twice as much to post.
 *
 *     VALUE, the part as it is now
 *     RECORD, the keys of the next record in their order or null for the same ones, a count, and
 *         for each that changed its key and its part
 *     LIST, a count, and for each piece a VALUE, or RUN, from, count: so many items of the previous
 *         list, or CHANGED, at: what became of that item of the previous list, as a part
 */
export type WorldPatch = readonly unknown[];

const VALUE = 0;
const RECORD = 1;
const LIST = 2;
const RUN = 3;
const CHANGED = 4;

type Data = Readonly<Record<string, unknown>>;

/** Without a previous view the patch holds everything. Both are whole, or the same part of a view. */
export function diff(previous: Partial<WorldView> | null, next: Partial<WorldView>): WorldPatch {
  const tape: unknown[] = [];
  diffPart(previous, next, tape);
  return tape;
}

/** `previous` must be the view that the patch was made from, or null if it was made from none. */
export function applyPatch<View extends Partial<WorldView>>(
  previous: View | null,
  patch: WorldPatch,
): View {
  return applyPart(previous, new Tape(patch)) as View;
}

function diffPart(previous: unknown, next: unknown, tape: unknown[]): void {
  if (Array.isArray(previous) && Array.isArray(next)) diffList(previous, next, tape);
  else if (isRecord(previous) && isRecord(next)) diffRecord(previous, next, tape);
  else tape.push(VALUE, next);
}

function diffRecord(previous: Data, next: Data, tape: unknown[]): void {
  const keys = Object.keys(next);
  const hasSameKeys = isSameList(Object.keys(previous), keys);
  tape.push(RECORD, hasSameKeys ? null : keys);
  const countAt = tape.push(0) - 1;
  let count = 0;
  for (const key of keys) {
    const isNew = !hasSameKeys && !Object.hasOwn(previous, key);
    if (!isNew && Object.is(previous[key], next[key])) continue;
    count += 1;
    tape.push(key);
    if (isNew) tape.push(VALUE, next[key]);
    else diffPart(previous[key], next[key], tape);
  }
  tape[countAt] = count;
}

/** What stays in a list mostly keeps its order, so each item is looked for behind the last one. */
function diffList(previous: readonly unknown[], next: readonly unknown[], tape: unknown[]): void {
  tape.push(LIST);
  const countAt = tape.push(0) - 1;
  let count = 0;
  let run: { readonly from: number; length: number; readonly lengthAt: number } | null = null;
  let from = 0;
  for (const item of next) {
    const at = positionOf(previous, item, from);
    if (at !== -1) {
      from = at + 1;
      if (run !== null && run.from + run.length === at) tape[run.lengthAt] = ++run.length;
      else {
        run = { from: at, length: 1, lengthAt: tape.push(RUN, at, 1) - 1 };
        count += 1;
      }
      continue;
    }
    run = null;
    count += 1;
    const before = counterpartOf(previous, item, from);
    if (before === null) tape.push(VALUE, item);
    else {
      tape.push(CHANGED, before);
      diffPart(previous[before], item, tape);
      from = before + 1;
    }
  }
  tape[countAt] = count;
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

/** Whoever reads it knows what comes next: it was written in the same order. */
class Tape {
  readonly #cells: WorldPatch;
  #at = 0;

  constructor(cells: WorldPatch) {
    this.#cells = cells;
  }

  next(): unknown {
    return this.#cells[this.#at++];
  }

  number(): number {
    return this.next() as number;
  }
}

function applyPart(previous: unknown, tape: Tape): unknown {
  switch (tape.number()) {
    case VALUE:
      return tape.next();
    case RECORD:
      return applyRecord(previous as Data, tape);
    default:
      return applyList(previous as readonly unknown[], tape);
  }
}

function applyRecord(previous: Data, tape: Tape): Data {
  const keys = tape.next() as readonly string[] | null;
  const next: Record<string, unknown> = keys === null ? { ...previous } : {};
  // Their order is that of the next record.
  for (const key of keys ?? []) put(next, key, previous[key]);
  for (let left = tape.number(); left > 0; left--) {
    const key = tape.next() as string;
    put(next, key, applyPart(previous[key], tape));
  }
  return next;
}

/** A key may be called `__proto__`, which would be no key if it were assigned. */
function put(record: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== "__proto__") record[key] = value;
  else {
    const plain = { value, writable: true, enumerable: true, configurable: true };
    Object.defineProperty(record, key, plain);
  }
}

function applyList(previous: readonly unknown[], tape: Tape): unknown[] {
  const next: unknown[] = [];
  for (let left = tape.number(); left > 0; left--) {
    switch (tape.number()) {
      case VALUE:
        next.push(tape.next());
        break;
      case RUN: {
        const from = tape.number();
        const end = from + tape.number();
        for (let at = from; at < end; at++) next.push(previous[at]);
        break;
      }
      default:
        next.push(applyPart(previous[tape.number()], tape));
    }
  }
  return next;
}

const isRecord = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);
