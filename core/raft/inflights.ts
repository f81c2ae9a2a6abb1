import { assert } from "../base/assert.ts";
import { NO_INDEX } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";

/**
 * The MsgApps that are under way to one follower, as a ring of the last index each carries. When it
 * is full the leader stops sending, so that a slow follower does not pile up copies of the log.
 * The ring grows on demand: most followers never come near the limit.
 */
export class Inflights {
  readonly #capacity: number;
  #ring: Index[] = [];
  #start = 0;
  #count = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get count(): number {
    return this.#count;
  }

  isFull(): boolean {
    return this.#count === this.#capacity;
  }

  /** Notes a message that ends at `lastIndex`; calls must come in ascending order. */
  add(lastIndex: Index): void {
    assert(!this.isFull(), "cannot add into a Full inflights");
    if (this.#count === this.#ring.length) this.#grow();
    this.#ring[(this.#start + this.#count) % this.#ring.length] = lastIndex;
    this.#count++;
  }

  /** The follower has stored everything up to `upTo`: what ended there or before has arrived. */
  freeUpTo(upTo: Index): void {
    while (this.#count > 0 && this.#ring[this.#start]! <= upTo) {
      this.#start = (this.#start + 1) % this.#ring.length;
      this.#count--;
    }
  }

  #grow(): void {
    const length = Math.min(Math.max(this.#ring.length * 2, 1), this.#capacity);
    const grown: Index[] = [];
    for (let i = 0; i < length; i++) {
      grown.push(i < this.#count ? this.#ring[(this.#start + i) % this.#count]! : NO_INDEX);
    }
    this.#ring = grown;
    this.#start = 0;
  }
}
