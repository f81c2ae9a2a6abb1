import { index } from "../../base/ids.ts";
import type { Index, NodeId, Term } from "../../base/ids.ts";
import type { Entry } from "../../raft/message.ts";
import { nodeName } from "./checker.ts";
import type { RaftChecker } from "./checker.ts";
import { isSameEntry } from "./raftStep.ts";
import type { RaftStep } from "./raftStep.ts";

interface Application {
  readonly entry: Entry;
  readonly node: NodeId;
}

/** A hash of the state after an entry was applied. */
interface State {
  readonly hash: number;
  readonly node: NodeId;
}

/**
 * Raft paper, figure 3, over all nodes and all their incarnations: a node that starts again and
 * applies its log anew must apply the same. Equal entries must also lead to equal states, or the
 * state machine is not one.
 */
export class StateMachineSafety implements RaftChecker {
  readonly rule = {
    name: "State Machine Safety",
    meaning: "No two nodes apply different entries at the same index.",
  };
  /** By index. */
  readonly #applications: Application[] = [];
  readonly #states: State[] = [];
  readonly #stateName: string;

  /** `stateName` is what the entries lead to, as people call it: "metadata". */
  constructor(stateName: string) {
    this.#stateName = stateName;
  }

  check(step: RaftStep): string | null {
    const lost = step.removed[0];
    if (lost !== undefined && lost.index <= step.previousApplied) {
      const { index: at, term } = lost;
      return `${nodeName(step.node)} has applied entry ${at} of term ${term} and then replaced it.`;
    }
    // What came as a snapshot was not applied here, and the state after it tells whether it is right.
    for (let i = Math.max(step.previousApplied + 1, step.firstIndex); i <= step.applied; i++) {
      const text = this.#apply(step, index(i));
      if (text !== null) return text;
    }
    return null;
  }

  /** The term of the entry that was applied at `at` first, anywhere; null if none ever was. */
  termAppliedAt(at: Index): Term | null {
    return this.#applications[at]?.entry.term ?? null;
  }

  /** The state of a node that has applied everything up to `at`, or was given it as a snapshot. */
  checkState(node: NodeId, at: Index, hash: number): string | null {
    const first = this.#states[at];
    if (first === undefined) this.#states[at] = { hash, node };
    if (first === undefined || first.hash === hash) return null;
    const who = `${nodeName(first.node)} and ${nodeName(node)}`;
    return `${who} applied the same entries up to ${at} and have different ${this.#stateName}.`;
  }

  #apply(step: RaftStep, at: Index): string | null {
    const entry = step.entryAt(at);
    if (entry === undefined) return `${nodeName(step.node)} applied entry ${at}, which it has not.`;
    const first = this.#applications[at];
    if (first === undefined) this.#applications[at] = { entry, node: step.node };
    if (first === undefined || isSameEntry(first.entry, entry)) return null;
    const was = `an entry of term ${first.entry.term}`;
    const is = first.entry.term === entry.term ? "another one" : `one of term ${entry.term}`;
    return `At index ${at} ${nodeName(first.node)} applied ${was} and ${nodeName(step.node)} ${is}.`;
  }
}
