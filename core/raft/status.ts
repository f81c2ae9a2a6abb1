import type { Index, NodeId, Term } from "../base/ids.ts";
import type { ConfState } from "./message.ts";
import type { Role } from "./role.ts";

/** The figures that every node has, whatever its role. */
export interface BasicStatus {
  readonly id: NodeId;
  readonly term: Term;
  readonly vote: NodeId;
  readonly commit: Index;
  readonly applied: Index;
  readonly lead: NodeId;
  readonly role: Role;
}

/** What a leader knows about one member, itself included. */
export interface ProgressStatus {
  readonly id: NodeId;
  /** Highest index known to be stored there. */
  readonly match: Index;
  /** Index of the next entry to send there. */
  readonly next: Index;
  readonly state: "probe" | "replicate" | "snapshot";
  /** True while the leader waits for an answer before it sends more. */
  readonly paused: boolean;
  /** Index of the snapshot that is under way; 0 in the other states. */
  readonly pendingSnapshot: Index;
  readonly inflightMessages: number;
  /** Heard from since the last CheckQuorum. */
  readonly recentActive: boolean;
  readonly learner: boolean;
}

/** All that a picture of one node needs. Plain data, made anew for each call. */
export interface RaftStatus extends BasicStatus {
  readonly randomizedElectionTimeoutTicks: number;
  readonly electionElapsedTicks: number;
  readonly heartbeatElapsedTicks: number;
  readonly firstIndex: Index;
  readonly lastIndex: Index;
  /** The membership this node acts on: the latest that it has applied. */
  readonly confState: ConfState;
  /** Votes of the current (pre-)election so far, in ascending id. */
  readonly votes: { readonly granted: readonly NodeId[]; readonly rejected: readonly NodeId[] };
  /** In ascending id; empty unless this node leads, for nobody else knows. */
  readonly progress: readonly ProgressStatus[];
}
