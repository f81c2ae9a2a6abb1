import type { WorldView } from "@chronik/core/view";

/** What is shown of a moment; the world of that moment need not be there. */
export interface Picture {
  readonly view: WorldView;
  readonly traceHash: string;
  /** A rule was broken here. */
  readonly halted: boolean;
}

/** `things`: about how much of it is in no picture before. */
type KeptPicture = Picture & { readonly things: number };

/** The least time between two pictures; it doubles whenever there are too many. */
const INTERVAL_US = 500_000;
/** One for every second or third dot of the time bar. */
export const PICTURES_MAX = 640;
/** What all pictures of a run may hold together, in things of about a hundred bytes. */
const THINGS_MAX = 1_000_000;
/** A row of a picture in which something changed: a partition, its replicas, their records. */
const PARTITION_THINGS = 20;
/** All the rest of a picture. */
const OTHER_THINGS = 300;
/**
 * In a busy cluster the messages of the last seconds are most of what is new in a picture, and most
 * of what the page would have to draw anew while somebody drags. So many are under way.
 */
const FLIGHTS_MAX = 64;

/**
 * Pictures of one branch at about even moments, made while it was simulated. Whoever drags across a
 * long run sees them at once, where bringing a world to each moment would take minutes.
 */
export class Film {
  #pictures: KeptPicture[];
  #intervalUs: number;
  /** How many branches have room for their pictures together. */
  #branchCount = 1;

  constructor(pictures: KeptPicture[] = [], intervalUs = INTERVAL_US) {
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

  /** So many branches share what there is room for. */
  shareWith(branchCount: number): void {
    this.#branchCount = branchCount;
    while (this.#isTooLarge()) this.#thin();
  }

  /** Whether nothing was kept yet of the stretch of time in which this moment lies. */
  wants(us: number): boolean {
    const before = this.before(us);
    return before === null || this.#stretchOf(before.view.nowUs) !== this.#stretchOf(us);
  }

  add(picture: Picture): void {
    const { view } = picture;
    const at = this.#countBefore(view.nowUs + 1);
    const kept = slim(view);
    const things = thingsIn(kept, this.#pictures[at - 1]?.view ?? null);
    this.#pictures.splice(at, 0, { ...picture, view: kept, things });
    while (this.#isTooLarge()) this.#thin();
  }

  /** The last one up to that moment. */
  before(us: number): Picture | null {
    return this.#pictures[this.#countBefore(us + 1) - 1] ?? null;
  }

  /** The one that is nearest to that moment; of two the earlier one. */
  nearest(us: number): Picture | null {
    const at = this.#countBefore(us + 1);
    const [before, after] = [this.#pictures[at - 1], this.#pictures[at]];
    if (before === undefined || after === undefined) return before ?? after ?? null;
    return after.view.nowUs - us < us - before.view.nowUs ? after : before;
  }

  #isTooLarge(): boolean {
    if (this.#pictures.length <= 1) return false;
    const count = this.#pictures.length * this.#branchCount;
    const things = this.#pictures.reduce((sum, picture) => sum + picture.things, 0);
    return count > PICTURES_MAX || things * this.#branchCount > THINGS_MAX;
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

/** Partitions that did not change are the same objects as in the picture before. */
function thingsIn({ flights, writes, pending, partitions }: WorldView, before: WorldView | null) {
  let things = OTHER_THINGS + flights.length + writes.length + pending.length;
  for (const [name, partition] of Object.entries(partitions)) {
    if (partition !== before?.partitions[name]) things += PARTITION_THINGS;
  }
  return things;
}
