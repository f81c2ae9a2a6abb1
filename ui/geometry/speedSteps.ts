/** The speeds that the slider offers: equal steps are equal factors, roughly. */
export const SPEEDS: readonly number[] = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10,
];

/** The step nearest to a speed, by ratio. */
export function speedStep(speed: number): number {
  let nearest = 0;
  SPEEDS.forEach((candidate, step) => {
    const best = SPEEDS[nearest] ?? candidate;
    if (Math.abs(Math.log(candidate / speed)) < Math.abs(Math.log(best / speed))) nearest = step;
  });
  return nearest;
}

export function speedAtStep(step: number): number {
  return SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, step))] ?? 1;
}

/** "1/200" below real time, "2×" above. */
export function speedText(speed: number): string {
  return speed < 1 ? `1/${Math.round(1 / speed)}` : `${speed}×`;
}
