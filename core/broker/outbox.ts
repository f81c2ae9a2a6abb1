import type { NodeId } from "../base/ids.ts";
import type { DiskOperation } from "../wal/disk.ts";
import type { Request, Response } from "../wire/request.ts";
import type { Message } from "../raft/message.ts";
import type { BrokerEvent } from "./event.ts";
import type { BrokerOutput } from "./io.ts";

/** Who asked, and so where the answer goes. */
export type Origin =
  | { readonly kind: "client"; readonly connection: number; readonly correlationId: number }
  | { readonly kind: "peer"; readonly from: NodeId; readonly correlationId: number };

const NOTHING: readonly BrokerOutput[] = [];

/** What a broker wants done, in order, until its host takes it. */
export class Outbox {
  /** Ask before making an event: with events off none is ever allocated. */
  readonly wantsEvents: boolean;
  /** Of this node's disk, which every message bears. */
  generation = 0;
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

  sendRaft(message: Message, toGeneration: number): void {
    const { generation } = this;
    this.#outputs.push({
      kind: "send",
      to: message.to,
      message: { kind: "raft", message, generation, toGeneration },
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
    const { correlationId } = origin;
    if (origin.kind === "client") {
      const { connection } = origin;
      this.#outputs.push({ kind: "reply", connection, correlationId, response });
    } else {
      const message = { kind: "response", correlationId, response } as const;
      this.#outputs.push({ kind: "send", to: origin.from, message });
    }
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
