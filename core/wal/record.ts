import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";

/**
 * What a log record can say. The kind is stored as a checksummed field and never guessed from
 * whether a payload happens to decode.
 */
export type WalRecord =
  | EntryRecord
  | HardStateRecord
  | ProduceRecord
  | TruncateReplicaRecord
  | OpenReplicaRecord
  | SnapshotRecord
  | LogStartRecord;
export type WalRecordKind = WalRecord["kind"];

/** A raft entry. One at index i replaces every stored entry of its group with an index >= i. */
export interface EntryRecord {
  readonly kind: "entry";
  /** The raft group; 0 is the metadata group. */
  readonly group: number;
  readonly term: Term;
  readonly index: Index;
  readonly entryType: WalEntryType;
  /** What the proposer gave along with the command; null when it gave nothing. */
  readonly context: Uint8Array | null;
  readonly data: Uint8Array;
}
export type WalEntryType = "EntryNormal" | "EntryConfChange" | "EntryConfChangeV2";

/** What raft must remember besides its entries (Raft paper, figure 2). The last one holds. */
export interface HardStateRecord {
  readonly kind: "hardState";
  readonly group: number;
  readonly term: Term;
  readonly vote: NodeId;
  readonly commit: Index;
}

/** A record batch that a partition's log took over, byte for byte. */
export interface ProduceRecord {
  readonly kind: "produce";
  readonly topic: string;
  readonly partition: number;
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly recordCount: number;
  readonly leaderEpoch: LeaderEpoch;
  readonly batch: Uint8Array;
}

/** A follower dropped every record of a partition from `toOffset` on (KIP-101). */
export interface TruncateReplicaRecord {
  readonly kind: "truncateReplica";
  readonly topic: string;
  readonly partition: number;
  readonly toOffset: Offset;
}

/**
 * The records of a partition that follow are of that topic; those before, if they are of another one,
 * belong to a deleted topic of the same name. It stands before the first record of a partition in
 * every segment of the log that has one, so that no record is ever without it.
 */
export interface OpenReplicaRecord {
  readonly kind: "openReplica";
  readonly topic: string;
  readonly partition: number;
  /** 32 hex digits. */
  readonly topicId: string;
}

/** A snapshot file holds the state of a group up to an entry: what it says may leave the log. */
export interface SnapshotRecord {
  readonly kind: "snapshot";
  readonly group: number;
  /** The last entry that the snapshot covers, and its term. */
  readonly index: Index;
  readonly term: Term;
  /**
   * True when it came from the leader: it replaces the whole log of the group. False when it was
   * taken here: the entries behind `index` stay.
   */
  readonly installed: boolean;
}

/**
 * The first record of every segment: the log begins with `segment`, and what was before is gone on
 * purpose. Without it a lost file could not be told from one that was removed.
 */
export interface LogStartRecord {
  readonly kind: "logStart";
  readonly segment: number;
  /**
   * How many of the records that follow at once repeat what older segments say, so that these may
   * go. The segment is as good as not begun when one of them is missing.
   */
  readonly carriedCount: number;
}
