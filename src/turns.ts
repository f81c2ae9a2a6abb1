import { isDragged } from "../ui/dragged.ts";
import type { PageState } from "../ui/page.ts";
import type { PagePort } from "../ui/pageContext.ts";
import type { PageStore } from "./store.ts";

export interface Turns {
  /** What each of the panels shows. */
  readonly stores: PagePort["turns"];
  /** Once an animation frame. */
  next(): void;
}

/** While a drag brings pictures there is a turn so often: each costs time that the next one waits. */
export const TURN_FRAMES = 8;
/** After so many frames without a new picture the pointer stands: then there is a turn in each. */
export const STANDS_FRAMES = 3;
/** What changes in so much time is little: playing never comes as far from picture to picture. */
export const JUMP_US = 1_000_000;

/**
 * While somebody drags through time each picture is wanted for a moment, and the sooner the better.
 * What they look at has every one of them; the panels about it follow in turns. So they do when the drag
 * ends and after a jump, one a frame, for nearly all that is shown is new then: all at once would block
 * the page. At any other time all of them show the same.
 */
export function createTurns(store: PageStore): Turns {
  const follower = (): Follower => new Follower(store.getState());
  const stores = { rail: follower(), log: follower(), node: follower(), side: follower() };
  const queue: Follower[] = Object.values(stores);
  let framesOfState = 0;
  let framesOfTurn = 0;
  let wasDragged = false;
  store.subscribe(() => {
    const state = store.getState();
    const hasTurns = wasDragged || isDragged(state);
    wasDragged = isDragged(state);
    framesOfState = 0;
    for (const one of queue) {
      one.waits ||= hasTurns || isJump(one.getState(), state);
      if (!one.waits) one.show(state);
    }
  });
  return {
    stores,
    next() {
      framesOfState += 1;
      framesOfTurn += 1;
      const state = store.getState();
      const isDue = framesOfState >= STANDS_FRAMES || framesOfTurn >= TURN_FRAMES;
      if (isDragged(state) && !isDue) return;
      framesOfTurn = 0;
      const at = queue.findIndex((one) => one.waits);
      if (at === -1) return;
      const [due] = queue.splice(at, 1);
      if (due === undefined) return;
      queue.push(due);
      due.show(state);
    },
  };
}

function isJump(before: PageState, { world }: PageState): boolean {
  if (before.world === null || world === null) return false;
  return Math.abs(world.nowUs - before.world.nowUs) >= JUMP_US;
}

type Shown = PagePort["store"];

/** Shows what it was given last. */
class Follower implements Shown {
  /** Until its turn. */
  waits = false;
  #shown: PageState;
  readonly #listeners = new Set<() => void>();

  constructor(first: PageState) {
    this.#shown = first;
  }

  readonly getState = (): PageState => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  show(state: PageState): void {
    this.#shown = state;
    this.waits = false;
    for (const listener of this.#listeners) listener();
  }
}
