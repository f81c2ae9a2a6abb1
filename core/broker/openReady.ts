import type { Ready } from "../raft/ready.ts";

/**
 * The Ready that a broker is at work on. Its `messages` have left, its records are with the WAL;
 * its `persistedMessages` are held, its `committedEntries` not applied, until they are durable.
 */
export interface OpenReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /** "queued": the disk is still busy with an earlier write. "writing": the disk has it. */
  readonly phase: "queued" | "writing";
  /** Of the last WAL record of this Ready: durable up to here, it may go on. */
  readonly sequence: number;
  /** The disk operation that carries its records; null while they are queued. */
  readonly operation: number | null;
}

/** The Ready that was finished last. */
export interface LastReady {
  readonly ready: Ready;
  readonly takenAtUs: number;
  /** The disk operation that it waited for; null if it had to wait for none. */
  readonly operation: number | null;
  readonly advancedAtUs: number;
}
