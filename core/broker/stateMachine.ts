import type { Index, Term } from "../base/ids.ts";
import type { Entry, Snapshot } from "../raft/index.ts";

/** What a Raft group agrees on, as this node has applied it. */
export interface StateMachine {
  readonly appliedIndex: Index;
  /** Term of the entry that was applied last. */
  readonly appliedTerm: Term;
  /** Applies one committed entry, the one after `appliedIndex`. */
  apply(entry: Entry): void;
  /** The same for a membership change, which means nothing to it. */
  passOver(entry: Entry): void;
  /** Exactly this state, for a snapshot. */
  encode(): Uint8Array;
  /** A snapshot that goes further takes the place of what was applied. */
  restore(snapshot: Snapshot): void;
}
