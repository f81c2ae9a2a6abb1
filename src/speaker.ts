import type { SentenceView } from "@chronik/core/view";

/** So long a sentence can be read. */
const READ_MS = 1_200;
/** But by then, however fast time runs, it would speak of what no panel shows any more. */
const STALE_US = 1_000_000;

/** While time runs a sentence stays long enough to be read; what it skips is in the event list. */
export class Speaker {
  #said: SentenceView | null = null;
  #sinceUs = 0;
  #sinceMs = 0;

  /** What comes next is said at once: the page jumped, or a person did something. */
  interrupt(): void {
    this.#sinceMs = Number.NEGATIVE_INFINITY;
  }

  say(newest: SentenceView, nowUs: number, wallMs: number): SentenceView {
    const isRead = wallMs >= this.#sinceMs + READ_MS || nowUs >= this.#sinceUs + STALE_US;
    if (newest === this.#said || (this.#said !== null && !isRead)) return this.#said;
    this.#said = newest;
    this.#sinceUs = nowUs;
    this.#sinceMs = wallMs;
    return newest;
  }
}
