/**
 * `next`, but made of the parts of `previous` that are deeply equal to it: the result is `previous`
 * itself when nothing changed. So identity means "unchanged" for whoever renders or sends it.
 * Both must be plain data without cycles.
 */
export function reuse<Value>(previous: Value | null, next: Value): Value {
  return share(previous, next) as Value;
}

function share(previous: unknown, next: unknown): unknown {
  if (Object.is(previous, next)) return previous;
  if (Array.isArray(next)) return Array.isArray(previous) ? shareList(previous, next) : next;
  if (isRecord(next) && isRecord(previous) && !Array.isArray(previous)) {
    return shareRecord(previous, next);
  }
  return next;
}

/** An element is first compared with the one of the same `id`: lists slide at both ends. */
function shareList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const shift = shiftOf(previous, next);
  let shared: unknown[] | null = null;
  let same = previous.length === next.length;
  for (let at = 0; at < next.length; at++) {
    const merged = share(previous[at + shift], next[at]);
    if (merged !== previous[at]) same = false;
    if (merged !== next[at]) {
      shared ??= next.slice();
      shared[at] = merged;
    }
  }
  return same ? previous : (shared ?? next);
}

/** How far the list slid: where the first element of `next` stood in `previous`. */
function shiftOf(previous: readonly unknown[], next: readonly unknown[]): number {
  const id = idOf(next[0]);
  if (id === undefined || id === idOf(previous[0])) return 0;
  const at = previous.findIndex((element) => idOf(element) === id);
  return at === -1 ? 0 : at;
}

function idOf(element: unknown): unknown {
  return isRecord(element) ? element["id"] : undefined;
}

/** Allocates only where old and new parts must be mixed: most of a view is as it was before. */
function shareRecord(
  previous: Readonly<Record<string, unknown>>,
  next: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  let shared: Record<string, unknown> | null = null;
  let same = true;
  const keys = Object.keys(next);
  for (const key of keys) {
    const before = previous[key];
    const now = next[key];
    if (before === now) {
      if (now === undefined && !(key in previous)) same = false;
      continue;
    }
    const merged = share(before, now);
    if (merged !== before) same = false;
    if (merged !== now) {
      shared ??= { ...next };
      shared[key] = merged;
    }
  }
  if (same && Object.keys(previous).length === keys.length) return previous;
  return shared ?? next;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
