import type { Index, NodeId } from "../base/ids.ts";
import type { Entry, HardState, Message, Snapshot } from "./message.ts";
import type { Role } from "./role.ts";

/** State a host may show but need not store. */
export interface SoftState {
  readonly lead: NodeId;
  readonly role: Role;
}

/**
 * A read may be served: once the state machine has applied `index`, what it holds is no older than
 * what it held when the read was asked for.
 */
export interface ReadState {
  readonly index: Index;
  /** What was given to `readIndex`. */
  readonly requestContext: Uint8Array;
}

export const NO_READ_STATES: readonly ReadState[] = [];

/**
 * One batch of work that a RawNode hands to its host. The host must, in this order:
 *
 * 1. send `messages` (only a leader has any: it may speak before its own disk, thesis 10.2.1);
 * 2. store `snapshot`, `entries` and `hardState` in one write, and sync it when `mustSync`;
 * 3. once that write is durable, and not before, send `persistedMessages`;
 * 4. apply the snapshot, then `committedEntries`, with `applyConfChange` for each that is one;
 * 5. call `advance` with this very object.
 *
 * While the write is under way the node may go on to step, tick and propose: what that causes is
 * part of the next Ready (etcd's rule). With storage writes "async" or "pipelined" the end of this
 * list is another; see RawNode.
 */
export interface Ready {
  /** Counts the Readys of one RawNode, from 1. */
  readonly number: number;
  /** Set only when it differs from the last Ready's. */
  readonly softState: SoftState | null;
  /** Set only when it differs from the last Ready's. */
  readonly hardState: HardState | null;
  /** Answers to `readIndex`. */
  readonly readStates: readonly ReadState[];
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | null;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  readonly persistedMessages: readonly Message[];
  /** True when the write holds entries, a snapshot, a new term or a new vote. */
  readonly mustSync: boolean;
}

/** What `advanceAppend` lets a host do at once, without a write before it. */
export interface LightReady {
  /** Set when it moved; it need not be stored, for it can be learned again. */
  readonly commit: Index | null;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
}
