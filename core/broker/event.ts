import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";
import type { MetadataCommand } from "../metadata/command.ts";
import type { EntryType } from "../raft/message.ts";
import type { Role } from "../raft/role.ts";
import type { GroupEvent } from "./groups/groupEvent.ts";
import type { ErrorCode } from "../wire/errorCode.ts";
import type { ClientApi } from "../wire/request.ts";

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
      /** How many of them were below the high watermark: lost by an unclean election. */
      readonly committedCount: number;
    }
  | {
      readonly kind: "produceDecided";
      /** Of the client that asked; null for another broker. */
      readonly connection: number | null;
      readonly topic: string;
      readonly partition: number;
      readonly errorCode: ErrorCode;
      /** Who was asked for the leader, in order; the last one decided, if it knew the partition. */
      readonly steps: readonly LeadershipStep[];
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
    }
  /** A batch of an idempotent producer is in the log already, from `baseOffset` on (KIP-98). */
  | {
      readonly kind: "duplicateFound";
      readonly topic: string;
      readonly partition: number;
      readonly producerId: number;
      readonly baseOffset: Offset;
    }
  /** A consumer was refused records of a partition. */
  | {
      readonly kind: "fetchRefused";
      readonly connection: number | null;
      readonly topic: string;
      readonly partition: number;
      readonly errorCode: ErrorCode;
      readonly steps: readonly LeadershipStep[];
    }
  | {
      readonly kind: "produceForwarded";
      readonly topic: string;
      readonly partition: number;
      readonly to: NodeId;
    }
  | {
      readonly kind: "requestReceived";
      readonly connection: number;
      readonly api: ClientApi;
      readonly apiVersion: number;
      readonly clientId: string | null;
    }
  /** The connection of a client was closed for what it had sent. */
  | { readonly kind: "clientDropped"; readonly connection: number; readonly reason: string }
  /** The controller wants another leader; 0: nobody, the partition is offline. */
  | {
      readonly kind: "leaderProposed";
      readonly topic: string;
      readonly partition: number;
      readonly from: NodeId;
      readonly leader: NodeId;
      /** From outside the ISR: what only the others had is lost. */
      readonly unclean: boolean;
      /** "leaderLost": nobody alive leads; "preferred": leadership goes back to the first replica. */
      readonly cause: "leaderLost" | "preferred";
    }
  /** Committed batches are durable in a segment of the partition: the log needs them no more. */
  | {
      readonly kind: "batchesFlushed";
      readonly topic: string;
      readonly partition: number;
      /** The first record of these, and the one behind the last. */
      readonly fromOffset: Offset;
      readonly toOffset: Offset;
      readonly file: string;
    }
  /** This node keeps no copy of the partition any more. */
  | { readonly kind: "replicaRemoved"; readonly topic: string; readonly partition: number }
  | GroupEvent;

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

/** What one source of leadership had to say; null: it does not know the partition. */
export interface LeadershipStep {
  readonly source: LeadershipSourceName;
  readonly leader: NodeId | null;
}

/** Where a produce request's leadership was looked up, in this order. */
export type LeadershipSourceName = "raftGroup" | "metadata" | "standalone";
