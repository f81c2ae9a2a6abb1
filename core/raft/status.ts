import type { Index, NodeId, Term } from "../base/ids.ts";
import type { ConfState } from "./message.ts";
import type { Progress, ProgressState } from "./progress.ts";
import type { Raft } from "./raft.ts";
import type { Role } from "./role.ts";
import { confStateOfGroup } from "./tracker.ts";

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
  readonly state: ProgressState;
  /** True while the leader waits for an answer before it sends more. */
  readonly paused: boolean;
  /** Index of the snapshot that is under way; 0 in the other states. */
  readonly pendingSnapshot: Index;
  readonly inflightMessages: number;
  /** Nothing more is sent there until an answer comes, but for empty messages. */
  readonly inflightFull: boolean;
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
  /** Whom this leader hands its office to; 0 if it keeps it. */
  readonly leadTransferee: NodeId;
  /** Up to here the log may hold a membership change that is not applied; a leader waits for it. */
  readonly pendingConfIndex: Index;
  /** Votes of the current (pre-)election so far, in ascending id. */
  readonly votes: { readonly granted: readonly NodeId[]; readonly rejected: readonly NodeId[] };
  /** In ascending id; empty unless this node leads, for nobody else knows. */
  readonly progress: readonly ProgressStatus[];
}

export function basicStatusOf(r: Raft): BasicStatus {
  const { id, term, vote, lead, role, log } = r;
  return { id, term, vote, lead, role, commit: log.committed, applied: log.applied };
}

export function statusOf(r: Raft): RaftStatus {
  const votes = [...r.tracker.votes].sort(([a], [b]) => a - b);
  return {
    ...basicStatusOf(r),
    randomizedElectionTimeoutTicks: r.randomizedElectionTimeoutTicks,
    electionElapsedTicks: r.electionElapsedTicks,
    heartbeatElapsedTicks: r.heartbeatElapsedTicks,
    firstIndex: r.log.firstIndex(),
    lastIndex: r.log.lastIndex(),
    confState: confStateOfGroup(r.tracker.config),
    leadTransferee: r.leadTransferee,
    pendingConfIndex: r.pendingConfIndex,
    votes: {
      granted: votes.filter(([, vote]) => vote).map(([id]) => id),
      rejected: votes.filter(([, vote]) => !vote).map(([id]) => id),
    },
    progress: r.role === "leader" ? r.tracker.members.map(progressStatusOf) : [],
  };
}

function progressStatusOf(progress: Progress): ProgressStatus {
  return {
    id: progress.id,
    match: progress.match,
    next: progress.next,
    state: progress.state,
    paused: progress.isPaused(),
    pendingSnapshot: progress.pendingSnapshot,
    inflightMessages: progress.inflights.count,
    inflightFull: progress.isWindowFull(),
    recentActive: progress.recentActive,
    learner: progress.isLearner,
  };
}
