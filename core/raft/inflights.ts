import { assert } from "../base/assert.ts";
import type { Index } from "../base/ids.ts";

/** How much may be under way to one follower before the leader waits for an answer. */
export interface InflightLimits {
  /** MsgApps with entries. */
  readonly maxMessages: number;
  /**
   * Payload of their entries; 0 means no limit. It is soft: the message that reaches it still goes
   * out, so that an entry of any size can travel.
   */
  readonly maxBytes: number;
}

/**
 * The MsgApps that are under way to one follower, as a ring of the last index and the size of each.
 * When it is full the leader stops sending, so that a slow follower does not pile up copies of the
 * log. The ring grows on demand: most followers never come near the limit.
 */
export class Inflights {
  readonly #limits: InflightLimits;
  /** Two numbers a message, its last index and its bytes; null until the first one. */
  #ring: number[] | null = null;
  #start = 0;
  #count = 0;
  #bytes = 0;

  constructor(limits: InflightLimits) {
    this.#limits = limits;
  }

  get count(): number {
    return this.#count;
  }

  isFull(): boolean {
    const { maxMessages, maxBytes } = this.#limits;
    return this.#count === maxMessages || (maxBytes !== 0 && this.#bytes >= maxBytes);
  }

  /** Notes a message that ends at `lastIndex`; calls must come in ascending order. */
  add(lastIndex: Index, bytes: number): void {
    if (this.isFull()) assert(false, "cannot add into a Full inflights");
    let ring = this.#ring;
    if (ring === null || this.#count * 2 === ring.length) ring = this.#grow();
    let at = this.#start + this.#count * 2;
    if (at >= ring.length) at -= ring.length;
    ring[at] = lastIndex;
    ring[at + 1] = bytes;
    this.#count++;
    this.#bytes += bytes;
  }

  /** The follower has stored everything up to `upTo`: what ended there or before has arrived. */
  freeUpTo(upTo: Index): void {
    const ring = this.#ring;
    while (this.#count > 0 && ring![this.#start]! <= upTo) {
      this.#bytes -= ring![this.#start + 1]!;
      this.#start += 2;
      if (this.#start === ring!.length) this.#start = 0;
      this.#count--;
    }
  }

  /** Nothing is under way any more, or nothing is known of it. */
  reset(): void {
    this.#start = 0;
    this.#count = 0;
    this.#bytes = 0;
  }

  #grow(): number[] {
    const old = this.#ring ?? [];
    const length = Math.min(Math.max(old.length * 2, 8), this.#limits.maxMessages * 2);
    const grown: number[] = [];
    for (let i = 0; i < length; i++) {
      grown.push(i < old.length ? old[(this.#start + i) % old.length]! : 0);
    }
    this.#ring = grown;
    this.#start = 0;
    return grown;
  }
}
