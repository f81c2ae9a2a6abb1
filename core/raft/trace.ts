import type { Index, NodeId, Term } from "../base/ids.ts";
import type { ConfChangeV2 } from "./confChange.ts";
import type { ConfState, MessageType } from "./message.ts";
import type { Role } from "./role.ts";

/**
 * Receives what a node does, as it does it. Without a sink nothing is built. An event is a plain
 * record that stays as it is, so that it may be kept, compared or sent elsewhere; traceText.ts
 * prints it as etcd's log line.
 */
export interface RaftTrace {
  event(event: RaftEvent): void;
}

export type RaftEvent =
  | RoleEvent
  | TermEvent
  | ElectionEvent
  | ProposalEvent
  | ReplicationEvent
  | SnapshotEvent
  | LogEvent
  | TransferEvent
  | MembershipEvent
  | ReadEvent;

/** One event type for each kind: `node` is where it happened. */
type At<Kind extends string, Fields = unknown> = Kind extends string
  ? { readonly kind: Kind; readonly node: NodeId } & Readonly<Fields>
  : never;

/** What a node is (Raft paper, figure 4). */
type RoleEvent =
  /** The node was made from what it had stored. */
  | At<
      "started",
      {
        voters: readonly NodeId[];
        term: Term;
        commit: Index;
        applied: Index;
        lastIndex: Index;
        lastTerm: Term;
      }
    >
  | At<"becameFollower" | "becamePreCandidate" | "becameCandidate" | "becameLeader", { term: Term }>
  /** A leader did not hear from a quorum for an election timeout (CheckQuorum, thesis 6.2). */
  | At<"lostQuorum">
  /** A follower was told to act as if it knew no leader. */
  | At<"leaderForgotten", { term: Term; lead: NodeId }>
  /** It was not, for a lease lets reads rest on that leader. */
  | At<"forgetLeaderIgnored">;

/** What a message's term, here `messageTerm`, makes of it (Raft paper, section 5.1). */
type TermEvent =
  | At<
      "higherTermReceived" | "lowerTermIgnored",
      { term: Term; type: MessageType; from: NodeId; messageTerm: Term }
    >
  /** Entries reached the disk in an older term: a newer leader may be replacing them. */
  | At<"lowerTermAppendIgnored", { term: Term; messageTerm: Term }>;

/** A request for a vote, and what the node that is asked goes by (Raft paper, section 5.4.1). */
export interface Ballot {
  readonly type: MessageType;
  readonly from: NodeId;
  /** Where the candidate's log ends. */
  readonly candidateTerm: Term;
  readonly candidateIndex: Index;
  /** Where the log of the node that is asked ends, whom it voted for, and its term. */
  readonly lastTerm: Term;
  readonly lastIndex: Index;
  readonly vote: NodeId;
  readonly term: Term;
}

/** How a leader is chosen (Raft paper, section 5.2). */
type ElectionEvent =
  | At<"electionStarted", { term: Term }>
  /** A MsgHup found a leader, or a node that may not stand, or one that may not know who votes. */
  | At<"hupIgnored" | "campaignUnpromotable">
  | At<"campaignPendingConfChange", { term: Term }>
  /** A pre-vote was won by a node that has meanwhile lost the right to stand; it stands. */
  | At<"campaignedUnpromotable">
  | At<
      "voteRequested",
      { type: MessageType; to: NodeId; term: Term; lastTerm: Term; lastIndex: Index }
    >
  | At<"voteCast" | "voteRejected", Ballot>
  /** The asked node heard from its leader so lately that nobody else is needed (thesis 4.2.3). */
  | At<"voteIgnored", Ballot & { leaseTicks: number }>
  | At<"voteReceived", { type: MessageType; from: NodeId; rejected: boolean; term: Term }>
  /** A request for a vote, or its refusal, told what is committed (raft-rs). */
  | At<"commitLearned", { commit: Index; commitTerm: Term }>
  | At<"votesCounted", { type: MessageType; granted: number; rejected: number }>;

/** Why a proposal went no further. */
type ProposalEvent =
  | At<"proposalWithoutLeader", { term: Term }>
  | At<"proposalNotForwarded", { term: Term; lead: NodeId }>
  /** The payload of a leader's entries that are not committed yet has reached its limit. */
  | At<"proposalOverLimit">
  /** A leader that hands over its office takes on nothing new (thesis 3.10). */
  | At<"proposalDuringTransfer", { term: Term; transferee: NodeId }>;

/** A change in what a leader knows of a member. */
export type PeerProgressKind =
  | "progressDecreased"
  /** Only a snapshot can help the member, so that nothing else is sent until it is there. */
  | "replicationPaused"
  /** The member's log again reaches to where the leader's begins, whichever way that came about. */
  | "replicationResumed"
  | "peerUnreachable"
  /** The host tells the leader what became of a snapshot that it carried. */
  | "snapshotSucceeded"
  | "snapshotFailed";

