const RIGHT_PERCENT = 100;

/**
 * A node's own clock. It runs through restarts, at a rate that a person may change, and never goes
 * backwards; a right one shows the world's time.
 */
export class NodeClock {
  #percent = RIGHT_PERCENT;
  /** When the rate was set last, by the world's clock and by this one. */
  #setAtUs = 0;
  #shownAtUs = 0;

  /** 100 is right, 50 half as fast. */
  get percent(): number {
    return this.#percent;
  }

  setPercent(percent: number, worldUs: number): void {
    this.#shownAtUs = this.shownUs(worldUs);
    this.#setAtUs = worldUs;
    this.#percent = percent;
  }

  /** What it shows at that moment, which is not before the rate was set last. */
  shownUs(worldUs: number): number {
    return this.#shownAtUs + Math.floor(((worldUs - this.#setAtUs) * this.#percent) / 100);
  }

  /** When it shows that; approximate for moments before the rate was set last. */
  worldUs(shownUs: number): number {
    return this.#setAtUs + Math.ceil(((shownUs - this.#shownAtUs) * 100) / this.#percent);
  }

  /** How long a span on this clock takes. */
  spanUs(shownUs: number): number {
    return Math.max(1, Math.round((shownUs * 100) / this.#percent));
  }
}
