import type { Index, NodeId } from "../../base/ids.ts";
import { firstBreach } from "./checker.ts";
import type { Breach, RaftChecker, Rule } from "./checker.ts";
import { ElectionSafety } from "./electionSafety.ts";
import { LeaderAppendOnly } from "./leaderAppendOnly.ts";
import { LeaderCompleteness } from "./leaderCompleteness.ts";
import { LogMatching } from "./logMatching.ts";
import { PromisesKept } from "./promisesKept.ts";
import { RaftWatch } from "./raftStep.ts";
import type { RaftProbe } from "./raftStep.ts";
import { SnapshotSafety } from "./snapshotSafety.ts";
import { StateMachineSafety } from "./stateMachineSafety.ts";
import type { StorageProbe, StoredState } from "./storageProbe.ts";

/** Who has the raft node, to be asked for it at every look. */
interface RaftSource {
  readonly raft: RaftProbe | null;
}

/** One life of one node, as a member of a group. */
export interface GroupMember {
  readonly id: NodeId;
  readonly generation: number;
  readonly source: RaftSource;
  readonly storage: StorageProbe;
  /** Up to where its state machine has applied the log. */
  readonly state: { readonly appliedIndex: Index };
  /** Equal for equal states. */
  readonly hashState: () => number;
}

/** A member, and what it was like when it was looked at last. */
export class MemberWatch {
  readonly source: RaftSource;
  readonly step: RaftWatch;
  readonly stored: StoredState;
  readonly state: GroupMember["state"];
  readonly hashState: () => number;

  constructor({ id, generation, source, storage, state, hashState }: GroupMember) {
    this.source = source;
    this.step = new RaftWatch(id);
    this.stored = { id, generation, storage };
    this.state = state;
    this.hashState = hashState;
  }
}

/** The rules of one Raft group, and all that they remember of its members, over all restarts. */
export class RaftGroupRules {
  readonly #stateMachineSafety: StateMachineSafety;
  readonly #raftCheckers: readonly RaftChecker[];
  readonly #promisesKept = new PromisesKept();
  readonly #snapshotSafety = new SnapshotSafety((i) => this.#stateMachineSafety.termAppliedAt(i));

  /** `stateName`: see `StateMachineSafety`. */
  constructor(stateName: string) {
    this.#stateMachineSafety = new StateMachineSafety(stateName);
    this.#raftCheckers = [
      new ElectionSafety(),
      new LeaderAppendOnly(),
      new LogMatching(),
      new LeaderCompleteness(),
      this.#stateMachineSafety,
    ];
  }

  get rules(): readonly Rule[] {
    const checkers = [...this.#raftCheckers, this.#promisesKept, this.#snapshotSafety];
    return checkers.map(({ rule }) => rule);
  }

  /** Looks at what a step of the member's node may have changed. */
  check(member: MemberWatch): Breach | null {
    const { step, stored, source } = member;
    return (
      (source.raft !== null && step.look(source.raft) ? this.#checkStep(member) : null) ??
      // After Raft's own rules: a snapshot may end in the entry that was applied in this very step.
      breachOf(this.#promisesKept.rule, this.#promisesKept.check(stored)) ??
      breachOf(this.#snapshotSafety.rule, this.#snapshotSafety.check(stored))
    );
  }

  #checkStep({ step, state, hashState }: MemberWatch): Breach | null {
    const breach = firstBreach(this.#raftCheckers, step);
    if (breach !== null || step.applied === step.previousApplied) return breach;
    const safety = this.#stateMachineSafety;
    return breachOf(safety.rule, safety.checkState(step.node, state.appliedIndex, hashState()));
  }
}

function breachOf(rule: Rule, text: string | null): Breach | null {
  return text === null ? null : { rule, text };
}
