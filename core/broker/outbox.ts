import { assert, unreachable } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";
import type { DiskOperation } from "../wal/disk.ts";
import type { Request, Response } from "../wire/request.ts";
import type { Message } from "../raft/message.ts";
import type { BrokerEvent } from "./event.ts";
import type { BrokerOutput } from "./io.ts";

/** Who asked, and so where the answer goes. */
export type Origin =
  /** A client, by a frame. */
  | {
      readonly kind: "client";
      readonly connection: number;
      readonly clientId: string;
      readonly apiVersion: number;
    }
  | { readonly kind: "admin"; readonly connection: number; readonly correlationId: number }
  | { readonly kind: "peer"; readonly from: NodeId; readonly correlationId: number };

/** The connection of a client; null if it was another broker. */
export function connectionOf(origin: Origin): number | null {
  return origin.kind === "peer" ? null : origin.connection;
}

/** Turns answers to clients into frames (`Connections`). */
export interface ClientAnswers {
  answer(connection: number, response: Response): void;
}

const NOTHING: readonly BrokerOutput[] = [];

/** What a broker wants done, in order, until its host takes it. */
export class Outbox {
  /** Ask before making an event: with events off none is ever allocated. */
  readonly wantsEvents: boolean;
  /** Of this node's disk, which every message bears. */
  generation = 0;
  /** Set once there is somebody to turn answers into frames. */
  clients: ClientAnswers | null = null;
  #outputs: BrokerOutput[] = [];
  #lastCorrelationId: number;

  /**
   * Correlation ids are counted from `nowUs`, when the broker started: an answer to a question of
   * its life before, which arrives late, must not pass for one to a question of this life.
   */
  constructor(wantsEvents: boolean, nowUs: number) {
    this.wantsEvents = wantsEvents;
    this.#lastCorrelationId = nowUs;
  }

  sendRaft(group: number, message: Message, toGeneration: number): void {
    const { generation } = this;
    this.#outputs.push({
      kind: "send",
      to: message.to,
      message: { kind: "raft", group, message, generation, toGeneration },
    });
  }

  /** Returns the correlation id, by which the answer will be known. */
  sendRequest(to: NodeId, request: Request): number {
    const correlationId = ++this.#lastCorrelationId;
    this.#outputs.push({
      kind: "send",
      to,
      message: { kind: "request", correlationId, request, generation: this.generation },
    });
    return correlationId;
  }

  answer(origin: Origin, response: Response): void {
    switch (origin.kind) {
      case "client":
        assert(this.clients !== null, "who asked is connected");
        return this.clients.answer(origin.connection, response);
      case "admin": {
        assert(response.api === "admin", "an administrator gets an administrator's answer");
        const { connection, correlationId } = origin;
        this.#outputs.push({ kind: "adminReply", connection, correlationId, response });
        return;
      }
      case "peer": {
        const message = {
          kind: "response",
          correlationId: origin.correlationId,
          response,
        } as const;
        this.#outputs.push({ kind: "send", to: origin.from, message });
        return;
      }
      default:
        unreachable(origin);
    }
  }

  reply(connection: number, frame: Uint8Array): void {
    this.#outputs.push({ kind: "reply", connection, frame });
  }

  disconnect(connection: number, reason: string): void {
    this.#outputs.push({ kind: "disconnect", connection, reason });
  }

  disk(operation: DiskOperation): void {
    this.#outputs.push({ kind: "disk", operation });
  }

  event(event: BrokerEvent): void {
    if (this.wantsEvents) this.#outputs.push({ kind: "event", event });
  }

  get length(): number {
    return this.#outputs.length;
  }

  /** Takes back what was put in since the outbox was that long. */
  retract(length: number): void {
    this.#outputs.length = length;
  }

  take(): readonly BrokerOutput[] {
    if (this.#outputs.length === 0) return NOTHING;
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
