import { assert } from "../base/assert.ts";
import type { Action, Run } from "./run.ts";

/** A run, and how far its actions have been taken. */
export class Script {
  #run: Run;
  #takenCount = 0;

  constructor(run: Run) {
    let lastUs = 0;
    for (const { atUs } of run.actions) {
      assert(Number.isSafeInteger(atUs) && atUs >= lastUs, "actions come in order of time");
      lastUs = atUs;
    }
    this.#run = run;
  }

  /** With the actions so far and, in a replay, those still to come. */
  get run(): Run {
    return this.#run;
  }

  /** When the next action is to be taken; Infinity when there is none. */
  get nextAtUs(): number {
    return this.#run.actions[this.#takenCount]?.atUs ?? Infinity;
  }

  /** The next action if its time has come. It counts as taken. */
  take(nowUs: number): Action | null {
    const action = this.#run.actions[this.#takenCount];
    if (action === undefined || action.atUs > nowUs) return null;
    this.#takenCount++;
    return action;
  }

  /** This is to be taken next; what was still to come is dropped, for it is another run now. */
  insert(action: Action): void {
    const past = this.#run.actions.slice(0, this.#takenCount);
    this.#run = { ...this.#run, actions: [...past, action] };
  }
}
