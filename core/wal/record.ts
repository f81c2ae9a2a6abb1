import type { Index, LeaderEpoch, NodeId, Offset, Term } from "../base/ids.ts";

/**
 * What a log record can say. The kind is stored as a checksummed field and never guessed from
 * whether a payload happens to decode.
 */
export type WalRecord = EntryRecord | HardStateRecord | ProduceRecord | TruncateReplicaRecord;
export type WalRecordKind = WalRecord["kind"];

/** A raft entry. One at index i replaces every stored entry of its group with an index >= i. */
export interface EntryRecord {
  readonly kind: "entry";
  /** The raft group; 0 is the metadata group. */
  readonly group: number;
  readonly term: Term;
  readonly index: Index;
  readonly entryType: WalEntryType;
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
