import type { EventView } from "@chronik/core/view";

type Drama = NonNullable<EventView["drama"]>;

/** What happens then is worth looking at for so much simulated time, at the least. */
const DRAMA_US: Readonly<Record<Drama, number>> = {
  election: 400_000,
  loss: 300_000,
  truncation: 300_000,
  violation: 400_000,
};
/** And a person needs so long to notice it, however fast time runs. */
const NOTICED_MS = 800;
const SLOWED = 1 / 4;

const CAUSES: Readonly<Record<Drama, string>> = {
  election: "an election",
  loss: "a loss",
  truncation: "a truncation",
  violation: "a broken rule",
};

/** Time slows down by itself while something is worth it; each such event prolongs that. */
export class Slowdown {
  #lastEvent = 0;
  #drama: Drama | null = null;
  #untilUs = 0;
  #untilMs = 0;

  /** Time has run up to these events. */
  watch(events: readonly EventView[], wallMs: number): void {
    for (const { id, atUs, drama } of events) {
      if (id <= this.#lastEvent || drama === null) continue;
      this.#drama = drama;
      this.#untilUs = atUs + DRAMA_US[drama];
      this.#untilMs = wallMs + NOTICED_MS;
    }
    this.#lastEvent = events.at(-1)?.id ?? 0;
  }

  /** The page shows another moment: what happened before it is no news. */
  jump(events: readonly EventView[]): void {
    this.#drama = null;
    this.#lastEvent = events.at(-1)?.id ?? 0;
  }

  /** Why time is slow now; null while it is not. */
  cause(nowUs: number, wallMs: number): string | null {
    const lasts = nowUs < this.#untilUs || wallMs < this.#untilMs;
    if (!lasts) this.#drama = null;
    return this.#drama === null ? null : CAUSES[this.#drama];
  }

  /** By what the speed is multiplied meanwhile. */
  static factor(cause: string | null): number {
    return cause === null ? 1 : SLOWED;
  }
}
