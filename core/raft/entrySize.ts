import type { Entry } from "./message.ts";

/** Stands for "no limit" wherever a number of bytes is expected. */
export const NO_LIMIT_BYTES: number = Number.MAX_SAFE_INTEGER;

/** What an entry costs besides its payload: term, index, type and length, as any encoding has them. */
const ENTRY_OVERHEAD_BYTES = 24;

/**
 * Encoded size of an entry in bytes, near enough for limits. Each host encodes entries in its own
 * way, so this is a fixed rule rather than a measurement: the same log is cut into the same
 * messages everywhere.
 */
export function entrySizeBytes(entry: Entry): number {
  return ENTRY_OVERHEAD_BYTES + entry.data.length + (entry.context?.length ?? 0);
}

export function entriesSizeBytes(entries: readonly Entry[]): number {
  let sum = 0;
  for (const entry of entries) sum += entrySizeBytes(entry);
  return sum;
}

/** Bytes of the commands alone. The empty entry of a new term counts as nothing. */
export function payloadsSizeBytes(entries: readonly Entry[]): number {
  let sum = 0;
  for (const entry of entries) sum += entry.data.length;
  return sum;
}

/**
 * How many entries from `from` on fit into `maxBytes`, looking no further than `to` (exclusive).
 * At least one, if there is one: an entry above the limit must still be able to travel.
 */
export function countWithinSize(
  entries: readonly Entry[],
  from: number,
  to: number,
  maxBytes: number,
): number {
  if (to - from <= 1) return to - from;
  let sum = 0;
  for (let i = from; i < to; i++) {
    sum += entrySizeBytes(entries[i]!);
    if (sum > maxBytes && i > from) return i - from;
  }
  return to - from;
}
