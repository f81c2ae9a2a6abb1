import type { Index, NodeId, Term } from "../base/ids.ts";
import type { ConfState, Entry, HardState, Snapshot } from "./message.ts";

/** Why a Storage cannot answer: the entry was compacted away, or has not been written yet. */
export type StorageError = "compacted" | "unavailable" | "snapshotTemporarilyUnavailable";

/**
 * The stable log as a RawNode reads it. The host writes it; RawNode never does. A call never
 * waits. Protocol conditions are values, not exceptions.
 */
export interface Storage {
  /** What was stored before this RawNode was made. `hardState` is null on a fresh node. */
  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState };
  /** Entries with lo <= index < hi, at least one, at most about `maxBytes` of encoded size. */
  entries(lo: Index, hi: Index, maxBytes: number): readonly Entry[] | StorageError;
  /** Term of the entry at `i`; also known for firstIndex() - 1. */
  term(i: Index): Term | StorageError;
  lastIndex(): Index;
  /** Index of the first entry that is still there (1 in a fresh log). */
  firstIndex(): Index;
  /**
   * The state to send to `to`, who lacks entries that are gone; it must reach at least
   * `requestIndex`. "snapshotTemporarilyUnavailable" puts it off until the member is heard from
   * again.
   */
  snapshot(requestIndex: Index, to: NodeId): Snapshot | StorageError;
}
