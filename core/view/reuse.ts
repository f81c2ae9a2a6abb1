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

/** An element is compared with itself or with the one that had its `id`: lists slide. */
function shareList(previous: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  let shared: unknown[] | null = null;
  let same = previous.length === next.length;
  // Behind the counterpart of the element before: what stays in a list keeps its order.
  let from = 0;
  for (let at = 0; at < next.length; at++) {
    const now = next[at];
    const counterpart = counterpartOf(previous, now, from);
    let merged = now;
    if (counterpart !== null) {
      merged = share(previous[counterpart], now);
      from = counterpart + 1;
    }
    if (merged !== now) {
      shared ??= next.slice();
      shared[at] = merged;
    }
    same &&= merged === previous[at];
  }
  return same ? previous : (shared ?? next);
}

/** Where in `previous` an element stood, at `from` or behind it; null if it is new. */
function counterpartOf(previous: readonly unknown[], now: unknown, from: number): number | null {
  if (from >= previous.length) return null;
  if (!isRecord(now) || previous[from] === now) return from;
  const itself = previous.indexOf(now, from);
  if (itself !== -1) return itself;
  const id = now["id"];
  if (id === undefined) return from;
  for (let at = from; at < previous.length; at++) if (idOf(previous[at]) === id) return at;
  return null;
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

/** Whether two lists hold the same things, compared by identity. */
export function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (!Object.is(one[at], other[at])) return false;
  return true;
}
