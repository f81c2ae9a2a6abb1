/** For how long what has ended stays on record, for whoever draws it. */
export const RECENT_US = 2_000_000;

/**
 * What ended within the last two seconds, oldest first. Things must be added in the order in which
 * they ended.
 */
export class Recent<T> {
  #things: { readonly endedAtUs: number; readonly thing: T }[] = [];
  #first = 0;

  add(thing: T, endedAtUs: number): void {
    this.#forget(endedAtUs);
    this.#things.push({ endedAtUs, thing });
  }

  /** What is still on record at `nowUs`. */
  list(nowUs: number): readonly T[] {
    this.#forget(nowUs);
    return this.#things.slice(this.#first).map(({ thing }) => thing);
  }

  #forget(nowUs: number): void {
    while ((this.#things[this.#first]?.endedAtUs ?? Infinity) < nowUs - RECENT_US) this.#first++;
    // No more is held in vain than is on record, and each thing is moved once or twice.
    if (this.#first * 2 < this.#things.length) return;
    this.#things = this.#things.slice(this.#first);
    this.#first = 0;
  }
}
