import type { NodeId } from "../base/ids.ts";
import type { Message } from "../raft/message.ts";
import type { DiskCompletion, DiskOperation } from "../wal/disk.ts";
import type { Request, Response } from "../wire/request.ts";
import type { BrokerEvent } from "./event.ts";

/**
 * A broker is a function: `step(input, nowUs)` changes it, `takeOutputs()` says what it wants done.
 * It never waits, never asks the time and never rolls a die.
 */
export type BrokerInput =
  /** Comes every `tickUs`: the only clock that Raft knows. */
  | { readonly kind: "tick" }
  | { readonly kind: "peerMessage"; readonly from: NodeId; readonly message: PeerMessage }
  | {
      readonly kind: "clientRequest";
      readonly connection: number;
      readonly correlationId: number;
      readonly request: Request;
    }
  | { readonly kind: "diskCompletion"; readonly completion: DiskCompletion }
  /** A person makes this node start an election at once. */
  | { readonly kind: "timeOut" }
  /** A person wants a snapshot of the metadata, whatever has been applied since the last one. */
  | { readonly kind: "takeSnapshot" };

export type BrokerOutput =
  | { readonly kind: "send"; readonly to: NodeId; readonly message: PeerMessage }
  /** There is none for a produce with acks=0. */
  | {
      readonly kind: "reply";
      readonly connection: number;
      readonly correlationId: number;
      readonly response: Response;
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
