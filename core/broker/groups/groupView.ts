import type { PartitionKey } from "../../metadata/clusterMetadata.ts";
import type { Origin } from "../outbox.ts";
import type { OffsetValue } from "./offsetsRecord.ts";

/**
 * Empty: no members. Preparing: members are to join. Completing: they have, and wait for what their
 * leader assigns. Stable: they have that too.
 */
export type GroupState = "empty" | "preparingRebalance" | "completingRebalance" | "stable";

/** A consumer group as pictures show it: nothing here is a copy, and nothing can be changed. */
export interface GroupView {
  readonly groupId: string;
  readonly state: GroupState;
  /** How often its members have come together, from 0. */
  readonly generation: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** Member id; null while there are no members. */
  readonly leader: string | null;
  /** When members that have not joined, or not asked for what is theirs, are given up. */
  readonly phaseDeadlineUs: number;
  /** By member id. */
  readonly members: ReadonlyMap<string, MemberView>;
  /** What was committed, as far as it is replicated. */
  readonly offsets: ReadonlyMap<PartitionKey, CommittedOffset>;
}

export interface MemberView {
  readonly memberId: string;
  /** Of a static member (KIP-345), which may come back under it. */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly sessionTimeoutMs: number;
  /** When its session ends, unless it is heard of before or waits for an answer. */
  readonly sessionDeadlineUs: number;
  /** What the group's leader has assigned, as the clients encode it. */
  readonly assignment: Uint8Array;
  /** Its requests that are not answered yet. */
  readonly joining: Origin | null;
  readonly syncing: Origin | null;
}

export interface CommittedOffset extends OffsetValue {
  readonly topic: string;
  readonly partition: number;
}
