import { index } from "../../base/ids.ts";
import type { NodeId, Term } from "../../base/ids.ts";
import type { Entry } from "../../raft/message.ts";
import { nodeName } from "./checker.ts";
import type { RaftChecker } from "./checker.ts";
import { isSameEntry } from "./raftStep.ts";
import type { RaftStep } from "./raftStep.ts";

/** A committed entry, and who was the first to commit it, in which term. */
interface Commitment {
  readonly entry: Entry;
  readonly node: NodeId;
  readonly term: Term;
}

/**
 * Raft paper, figure 3. What counts is the term of the leader that committed an entry, not the
 * entry's own: a stale candidate may win an older term late, and owes nothing to what a later
 * leader has committed since. What lies before a leader's log is in its snapshot, and counts as held
 * if that snapshot ends in the committed entry.
 */
export class LeaderCompleteness implements RaftChecker {
  readonly rule = {
    name: "Leader Completeness",
    meaning: "An entry committed in a term is in the log of every leader of later terms.",
  };
  /** By index - 1. A leader is always the first to know of a commit, so nothing is missed. */
  readonly #commitments: Commitment[] = [];

  check(step: RaftStep): string | null {
    const text = step.becameLeader ? this.#checkLeader(step) : null;
    this.#note(step);
    return text;
  }

  #checkLeader(leader: RaftStep): string | null {
    const { firstIndex } = leader;
    for (let i = Math.max(firstIndex - 1, 1); i <= this.#commitments.length; i++) {
      const { entry, node, term } = this.#commitments[i - 1]!;
      if (term >= leader.term || holds(leader, entry)) continue;
      return (
        `${nodeName(leader.node)} leads term ${leader.term} without entry ${entry.index} of term ` +
        `${entry.term}, which ${nodeName(node)} committed in term ${term}.`
      );
    }
    return null;
  }

  #note(step: RaftStep): void {
    for (let i = this.#commitments.length + 1; i <= step.commit; i++) {
      const entry = step.entryAt(index(i));
      if (entry === undefined) return;
      this.#commitments.push({ entry, node: step.node, term: step.term });
    }
  }
}

function holds(leader: RaftStep, entry: Entry): boolean {
  const isLastInSnapshot = entry.index === leader.firstIndex - 1;
  if (isLastInSnapshot) return leader.termAt(entry.index) === entry.term;
  const held = leader.entryAt(entry.index);
  return held !== undefined && isSameEntry(held, entry);
}
