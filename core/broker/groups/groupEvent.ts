import type { LeaderEpoch } from "../../base/ids.ts";
import type { ErrorCode } from "../../wire/errorCode.ts";

/** What happened to consumer groups at their coordinator. */
export type GroupEvent =
  /** All members are to join again. */
  | {
      readonly kind: "groupRebalanceBegan";
      readonly groupId: string;
      readonly generation: number;
      readonly reason: RebalanceReason;
      /** Whose doing it was; empty where it was nobody's in particular. */
      readonly memberId: string;
    }
  /** The members have joined and know each other's generation; their leader is to assign. */
  | {
      readonly kind: "groupGenerationFormed";
      readonly groupId: string;
      readonly generation: number;
      readonly leader: string;
      readonly memberIds: readonly string[];
    }
  /** The leader's assignment is replicated, and the members have it. */
  | { readonly kind: "groupAssigned"; readonly groupId: string; readonly generation: number }
  | { readonly kind: "groupEmptied"; readonly groupId: string; readonly generation: number }
  /** A commit of offsets was answered: with no error it is replicated. */
  | {
      readonly kind: "offsetsCommitted";
      readonly groupId: string;
      readonly offsets: readonly {
        readonly topic: string;
        readonly partition: number;
        readonly committedOffset: number;
      }[];
      readonly errorCode: ErrorCode;
    }
  /** This broker has read a partition of the offsets topic, and coordinates its groups now. */
  | {
      readonly kind: "groupsLoaded";
      readonly partition: number;
      readonly leaderEpoch: LeaderEpoch;
      readonly groupCount: number;
    }
  | { readonly kind: "groupsUnloaded"; readonly partition: number };

export type RebalanceReason =
  | "memberJoined"
  | "memberRejoined"
  | "memberLeft"
  | "sessionEnded"
  | "assignmentNotFetched"
  | "assignmentNotStored";
