import type { Action, Run } from "@chronik/core/sim";
import type { Branch } from "./branch.ts";
import { branchName } from "./branch.ts";
import { Film } from "./film.ts";

/** Which branches there are, and which one is shown: to go back to it. */
export interface BranchesMark {
  readonly all: readonly Branch[];
  readonly current: Branch | null;
  readonly count: number;
}

/** The branches of one run. */
export class Branches {
  #all: readonly Branch[] = [];
  #current: Branch | null = null;
  #count = 0;

  get all(): readonly Branch[] {
    return this.#all;
  }

  get isOpen(): boolean {
    return this.#current !== null;
  }

  get current(): Branch {
    if (this.#current === null) throw new Error("a command came before a run was opened");
    return this.#current;
  }

  find(name: string | undefined): Branch | null {
    return this.#all.find((branch) => branch.name === name) ?? null;
  }

  open(run: Run): void {
    this.#all = [];
    this.#count = 0;
    this.#add({ run, endUs: 0, time: null, parent: null, film: new Film() });
  }

  /** Something was done at the end of the branch that is shown. */
  act(actions: readonly Action[], atUs: number): void {
    const { current } = this;
    current.film.cut(atUs);
    this.replace({ ...current, run: { ...current.run, actions: [...actions] } });
  }

  /** Another course of events from that moment on; from here on it is the one that is shown. */
  fork(actions: readonly Action[], atUs: number, parent: Branch["parent"]): void {
    const run = { ...this.current.run, actions: [...actions] };
    const film = this.current.film.forkedAt(atUs);
    this.#add({ run, endUs: atUs, time: null, parent, film });
    for (const branch of this.#all) branch.film.shareWith(this.#all.length);
  }

  /** Changes the branch that is shown. */
  replace(next: Branch): void {
    const previous = this.#current;
    this.#all = this.#all.map((branch) => (branch === previous ? next : branch));
    this.#current = next;
  }

  /** As if it had never been asked for: the world refuses it. */
  dropAction(action: Action): void {
    const { current } = this;
    const actions = current.run.actions.filter((candidate) => candidate !== action);
    this.replace({ ...current, run: { ...current.run, actions } });
  }

  switchTo(branch: Branch): void {
    this.#current = branch;
  }

  drop(branch: Branch): void {
    this.#all = this.#all.filter((other) => other !== branch);
  }

  mark(): BranchesMark {
    return { all: this.#all, current: this.#current, count: this.#count };
  }

  goBackTo({ all, current, count }: BranchesMark): void {
    this.#all = all;
    this.#current = current;
    this.#count = count;
  }

  #add(branch: Omit<Branch, "name">): void {
    this.#current = { ...branch, name: branchName(this.#count) };
    this.#count += 1;
    this.#all = [...this.#all, this.#current];
  }
}
