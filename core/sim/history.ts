import type { NodeId, Offset } from "../base/ids.ts";
import type { ErrorCode } from "../wire/errorCode.ts";
import type { AdminCommand, AdminResult, ClientApi } from "../wire/request.ts";

/**
 * What clients saw, as plain data. A record is replaced by a new one when something about it
 * changes, never changed in place: the same object means nothing changed.
 */
export interface RequestRecord {
  /** Counts the requests of a run, from 1. */
  readonly id: number;
  readonly client: number;
  /** What the client wanted in the end; all attempts of it share one number. 0: nothing single. */
  readonly operation: number;
  /** 1 for the first request of its kind within the operation. */
  readonly attempt: number;
  readonly node: NodeId;
  readonly facts: RequestFacts;
  readonly sentAtUs: number;
  /** When it got an answer or was given up; null while it waits. */
  readonly endedAtUs: number | null;
  readonly outcome: RequestOutcome;
  /** Null before it was sent, for an admin command, and for what no person asked for. */
  readonly frames: RequestFrames | null;
}

/** A request and its answer as they went over the wire. */
export interface RequestFrames {
  readonly api: ClientApi;
  readonly apiVersion: number;
  readonly request: Uint8Array;
  /** Null until it has come. */
  readonly answer: Uint8Array | null;
}

/** What was asked. Heartbeats and the fetches of running consumers are not told. */
export type RequestFacts =
  | {
      readonly kind: "produce";
      /** The first of the request. */
      readonly topic: string;
      readonly partition: number;
      readonly key: string | null;
      readonly value: string;
      readonly acks: 0 | 1 | -1;
      readonly recordCount: number;
      readonly partitionCount: number;
    }
  | {
      readonly kind: "fetch";
      readonly topic: string;
      readonly partition: number;
      readonly fetchOffset: Offset;
    }
  | {
      readonly kind: "createTopics";
      readonly topic: string;
      readonly partitionCount: number;
      readonly replicationFactor: number;
    }
  | { readonly kind: "admin"; readonly command: AdminCommand }
  | { readonly kind: "group"; readonly api: GroupApi; readonly group: string }
  | { readonly kind: "metadata" | "initProducerId" | "listOffsets" };

export type GroupApi = Extract<
  ClientApi,
  "findCoordinator" | "joinGroup" | "syncGroup" | "leaveGroup" | "offsetCommit" | "offsetFetch"
>;

export type RequestOutcome =
  | { readonly kind: "waiting" }
  /** acks=0: nobody will ever answer. */
  | { readonly kind: "sent" }
  | {
      readonly kind: "answered";
      readonly errorCode: ErrorCode;
      /** What the broker said to it in words, if it did. */
      readonly errorMessage: string | null;
      /** Of a produce; -1 when it has none. */
      readonly baseOffset: number;
      /** Who leads, or is the controller, as far as the answer says; else `NO_NODE`. */
      readonly leaderHint: NodeId;
      /** Of a fetch. */
      readonly highWatermark: number;
      readonly records: readonly ReadRecord[];
      /** Of an admin command. */
      readonly result: AdminResult | null;
    }
  | { readonly kind: "unanswered"; readonly reason: Unanswered };

/**
 * "refused": the node is down and took no connection. "timedOut": no answer came in time, and the
 * client closed the connection. "closed": the connection ended before the answer came.
 */
export type Unanswered = "refused" | "timedOut" | "closed";

/** One record as a consumer read it. */
export interface ReadRecord {
  readonly offset: number;
  readonly leaderEpoch: number;
  readonly key: string;
  readonly value: string;
}

/** What a client set out to do, over all its attempts. */
export interface OperationRecord {
  /** Counts the operations of a run, from 1. */
  readonly id: number;
  readonly client: number;
  readonly kind: "produce" | "consume" | "createTopic" | "repair" | "admin";
  readonly startedAtUs: number;
  readonly endedAtUs: number | null;
  /** "gaveUp": no attempt succeeded in the time it had, or the only attempt it had failed. */
  readonly state: "running" | "done" | "gaveUp";
}

/** A record that a client was told is safe, as safe as the acks that it asked for. */
export interface AcknowledgedRecord {
  readonly client: number;
  readonly topic: string;
  readonly partition: number;
  /** -1 if the broker knew it for a repetition without knowing where it is. */
  readonly offset: number;
  readonly key: string | null;
  /** "c2-17" for the 17th record that producer c2 made. */
  readonly value: string;
  readonly acks: 1 | -1;
  readonly idempotent: boolean;
  readonly atUs: number;
}

/** A record of which its client knows nothing in the end: it may be in the log, or not. */
export interface UnacknowledgedRecord {
  readonly client: number;
  readonly topic: string;
  readonly partition: number;
  readonly value: string;
  readonly idempotent: boolean;
  readonly reason: "acks0" | "failed";
  readonly atUs: number;
}

/** What one answer brought to a running consumer: values at consecutive offsets. */
export interface ReadRun {
  readonly client: number;
  readonly group: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  readonly values: readonly string[];
  readonly atUs: number;
}

/** A running consumer's next read of a partition is at this offset, wherever it was before. */
export interface Seek {
  readonly client: number;
  readonly group: string | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** "truncated": the broker's log has left what the consumer had read (KIP-320). */
  readonly cause: "start" | "committed" | "outOfRange" | "truncated";
  /** When it asked the broker for it. */
  readonly askedAtUs: number;
  readonly atUs: number;
}

/** A commit that the coordinator has confirmed. */
export interface CommittedOffset {
  readonly client: number;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly atUs: number;
}

/** A read that did not reach what had been acknowledged by all before it was asked. */
export interface StaleRead {
  readonly client: number;
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: number;
  /** The offset behind the last record acknowledged with acks=all. */
  readonly acknowledgedEnd: number;
  readonly atUs: number;
}

/** All lists are in the order of time. */
export interface History {
  /** In order of id, without gaps; the oldest are forgotten some day. */
  readonly requests: readonly RequestRecord[];
  /** By `id - 1`. */
  readonly operations: readonly OperationRecord[];
  readonly acknowledged: readonly AcknowledgedRecord[];
  readonly unacknowledged: readonly UnacknowledgedRecord[];
  readonly reads: readonly ReadRun[];
  readonly seeks: readonly Seek[];
  readonly commits: readonly CommittedOffset[];
  readonly staleReads: readonly StaleRead[];
}
