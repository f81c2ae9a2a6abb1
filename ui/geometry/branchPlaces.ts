import type { RunScale } from "./runScale.ts";

/** A branch that hangs below the band: where it leaves it, and where its name stands. */
export interface PlacedBranch {
  readonly index: number;
  readonly forkX: number;
  readonly x: number;
  readonly width: number;
}

interface Fork {
  readonly forkedAtUs: number;
  readonly label: string;
}

const LETTER = 6;
/** From the fork down, around the corner, and a bit to the right. */
const STEM = 32;
/** The button that compares, and some air. */
const COMPARE = 70;
const LABEL_MAX = 180;

/**
 * Places as many branches as fit in one row, the newest first; each as near to its fork as those to
 * its right leave room.
 */
export function placeBranches(forks: readonly Fork[], scale: RunScale): readonly PlacedBranch[] {
  const placed: PlacedBranch[] = [];
  const byFork = forks
    .map((fork, index) => ({ index, forkX: scale.x(fork.forkedAtUs), width: widthOf(fork) }))
    .sort((a, b) => b.forkX - a.forkX || b.index - a.index);
  let free = scale.width;
  for (const { index, forkX, width } of byFork) {
    const x = Math.max(0, Math.min(forkX + STEM, free - width));
    if (x + width > free) break;
    placed.push({ index, forkX, x, width });
    free = x - STEM;
  }
  return placed;
}

function widthOf({ label }: Fork): number {
  return Math.min(LABEL_MAX, label.length * LETTER + 20) + COMPARE;
}

/** From the band down to the name, around one corner. */
export function branchPath({ forkX, x }: PlacedBranch, top: number, y: number): string {
  const bend = Math.min(10, Math.abs(x - 6 - forkX));
  const side = x - 6 >= forkX ? 1 : -1;
  return `M${forkX} ${top}V${y - bend}q0 ${bend} ${side * bend} ${bend}H${x - 6}`;
}
