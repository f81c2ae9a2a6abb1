import type { Action } from "@chronik/core/sim";
import type { Worldline } from "./worldline.ts";

const LINES_MAX = 8;
/** What a world remembers grows with what has happened in it: some 150 bytes an event. */
const EVENTS_MAX = 1_200_000;

/** Worlds kept at other moments, so that going back and forth need not start over. */
export class Lines {
  readonly #eventsMax: number;
  /** Most recently used first. */
  #lines: readonly Worldline[] = [];

  constructor(eventsMax = EVENTS_MAX) {
    this.#eventsMax = eventsMax;
  }

  get all(): readonly Worldline[] {
    return this.#lines;
  }

  clear(): void {
    this.#lines = [];
  }

  /** The nearest before that moment that these actions would go on from, if it may be used. */
  nearest(
    actions: readonly Action[],
    us: number,
    mayUse: (line: Worldline) => boolean,
  ): Worldline | null {
    let best: Worldline | null = null;
    for (const line of this.#lines) {
      if (line.nowUs > us || !line.canFollow(actions) || !mayUse(line)) continue;
      if (best === null || line.nowUs > best.nowUs) best = line;
    }
    return best;
  }

  /**
   * These are used now, and stay. Of the others go first those that are not wanted above all, and
   * of these the one used longest ago.
   */
  use(used: ReadonlySet<Worldline>, isWanted: (line: Worldline) => boolean): void {
    const others = this.#lines.filter((line) => !used.has(line));
    const wanted = others.filter(isWanted);
    const kept = new Set(used);
    let eventCount = 0;
    for (const line of used) eventCount += line.eventCount;
    for (const line of [...wanted, ...others.filter((other) => !wanted.includes(other))]) {
      if (eventCount + line.eventCount > this.#eventsMax) continue;
      if (!wanted.includes(line) && kept.size >= LINES_MAX) continue;
      eventCount += line.eventCount;
      kept.add(line);
    }
    this.#lines = [...used, ...others].filter((line) => kept.has(line));
  }

  /** About how much happens in so much time of this run. */
  eventsIn(us: number): number {
    let longest = this.#lines[0];
    for (const line of this.#lines) if (line.nowUs > (longest?.nowUs ?? 0)) longest = line;
    if (longest === undefined || longest.nowUs === 0) return us;
    return (us * longest.eventCount) / longest.nowUs;
  }
}
