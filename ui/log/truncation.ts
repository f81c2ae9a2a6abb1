import type { LogCellView, LogRowView } from "@chronik/core/view";

/** Further apart than this, two pictures are of a jump in time, and not one after the other. */
const STEP_MAX_US = 500_000;

/**
 * The entries that a log had and has no more: cut off its end, or replaced by those of another term.
 * What slides out of the window, or into a snapshot, is still in it.
 */
export function truncatedCells(
  before: LogRowView,
  after: LogRowView,
  passedUs: number,
): readonly LogCellView[] {
  if (before.node !== after.node || passedUs < 0 || passedUs > STEP_MAX_US) return [];
  // A crash takes what was not on disk; the pictures show that another way.
  if (!before.appliedKnown || !after.appliedKnown) return [];
  const termAt = new Map(after.cells.map(({ index, term }) => [index, term]));
  return before.cells.filter(({ index, term }) => {
    if (index <= after.snapshotIndex) return false;
    if (index > after.lastIndex) return true;
    return termAt.has(index) && termAt.get(index) !== term;
  });
}