/** A leader's Progress of a member, in its printed form of that moment: it changes all the time. */
interface PeerProgress {
  readonly peer: NodeId;
  readonly progress: string;
}

/** How the leader's log reaches the others (Raft paper, section 5.3). */
type ReplicationEvent =
  | At<PeerProgressKind, PeerProgress>
  /** A message from, or about, a node that is no member. */
  | At<"progressMissing", { peer: NodeId }>
  /** A follower's log has `ownTerm` where the leader's has `logTerm`; 0 if it ends before. */
  | At<"appendRejected", { from: NodeId; index: Index; logTerm: Term; ownTerm: Term }>
  /** The leader hears of that; the hint says where the logs may meet. */
  | At<"rejectionReceived", { from: NodeId; index: Index; hintIndex: Index; hintTerm: Term }>;

export interface SnapshotPosition {
  readonly snapshotIndex: Index;
  readonly snapshotTerm: Term;
}

/** How a snapshot replaces what the leader's log no longer has (Raft paper, section 7). */
type SnapshotEvent =
  /** A follower wants one that reaches `index`, whatever its log has (raft-rs). */
  | At<"snapshotRequested", { index: Index }>
  /** Why the leader sends none yet. */
  | At<"snapshotPeerInactive" | "snapshotUnavailable", { peer: NodeId }>
  | At<"snapshotSent", SnapshotPosition & PeerProgress & { firstIndex: Index; commit: Index }>
  /** A follower begins to replace its log, which is printed as etcd prints it. */
  | At<
      "logRestoreStarted",
      SnapshotPosition & {
        committed: Index;
        applied: Index;
        applying: Index;
        unstableOffset: Index;
        unstableOffsetInProgress: Index;
        unstableCount: number;
      }
    >
  /** It has replaced its log, or found that it had all of the entries and needs only to commit. */
  | At<
      "logRestored" | "commitFastForwarded",
      SnapshotPosition & { commit: Index; lastIndex: Index; lastTerm: Term }
    >
  /** The outcome of a MsgSnap. */
  | At<"snapshotRestored" | "snapshotIgnored", SnapshotPosition & { commit: Index }>
  /** No correct group comes to this: a stranger is sent a snapshot. */
  | At<"snapshotLacksNode", { confState: ConfState }>;

/** What a node's log does with entries. */
type LogEvent =
  /** The leader's entry has another term than the one that stands there. */
  | At<"conflictFound", { index: Index; existingTerm: Term; conflictingTerm: Term }>
  /** Unstable entries from `index` on give way to the leader's. */
  | At<"unstableReplaced" | "unstableTruncated", { index: Index }>
  /** A write is done, but what was written is no longer what the log has there. */
  | At<"stableEntryMissing" | "stableEntryInSnapshot", { index: Index }>
  | At<"stableEntryMismatched", { index: Index; term: Term; ownTerm: Term }>;

/** How a leader hands over its office (thesis 3.10). */
type TransferEvent =
  | At<"transferStarted" | "transferAborted", { term: Term; transferee: NodeId }>
  /** A transfer to that very node is under way. */
  | At<"transferRepeated", { term: Term; transferee: NodeId }>
  /** It was asked for the leader itself, for a learner, or where no leader is known. */
  | At<"transferToSelf" | "transferToLearner">
  | At<"transferWithoutLeader", { term: Term }>
  /** The transferee, whose log is complete at once or after `transferCaughtUp`, is told to stand. */
  | At<"transferUpToDate" | "transferCaughtUp", { transferee: NodeId }>
  /** The transferee stands for election, unless it does so already. */
  | At<"timeoutNowReceived", { term: Term; from: NodeId }>
  | At<"timeoutNowIgnored", { term: Term; role: Role; from: NodeId }>;

/** Why a leader puts an empty entry in the place of a proposed change. */
export type ConfChangeRefusal =
  /** One change at a time: an earlier one at `pendingIndex` may not be applied yet. */
  | { readonly kind: "unapplied"; readonly pendingIndex: Index; readonly applied: Index }
  /** A joint configuration has to be left first; or there is none that could be left. */
  | { readonly kind: "joint" | "notJoint" }
  /** No node could apply it. */
  | { readonly kind: "illegal"; readonly error: string };

/** How the group changes (thesis 4). `config` is a configuration in its printed form. */
type MembershipEvent =
  /** The node acts on this membership from now on. */
  | At<"configSwitched", { config: string }>
  | At<"confChangeIgnored", ConfChangeV2 & { config: string; refusal: ConfChangeRefusal }>
  /** A leader proposes to leave a joint configuration that asks for it, or could not propose it. */
  | At<"autoLeaveProposed" | "autoLeaveDropped", { config: string }>;

/** Linearizable reads (thesis 6.4). */
type ReadEvent =
  | At<"readIndexWithoutLeader", { term: Term }>
  /** An answer that does not carry exactly one request. */
  | At<"readIndexMalformed", { from: NodeId; entryCount: number }>;
