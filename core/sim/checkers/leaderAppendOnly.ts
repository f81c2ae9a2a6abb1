import { nodeName } from "./checker.ts";
import type { RaftChecker } from "./checker.ts";
import type { RaftStep } from "./raftStep.ts";

/** Raft paper, figure 3: within one term a leader's log only grows. */
export class LeaderAppendOnly implements RaftChecker {
  readonly rule = {
    name: "Leader Append-Only",
    meaning: "A leader never overwrites or deletes entries of its own log.",
  };

  check(step: RaftStep): string | null {
    const lost = step.removed[0];
    if (!step.stayedLeader || lost === undefined) return null;
    const now = step.entryAt(lost.index);
    const instead = now === undefined ? "nothing" : `an entry of term ${now.term}`;
    return (
      `${nodeName(step.node)} leads term ${step.term} and had entry ${lost.index} of term ` +
      `${lost.term}; now it has ${instead} there.`
    );
  }
}
