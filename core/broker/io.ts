import type { NodeId } from "../base/ids.ts";
import type { Message } from "../raft/message.ts";
import type { DiskCompletion, DiskOperation } from "../wal/disk.ts";
import type { AdminRequest, AdminResponse, Request, Response } from "../wire/request.ts";
import type { BrokerEvent } from "./event.ts";

/**
 * A broker is a function: `step(input, nowUs)` changes it, `takeOutputs()` says what it wants done.
 * It never waits, never asks the time and never rolls a die.
 */
export type BrokerInput =
  /** Comes every `tickUs`: the only clock that Raft knows. */
  | { readonly kind: "tick" }
  | { readonly kind: "peerMessage"; readonly from: NodeId; readonly message: PeerMessage }
  /** One whole frame of a client, its size included. */
  | { readonly kind: "clientFrame"; readonly connection: number; readonly frame: Uint8Array }
  /** The client has closed the connection, or it was lost: nobody waits for its answers. */
  | { readonly kind: "clientDisconnected"; readonly connection: number }
  | {
      readonly kind: "adminRequest";
      readonly connection: number;
      readonly correlationId: number;
      readonly request: AdminRequest;
    }
  | { readonly kind: "diskCompletion"; readonly completion: DiskCompletion }
  /** A person makes this node start an election at once. */
  | { readonly kind: "timeOut" }
  /** A person wants a snapshot of the metadata, whatever has been applied since the last one. */
  | { readonly kind: "takeSnapshot" }
  /** A person holds the Ready loop of the metadata group before this stage, or lets it go on. */
  | { readonly kind: "holdStage"; readonly stage: ReadyStage; readonly on: boolean };

/** What is done with a Ready, in this order; see `ReadyLoop`. */
export type ReadyStage = (typeof READY_STAGES)[number];

export const READY_STAGES = ["send", "persist", "sendAfter", "apply", "advance"] as const;

export type BrokerOutput =
  | { readonly kind: "send"; readonly to: NodeId; readonly message: PeerMessage }
  /**
   * One whole frame for a client, its size included. Replies leave in the order of the requests;
   * there is none for a produce with acks=0.
   */
  | { readonly kind: "reply"; readonly connection: number; readonly frame: Uint8Array }
  /** The connection is to be closed; what is still to come on it is not read. */
  | { readonly kind: "disconnect"; readonly connection: number; readonly reason: string }
  | {
      readonly kind: "adminReply";
      readonly connection: number;
      readonly correlationId: number;
      readonly response: AdminResponse;
    }
  | { readonly kind: "disk"; readonly operation: DiskOperation }
  | { readonly kind: "event"; readonly event: BrokerEvent };

/**
 * What brokers say to each other: Raft's messages, and Kafka requests with their answers.
 * `generation` is that of the sender's disk: what an earlier disk of the same node has promised, a
 * later one may have forgotten (KIP-853 has directory ids for that). `toGeneration` is the
 * receiver's, as far as the sender knows, for the same reason.
 */
export type PeerMessage =
  | {
      readonly kind: "raft";
      /** 0: the metadata log's; otherwise that of a partition. */
      readonly group: number;
      readonly message: Message;
      readonly generation: number;
      readonly toGeneration: number;
    }
  | {
      readonly kind: "request";
      readonly correlationId: number;
      readonly request: Request;
      readonly generation: number;
    }
  | { readonly kind: "response"; readonly correlationId: number; readonly response: Response };
