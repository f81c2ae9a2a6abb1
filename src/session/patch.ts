import type { WorldView } from "@chronik/core/view";

/**
 * What changed between two views. The projection reuses what did not change, so identity decides:
 * a slice that is the same object is not sent, and of a slice that is a list or a record only the
 * items that are new objects are. `structuredClone` would give every item a new identity, and the
 * page would render them all.
 */
export interface WorldPatch {
  readonly whole: Partial<WorldView>;
  readonly lists: { readonly [Key in ListKey]?: ListPatch };
  readonly records: { readonly [Key in RecordKey]?: RecordPatch };
}

/** A number is a position in the previous list; anything else is a new item. */
type ListPatch = readonly (number | { readonly item: unknown })[];
/** Every key of the next record in its order; null keeps the previous value. */
type RecordPatch = readonly (readonly [key: string, changed: { readonly item: unknown } | null])[];

const LIST_KEYS = [
  "flights",
  "writes",
  "requests",
  "events",
  "cuts",
  "pending",
  "lookups",
  "losses",
  "groups",
  "clients",
  "adminAnswers",
] as const;
const RECORD_KEYS = ["nodes", "logs", "readies", "disks", "diskBytes", "partitions"] as const;

type ListKey = (typeof LIST_KEYS)[number];
type RecordKey = (typeof RECORD_KEYS)[number];

/** Without a previous view the patch holds everything. Both are whole, or the same part of a view. */
export function diff(previous: Partial<WorldView> | null, next: Partial<WorldView>): WorldPatch {
  if (previous === null) return { whole: next, lists: {}, records: {} };
  const whole: Record<string, unknown> = {};
  const lists: { [Key in ListKey]?: ListPatch } = {};
  const records: { [Key in RecordKey]?: RecordPatch } = {};
  for (const key of Object.keys(next) as (keyof WorldView)[]) {
    if (Object.is(previous[key], next[key])) continue;
    if (isListKey(key)) lists[key] = diffList(previous[key] ?? [], next[key] ?? []);
    else if (isRecordKey(key)) records[key] = diffRecord(previous[key] ?? {}, next[key] ?? {});
    else whole[key] = next[key];
  }
  return { whole, lists, records };
}

/** `previous` must be the view that the patch was made from, or null if it was made from none. */
export function applyPatch<View extends Partial<WorldView>>(
  previous: View | null,
  patch: WorldPatch,
): View {
  if (previous === null) return patch.whole as View;
  const next: Record<string, unknown> = { ...previous, ...patch.whole };
  for (const key of LIST_KEYS) {
    const listPatch = patch.lists[key];
    if (listPatch !== undefined) next[key] = applyList(previous[key] ?? [], listPatch);
  }
  for (const key of RECORD_KEYS) {
    const recordPatch = patch.records[key];
    if (recordPatch !== undefined) next[key] = applyRecord(previous[key] ?? {}, recordPatch);
  }
  return next as unknown as View;
}

function isListKey(key: string): key is ListKey {
  return (LIST_KEYS as readonly string[]).includes(key);
}

function isRecordKey(key: string): key is RecordKey {
  return (RECORD_KEYS as readonly string[]).includes(key);
}

function diffList(previous: readonly unknown[], next: readonly unknown[]): ListPatch {
  const positions = new Map<unknown, number>();
  previous.forEach((item, position) => positions.set(item, position));
  return next.map((item) => positions.get(item) ?? { item });
}

function applyList(previous: readonly unknown[], patch: ListPatch): unknown[] {
  return patch.map((part) => (typeof part === "number" ? previous[part] : part.item));
}

function diffRecord(
  previous: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): RecordPatch {
  return Object.entries(next).map(([key, item]) => [key, item === previous[key] ? null : { item }]);
}

function applyRecord(
  previous: Readonly<Record<string, unknown>>,
  patch: RecordPatch,
): Record<string, unknown> {
  return Object.fromEntries(
    patch.map(([key, changed]) => [key, changed === null ? previous[key] : changed.item]),
  );
}
