import type { NodeId, Offset } from "../base/ids.ts";
import type { ErrorCode } from "../wire/errorCode.ts";

/**
 * What clients saw, as plain data. A record is replaced by a new one when something about it
 * changes, never changed in place: the same object means nothing changed.
 */
export interface RequestRecord {
  /** Counts the requests of a run, from 1. */
  readonly id: number;
  readonly client: number;
  /** What the client wanted in the end; all attempts of it share one number. */
  readonly operation: number;
  /** 1 for the first request of its kind within the operation. */
  readonly attempt: number;
  readonly node: NodeId;
  readonly facts: RequestFacts;
  readonly sentAtUs: number;
  /** When it got an answer or was given up; null while it waits. */
  readonly endedAtUs: number | null;
  readonly outcome: RequestOutcome;
}

/** What was asked. */
export type RequestFacts =
  | {
      readonly kind: "produce";
      readonly topic: string;
      readonly partition: number;
      readonly key: string;
      readonly value: string;
      readonly acks: 0 | 1 | -1;
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
  | { readonly kind: "removeNode"; readonly node: NodeId }
  | { readonly kind: "metadata" };

export type RequestOutcome =
  | { readonly kind: "waiting" }
  /** acks=0: nobody will ever answer. */
  | { readonly kind: "sent" }
  | {
      readonly kind: "answered";
      readonly errorCode: ErrorCode;
      /** Of a produce; -1 when it has none. */
      readonly baseOffset: number;
      /** Who leads, or is the controller, as far as the answer says; else `NO_NODE`. */
      readonly leaderHint: NodeId;
      /** Of a fetch. */
      readonly highWatermark: number;
      readonly records: readonly ReadRecord[];
    }
  /** The node is down and refused the connection, or no answer came in time. */
  | { readonly kind: "unanswered"; readonly reason: "refused" | "timedOut" };

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
  readonly kind: "produce" | "consume" | "createTopic" | "repair";
  readonly startedAtUs: number;
  readonly endedAtUs: number | null;
  /** "gaveUp": no attempt succeeded in the time it had, or the only attempt it had failed. */
  readonly state: "running" | "done" | "gaveUp";
}

export interface History {
  /** By `id - 1`. */
  readonly requests: readonly RequestRecord[];
  readonly operations: readonly OperationRecord[];
}
