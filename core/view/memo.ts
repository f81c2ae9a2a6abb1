import { isSameList, reuse } from "./reuse.ts";

/**
 * A value, and what it was made from: it is made anew only when one of those is another than last
 * time, compared by identity. Most of a picture is as it was a frame ago, and what is not made anew
 * need not be compared with what it was.
 */
export class Memo<Value> {
  #from: unknown[] | null = null;
  #value: Value | null = null;

  /**
   * `make` must depend on nothing but `from`, and on what never changes. `shown` is what the last
   * picture has in this place, which may be that of another world: the parts that are equal are the
   * same ones, so that the two differ as objects only where they differ. `from` is not kept: who
   * asks often may fill the same list again.
   */
  of(from: readonly unknown[], make: () => Value, shown = this.#value): Value {
    const isKnown = this.#from !== null && isSameList(this.#from, from);
    const value = isKnown ? (this.#value as Value) : make();
    if (!isKnown) this.#from = from.slice();
    this.#value = reuse(shown, value);
    return this.#value;
  }
}

/** One value for each of several keys. */
export class Memos<Key, Value> {
  readonly #memos = new Map<Key, Memo<Value>>();

  at(key: Key): Memo<Value> {
    let memo = this.#memos.get(key);
    if (memo === undefined) {
      memo = new Memo();
      this.#memos.set(key, memo);
    }
    return memo;
  }
}
