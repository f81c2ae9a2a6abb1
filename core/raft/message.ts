import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Index, NodeId, Term } from "../base/ids.ts";

/**
 * What raft nodes say to each other, store, and hand to their host. Names follow etcd's raftpb.
 * All are plain records that are passed by reference and never changed after they are made.
 */

/** What an entry carries: a command, or a membership change (Raft thesis, section 4). */
export type EntryType = "EntryNormal" | "EntryConfChange" | "EntryConfChangeV2";

/** One slot of the replicated log. */
export interface Entry {
  readonly term: Term;
  readonly index: Index;
  readonly type: EntryType;
  /** The command as bytes; empty for the entry a new leader appends to its term. */
  readonly data: Uint8Array;
  /** What the proposer gave along with the command (raft-rs's Entry.context); stored with it. */
  readonly context?: Uint8Array;
}

/** What must survive a crash besides the entries (Raft paper, figure 2: persistent state). */
export interface HardState {
  readonly term: Term;
  readonly vote: NodeId;
  readonly commit: Index;
}

/** The voters and learners of a group, and of both halves of a joint configuration. */
export interface ConfState {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  readonly votersOutgoing: readonly NodeId[];
  readonly learnersNext: readonly NodeId[];
  readonly autoLeave: boolean;
}

export interface SnapshotMetadata {
  readonly confState: ConfState;
  readonly index: Index;
  readonly term: Term;
}

export interface Snapshot {
  readonly metadata: SnapshotMetadata;
  readonly data: Uint8Array;
}

/** etcd's message types, by its names: its data files and its users' eyes know them. */
export const MESSAGE_TYPES = [
  "MsgHup",
  "MsgBeat",
  "MsgProp",
  "MsgApp",
  "MsgAppResp",
  "MsgVote",
  "MsgVoteResp",
  "MsgSnap",
  "MsgHeartbeat",
  "MsgHeartbeatResp",
  "MsgUnreachable",
  "MsgSnapStatus",
  "MsgCheckQuorum",
  "MsgTransferLeader",
  "MsgTimeoutNow",
  "MsgReadIndex",
  "MsgReadIndexResp",
  "MsgPreVote",
  "MsgPreVoteResp",
  "MsgStorageAppend",
  "MsgStorageAppendResp",
  "MsgStorageApply",
  "MsgStorageApplyResp",
  "MsgForgetLeader",
] as const;

export type MessageType = (typeof MESSAGE_TYPES)[number];

/**
 * One message. Every field but the last three is always there, so that all messages share one
 * shape; those three belong to options that are off by default, and to rare messages.
 */
export interface Message {
  readonly type: MessageType;
  readonly to: NodeId;
  readonly from: NodeId;
  readonly term: Term;
  /** MsgApp, MsgVote: term of the entry at `index`. MsgAppResp: term of a rejection's hint. */
  readonly logTerm: Term;
  readonly index: Index;
  readonly entries: readonly Entry[];
  readonly commit: Index;
  readonly vote: NodeId;
  readonly snapshot: Snapshot | null;
  readonly reject: boolean;
  readonly rejectHint: Index;
  readonly context: Uint8Array | null;
  /** Messages to deliver once a MsgStorageAppend or MsgStorageApply has been carried out. */
  readonly responses: readonly Message[];
  /** MsgVote, MsgPreVote: the candidate's, if it has one (raft-rs). */
  readonly priority?: number;
  /** MsgVote, MsgPreVote and their refusals: term of the entry at `commit` (raft-rs). */
  readonly commitTerm?: Term;
  /** A rejected MsgAppResp: the sender wants a snapshot that reaches this index (raft-rs). */
  readonly requestSnapshot?: Index;
}

/**
 * Where MsgStorageAppend and MsgStorageApply go when storage is written in the background: to the
 * host's own two threads of work (etcd's LocalAppendThread and LocalApplyThread, which are the
 * same bits: there they are read as the two largest ids).
 */
export const LOCAL_APPEND_THREAD = -1 as NodeId;
export const LOCAL_APPLY_THREAD = -2 as NodeId;

export const isLocalThread = (id: NodeId): boolean =>
  id === LOCAL_APPEND_THREAD || id === LOCAL_APPLY_THREAD;

export const isConfChange = (entry: Entry): boolean => entry.type !== "EntryNormal";

/** A record while its maker still fills it in. */
export type Draft<T> = { -readonly [K in keyof T]: T[K] };

export const NO_ENTRIES: readonly Entry[] = [];
export const NO_MESSAGES: readonly Message[] = [];

/**
 * The one place where messages are made: every field is there from the start and in the same order,
 * so that the engine sees a single shape wherever messages are read. Fill in what the type needs,
 * then treat it as immutable.
 */
export function message(type: MessageType, to: NodeId): Draft<Message> {
  return {
    type,
    to,
    from: NO_NODE,
    term: NO_TERM,
    logTerm: NO_TERM,
    index: NO_INDEX,
    entries: NO_ENTRIES,
    commit: NO_INDEX,
    vote: NO_NODE,
    snapshot: null,
    reject: false,
    rejectHint: NO_INDEX,
    context: null,
    responses: NO_MESSAGES,
  };
}
