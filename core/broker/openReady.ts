import type { Ready } from "../raft/ready.ts";

/** The disk operation that carries a Ready's records, perhaps with others' (group commit). */
interface ReadyWrite {
  readonly operation: number;
  readonly startedAtUs: number;
  readonly sizeBytes: number;
}

/**
 * The Ready that a broker is at work on. Its `messages` have left, its records are with the WAL;
 * its `persistedMessages` are held, its `committedEntries` not applied, until they are durable.
 */
export interface OpenReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /**
   * Of the last WAL record of this Ready: durable up to here, it may go on. Infinite while its
   * snapshot is not durable, and the log therefore not written.
   */
  readonly sequence: number;
  /** Null while the disk is still busy with an earlier write. */
  readonly write: ReadyWrite | null;
}

/** A Ready that was finished. */
export interface FinishedReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /** Null if it had to wait for no write. */
  readonly write: ReadyWrite | null;
  readonly advancedAtUs: number;
}
