import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** One stream of random numbers. Whoever draws from it changes nobody else's. */
export interface Chance {
  /** A uniformly random integer from `min` to `max`, both included. */
  between(min: number, max: number): number;
  /** A uniformly random integer in [0, n). */
  below(n: number): number;
}

/**
 * The stream of one concern ("network", "disk", ...) and one of its objects. Streams of one seed
 * are independent, so that a new concern, a fault, or a message more on one link does not change
 * what any other link, disk or node draws.
 */
export function splitChance(seed: number, concern: string, a: number, b: number): Chance {
  let hash = mix32(seed ^ 0x9e3779b9);
  for (let i = 0; i < concern.length; i++) hash = mix32(hash ^ concern.charCodeAt(i));
  hash = mix32(mix32(hash ^ a) + b);
  const state = [1, 2, 3, 4].map((word) => mix32(hash + Math.imul(word, 0x9e3779b9)));
  const generator = xoroshiro128plusFromState(state);
  return {
    between: (min, max) => uniformInt(generator, min, max),
    below: (n) => uniformInt(generator, 0, n - 1),
  };
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output's. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
