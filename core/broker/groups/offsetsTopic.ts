import type { LeaderEpoch, NodeId, Offset } from "../../base/ids.ts";
import type { ErrorCode } from "../../wire/errorCode.ts";

/** The internal topic that keeps what groups have committed, and what the groups are. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** What a group coordinator needs of that topic and of the cluster. */
export interface OffsetsTopic {
  readonly self: NodeId;
  /** Null until the topic exists. */
  readonly partitionCount: number | null;
  /** Whether the cluster has this partition of whatever topic, so that offsets of it may be kept. */
  hasPartition(topic: string, partition: number): boolean;
  /** The controller is to make the topic; asked again, nothing more happens. */
  requestCreation(): void;
  /** As the committed metadata says; null, or NO_NODE as the leader, while nobody leads. */
  leaderOf(partition: number): PartitionLeader | null;
  /** Null unless this broker leads the partition. */
  read(partition: number): LedLog | null;
  append(partition: number, batch: Uint8Array): Appended;
  /** What became of appended records, as for a produce with acks=all; null while it is open. */
  outcome(partition: number, leaderEpoch: LeaderEpoch, lastOffset: Offset): ErrorCode | null;
}

export interface PartitionLeader {
  readonly leader: NodeId;
  readonly leaderEpoch: LeaderEpoch;
  readonly host: string;
  readonly port: number;
}

export interface LedLog {
  readonly leaderEpoch: LeaderEpoch;
  /** Everything that earlier leaders may have committed is known to be committed. */
  readonly isComplete: boolean;
  readonly batches: Iterable<Uint8Array>;
}

export type Appended =
  | { readonly ok: true; readonly leaderEpoch: LeaderEpoch; readonly lastOffset: Offset }
  | { readonly ok: false; readonly errorCode: ErrorCode };

/** The leader of this partition coordinates the group. The hash is Java's of a string. */
export function partitionOfGroup(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let at = 0; at < groupId.length; at++) {
    hash = (Math.imul(31, hash) + groupId.charCodeAt(at)) | 0;
  }
  return (hash & 0x7fff_ffff) % partitionCount;
}
