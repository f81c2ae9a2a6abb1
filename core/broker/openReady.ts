import type { Ready } from "../raft/ready.ts";
import type { ReadyStage } from "./io.ts";

/** The disk operation that carries a Ready's records, perhaps with others' (group commit). */
interface ReadyWrite {
  readonly operation: number;
  readonly startedAtUs: number;
  readonly sizeBytes: number;
}

/**
 * The Ready that a broker is at work on. Once it has come to "sendAfter" its `messages` have left
 * and its records are with the WAL; its `persistedMessages` are held, its `committedEntries` not
 * applied, until those are durable.
 */
export interface OpenReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /** What is done with it next. */
  readonly stage: ReadyStage;
  /**
   * Of the last WAL record of this Ready: durable up to here, it may go on. Infinite while its
   * snapshot is not durable, and the log therefore not written.
   */
  readonly sequence: number;
  /** Null while the disk is still busy with an earlier write. */
  readonly write: ReadyWrite | null;
  /** All of it is on the disk that has to be. */
  readonly isDurable: boolean;
}

/** A Ready that was finished. */
export interface FinishedReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /** Null if it had to wait for no write. */
  readonly write: ReadyWrite | null;
  readonly advancedAtUs: number;
}
