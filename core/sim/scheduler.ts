import FlatQueue from "flatqueue";
import { assert } from "../base/assert.ts";

/**
 * Events in order of time; those of one moment in the order in which they were scheduled. The heap
 * holds each moment once, so that its lack of a stable order does not matter.
 */
export class Scheduler<Event> {
  readonly #moments = new FlatQueue<Event[]>();
  readonly #byTime = new Map<number, Event[]>();
  #nowUs = 0;

  get nowUs(): number {
    return this.#nowUs;
  }

  /** Nothing happens at once: what is scheduled lies at least 1 µs ahead, so replay is exact. */
  schedule(atUs: number, event: Event): void {
    assert(Number.isSafeInteger(atUs), "time is an integer of microseconds");
    assert(atUs > this.#nowUs, "an event lies in the future");
    const moment = this.#byTime.get(atUs);
    if (moment !== undefined) {
      moment.push(event);
      return;
    }
    const created = [event];
    this.#byTime.set(atUs, created);
    this.#moments.push(created, atUs);
  }

  nextAtUs(): number | null {
    return this.#moments.peekValue() ?? null;
  }

  /** Time passes without an event. */
  advanceTo(atUs: number): void {
    assert(atUs >= this.#nowUs, "time does not go back");
    assert(atUs < (this.nextAtUs() ?? Infinity), "no event is jumped over");
    this.#nowUs = atUs;
  }

  /** Goes to the next moment and takes all of its events. */
  takeMoment(): readonly Event[] {
    const atUs = this.nextAtUs();
    assert(atUs !== null, "there is a next event");
    this.#nowUs = atUs;
    this.#byTime.delete(atUs);
    return this.#moments.pop() ?? [];
  }
}
