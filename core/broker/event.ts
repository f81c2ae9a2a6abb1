import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { EntryType } from "../raft/message.ts";
import type { Role } from "../raft/role.ts";
import type { ErrorCode } from "../wire/errorCode.ts";

/**
 * What happened inside a broker, in the past tense. The only source of the page's sentences: what
 * is not an event is not said. Emitted only when the host asked for them (`events: true`).
 */
export type BrokerEvent =
  | {
      readonly kind: "roleChanged";
      readonly from: Role;
      readonly to: Role;
      readonly term: Term;
      readonly cause: RoleCause;
    }
  | { readonly kind: "termRaised"; readonly from: Term; readonly to: Term }
  | { readonly kind: "leaderLearned"; readonly leader: NodeId; readonly term: Term }
  | {
      readonly kind: "voteGranted";
      readonly candidate: NodeId;
      readonly term: Term;
      readonly preVote: boolean;
    }
  | {
      readonly kind: "voteRefused";
      readonly candidate: NodeId;
      readonly term: Term;
      readonly preVote: boolean;
      readonly reason: VoteRefusal;
    }
  | {
      readonly kind: "entryProposed";
      readonly index: Index;
      readonly term: Term;
      readonly entryType: EntryType;
      /** Null for a leader's empty entry, and for a membership change. */
      readonly command: MetadataCommand | null;
    }
  /** Entries from this index on were replaced by a leader's (Raft paper, section 5.3). */
  | { readonly kind: "logTruncated"; readonly fromIndex: Index; readonly toIndex: Index }
  | { readonly kind: "committed"; readonly from: Index; readonly to: Index }
  | {
      readonly kind: "commandApplied";
      readonly index: Index;
      readonly command: MetadataCommand;
      readonly noOpReason: string | null;
    }
  | {
      readonly kind: "readyTaken";
      readonly number: number;
      readonly entryCount: number;
      readonly mustSync: boolean;
    }
  | { readonly kind: "readyAdvanced"; readonly number: number }
  | {
      readonly kind: "writeStarted";
      readonly operation: number;
      readonly bytes: number;
      readonly sync: boolean;
    }
  | { readonly kind: "writeCompleted"; readonly operation: number }
  | {
      readonly kind: "recovered";
      readonly entryCount: number;
      readonly term: Term;
      readonly vote: NodeId;
      readonly commit: Index;
      /** Last entry of the snapshot that the log goes on from; 0 without one. */
      readonly snapshotIndex: Index;
      readonly segmentCount: number;
      readonly recordCount: number;
      readonly cutBytes: number;
      /** Snapshots that cannot be read, and that nothing rests on. */
      readonly ignored: readonly { readonly file: string; readonly reason: string }[];
    }
  /** The disk must not be served from. */
  | { readonly kind: "damageFound"; readonly sentence: string }
  | { readonly kind: "segmentStarted"; readonly segment: number }
  /** Segments `from` to `to` of the log are needed by nobody any more. */
  | { readonly kind: "segmentsRemoved"; readonly from: number; readonly to: number }
  | { readonly kind: "diskFull" }
  | { readonly kind: "diskSpaceReturned" }
  /** It is durable. */
  | {
      readonly kind: "snapshotTaken";
      readonly index: Index;
      readonly term: Term;
      readonly sizeBytes: number;
    }
  | {
      readonly kind: "snapshotInstalled";
      readonly index: Index;
      readonly term: Term;
      readonly from: NodeId;
    }
  | { readonly kind: "snapshotSent"; readonly to: NodeId; readonly index: Index }
  | { readonly kind: "snapshotSendFailed"; readonly to: NodeId }
  /** Of the Raft group, as of the change that was just applied. */
  | {
      readonly kind: "membershipChanged";
      readonly voters: readonly NodeId[];
      readonly learners: readonly NodeId[];
    }
  | { readonly kind: "joinAsked"; readonly generation: number }
  | { readonly kind: "stopped"; readonly reason: string }
  | {
      readonly kind: "partitionLeaderChanged";
      readonly topic: string;
      readonly partition: number;
      readonly from: NodeId;
      readonly to: NodeId;
      readonly leaderEpoch: LeaderEpoch;
    }
  | {
      readonly kind: "isrChanged";
      readonly topic: string;
      readonly partition: number;
      readonly from: readonly NodeId[];
      readonly to: readonly NodeId[];
    }
  | {
      readonly kind: "isrProposed";
      readonly topic: string;
      readonly partition: number;
      readonly isr: readonly NodeId[];
      readonly reason: string;
    }
  | { readonly kind: "brokerSessionEnded"; readonly broker: NodeId }
  | {
      readonly kind: "recordsAppended";
      readonly topic: string;
      readonly partition: number;
      readonly baseOffset: Offset;
      readonly lastOffset: Offset;
      readonly asLeader: boolean;
    }
  | {
      readonly kind: "highWatermarkAdvanced";
      readonly topic: string;
      readonly partition: number;
      readonly from: Offset;
      readonly to: Offset;
      readonly asLeader: boolean;
    }
  /** A follower cut what its leader does not have (KIP-101, KIP-279). */
  | {
      readonly kind: "replicaTruncated";
      readonly topic: string;
      readonly partition: number;
      readonly fromOffset: Offset;
      readonly toOffset: Offset;
    }
  | {
      readonly kind: "produceDecided";
      readonly topic: string;
      readonly partition: number;
      readonly errorCode: ErrorCode;
      readonly source: LeadershipSourceName;
      readonly leader: NodeId;
    }
  | {
      readonly kind: "produceWaiting";
      readonly topic: string;
      readonly partition: number;
      readonly lastOffset: Offset;
      readonly acks: 1 | -1;
    }
  | {
      readonly kind: "produceAnswered";
      readonly topic: string;
      readonly partition: number;
      readonly errorCode: ErrorCode;
      readonly baseOffset: number;
    };

/** Why a role changed, as far as a person asks. */
export type RoleCause =
  | "electionTimeout"
  | "askedToTimeOut"
  | "preVoteWon"
  | "electionWon"
  | "electionLost"
  | "higherTerm"
  | "leaderFound"
  | "quorumLost";

export type VoteRefusal = "alreadyVoted" | "logNotUpToDate" | "leaderStillHeard" | "staleTerm";

/** Where a produce request's leadership was looked up, in this order. */
export type LeadershipSourceName = "raftGroup" | "metadata" | "standalone";
