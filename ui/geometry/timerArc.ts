interface Timer {
  readonly startedAtUs: number;
  readonly expiresAtUs: number;
  readonly longestUs: number;
}

/**
 * How much of the ring a timer still fills. A full ring is the longest timeout possible, so that
 * the arcs of all nodes compare: the shortest stands first.
 */
export function timerFraction(timer: Timer, nowUs: number): number {
  if (timer.longestUs <= 0) return 0;
  return Math.min(1, Math.max(0, (timer.expiresAtUs - nowUs) / timer.longestUs));
}
