import type { WorldView } from "@chronik/core/view";

/** What is shown of a moment; the world of that moment need not be there. */
export interface Picture {
  readonly view: WorldView;
  readonly traceHash: string;
  /** A rule was broken here. */
  readonly halted: boolean;
}

/** The least time between two pictures; it doubles whenever there are too many. */
const INTERVAL_US = 500_000;
/** One for every second or third dot of the time bar; in a busy cluster each takes 150 kB. */
export const PICTURES_MAX = 640;
/** In a busy cluster the messages of the last seconds are most of a picture. */
const FLIGHTS_MAX = 400;

/**
 * Pictures of one branch at about even moments, made while it was simulated. Whoever drags across a
 * long run sees them at once, where bringing a world to each moment would take minutes.
 */
export class Film {
  #pictures: Picture[];
  #intervalUs: number;
  #picturesMax = PICTURES_MAX;

  constructor(pictures: Picture[] = [], intervalUs = INTERVAL_US) {
    this.#pictures = pictures;
    this.#intervalUs = intervalUs;
  }

  /** The film of a branch that leaves this one at that moment. */
  forkedAt(us: number): Film {
    return new Film(this.#pictures.slice(0, this.#countBefore(us)), this.#intervalUs);
  }

  /** From this moment on it became another run. */
  cut(fromUs: number): void {
    this.#pictures.length = this.#countBefore(fromUs);
  }

  /** Branches share what there is room for. */
  limit(picturesMax: number): void {
    this.#picturesMax = picturesMax;
    while (this.#pictures.length > this.#picturesMax) this.#thin();
  }

  /** Whether nothing was kept yet of the stretch of time in which this moment lies. */
  wants(us: number): boolean {
    const before = this.nearest(us);
    return before === null || this.#stretchOf(before.view.nowUs) !== this.#stretchOf(us);
  }

  add(picture: Picture): void {
    const { view } = picture;
    const kept = { ...picture, view: slim(view) };
    this.#pictures.splice(this.#countBefore(view.nowUs + 1), 0, kept);
    this.limit(this.#picturesMax);
  }

  /** The last one up to that moment. */
  nearest(us: number): Picture | null {
    return this.#pictures[this.#countBefore(us + 1) - 1] ?? null;
  }

  #stretchOf(us: number): number {
    return Math.floor(us / this.#intervalUs);
  }

  #thin(): void {
    this.#intervalUs *= 2;
    let last = -1;
    this.#pictures = this.#pictures.filter(({ view }) => {
      const stretch = this.#stretchOf(view.nowUs);
      const isFirst = stretch !== last;
      last = stretch;
      return isFirst;
    });
  }

  #countBefore(us: number): number {
    let low = 0;
    let high = this.#pictures.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const picture = this.#pictures[middle];
      if (picture !== undefined && picture.view.nowUs < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Without what takes most room and is looked at only where time stands still. */
function slim(view: WorldView): WorldView {
  const flights = view.flights.slice(-FLIGHTS_MAX);
  const oldest = flights.length < view.flights.length ? flights[0] : undefined;
  const sinceUs = oldest === undefined ? 0 : (oldest.lostAtUs ?? oldest.arrivesAtUs);
  const writes = view.writes.filter(({ endsAtUs }) => endsAtUs >= sinceUs);
  return { ...view, disks: {}, diskBytes: {}, inspection: null, flights, writes };
}
