import type { Index, NodeId, Term } from "../../base/ids.ts";
import { nodeName } from "./checker.ts";
import type { SnapshotProbe, StoredState } from "./storageProbe.ts";

/** What a node's disk held when it was looked at last. */
interface Stored {
  readonly snapshot: SnapshotProbe;
  readonly firstIndex: Index;
}

/**
 * A snapshot stands for the log that it replaces (Raft paper, section 7): it ends in the entry that
 * the nodes applied there, and the log goes on right behind it or overlaps it. That its data are
 * the state at that index shows when a node starts from it (State Machine Safety).
 */
export class SnapshotSafety {
  readonly rule = {
    name: "Snapshots hold what was applied",
    meaning:
      "A snapshot ends in an entry that was applied there, and no entry after it is missing.",
  };
  readonly #termAppliedAt: (i: Index) => Term | null;
  readonly #stored = new Map<NodeId, Stored>();

  /** `termAppliedAt` knows the term of the entry that any node applied at an index first. */
  constructor(termAppliedAt: (i: Index) => Term | null) {
    this.#termAppliedAt = termAppliedAt;
  }

  check({ id, storage }: StoredState): string | null {
    const snapshot = storage.snapshot();
    const firstIndex = storage.firstIndex();
    const before = this.#stored.get(id);
    if (before?.snapshot === snapshot && before.firstIndex === firstIndex) return null;
    this.#stored.set(id, { snapshot, firstIndex });
    const { index, term } = snapshot.metadata;
    if (firstIndex > index + 1) {
      return (
        `The log of ${nodeName(id)} begins at entry ${firstIndex}, and its snapshot ends at ` +
        `${index}: what is between them is in neither.`
      );
    }
    if (index === 0) return null;
    const applied = this.#termAppliedAt(index);
    if (applied === term) return null;
    const instead = applied === null ? "nobody has applied one" : `it was one of term ${applied}`;
    return (
      `The snapshot of ${nodeName(id)} ends in entry ${index} of term ${term}, but ${instead} ` +
      `there.`
    );
  }
}
