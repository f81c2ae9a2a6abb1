import type { WorldView } from "@chronik/core/view";
import type * as filmView from "./filmView.ts";

/** What is shown of a moment; the world of that moment need not be there. */
export interface Picture {
  readonly view: WorldView;
  readonly traceHash: string;
  /** A rule was broken here. */
  readonly halted: boolean;
}

interface KeptPicture {
  readonly nowUs: number;
  readonly kept: filmView.KeptView;
  readonly traceHash: string;
  readonly halted: boolean;
}

/** What is loaded behind the first picture. */
type FilmParts = Pick<typeof filmView, "KeptView">;

/** The least time between two pictures; it doubles whenever there are too many. */
const INTERVAL_US = 500_000;
/** One for every second or third dot of the time bar. */
export const PICTURES_MAX = 640;
/** What all pictures of a run may hold together, in things of about a hundred bytes. */
const THINGS_MAX = 1_000_000;

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
    const before = this.#pictures[this.#countBefore(us + 1) - 1];
    return before === undefined || this.#stretchOf(before.nowUs) !== this.#stretchOf(us);
  }

  /** How it is kept is loaded behind the first picture: before, there is nothing to drag across. */
  add({ view, traceHash, halted }: Picture, { KeptView }: FilmParts): void {
    const { nowUs } = view;
    const at = this.#countBefore(nowUs + 1);
    const kept = new KeptView(view, this.#pictures[at - 1]?.kept ?? null);
    this.#pictures.splice(at, 0, { nowUs, kept, traceHash, halted });
    while (this.#isTooLarge()) this.#thin();
  }

  /** The last one up to that moment. */
  before(us: number): Picture | null {
    return pictureOf(this.#pictures[this.#countBefore(us + 1) - 1]);
  }

  /** The one that is nearest to that moment; of two the earlier one. */
  nearest(us: number): Picture | null {
    const at = this.#countBefore(us + 1);
    const [before, after] = [this.#pictures[at - 1], this.#pictures[at]];
    if (before === undefined || after === undefined) return pictureOf(before ?? after);
    return pictureOf(after.nowUs - us < us - before.nowUs ? after : before);
  }

  #isTooLarge(): boolean {
    if (this.#pictures.length <= 1) return false;
    const count = this.#pictures.length * this.#branchCount;
    const things = this.#pictures.reduce((sum, picture) => sum + picture.kept.things, 0);
    return count > PICTURES_MAX || things * this.#branchCount > THINGS_MAX;
  }

  #stretchOf(us: number): number {
    return Math.floor(us / this.#intervalUs);
  }

  #thin(): void {
    this.#intervalUs *= 2;
    let last = -1;
    this.#pictures = this.#pictures.filter(({ nowUs }) => {
      const stretch = this.#stretchOf(nowUs);
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
      if (picture !== undefined && picture.nowUs < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pictureOf(picture: KeptPicture | undefined): Picture | null {
  if (picture === undefined) return null;
  const { kept, traceHash, halted } = picture;
  return { view: kept.view(), traceHash, halted };
}
