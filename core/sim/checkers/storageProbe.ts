import type { Index, NodeId, Term } from "../../base/ids.ts";
import type { HardState } from "../../raft/message.ts";

/** What the checkers read of what a node has on its disk for sure. A Storage of Raft has all of it. */
export interface StorageProbe {
  initialState(): { readonly hardState: HardState | null };
  firstIndex(): Index;
  lastIndex(): Index;
  /** The snapshot in force, of index 0 and term 0 before the first. */
  snapshot(): SnapshotProbe;
}

export interface SnapshotProbe {
  readonly metadata: { readonly index: Index; readonly term: Term };
}

/** A node and its disk, after a step. */
export interface StoredState {
  readonly id: NodeId;
  /** Counts how often the disk was wiped: what a wiped disk holds is nobody's promise any more. */
  readonly generation: number;
  readonly storage: StorageProbe;
}
