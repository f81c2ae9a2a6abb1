import { assert } from "../base/assert.ts";
import {
  decodeRequest,
  encodeResponse,
  ErrorCode,
  unsupportedVersionResponse,
} from "../wire/index.ts";
import type { ClientRequest, RequestHeader, Response } from "../wire/index.ts";
import type { ClientAnswers, Origin, Outbox } from "./outbox.ts";

/** What is known of one client connection. */
interface Connection {
  /** The request that is being worked on; null while there is none. */
  current: { readonly header: RequestHeader; readonly request: ClientRequest } | null;
  /** Frames that came meanwhile, oldest first. */
  readonly waiting: Uint8Array[];
}

/**
 * The clients of this broker, as connections on which frames come and go. One request of a
 * connection is worked on at a time, and the next is not looked at before the answer has left: so
 * answers leave in the order of the questions, and what a producer sends is appended in its order
 * (Kafka mutes the channel). A host that reads faster than that should stop reading.
 */
export class Connections implements ClientAnswers {
  readonly #out: Outbox;
  readonly #dispatch: (origin: Origin, request: ClientRequest) => void;
  readonly #connections = new Map<number, Connection>();
  /** Those that have become free while frames were waiting. */
  #free: number[] = [];

  constructor(out: Outbox, dispatch: (origin: Origin, request: ClientRequest) => void) {
    this.#out = out;
    this.#dispatch = dispatch;
  }

  frame(id: number, frame: Uint8Array): void {
    let connection = this.#connections.get(id);
    if (connection === undefined) {
      connection = { current: null, waiting: [] };
      this.#connections.set(id, connection);
    }
    if (connection.current !== null) connection.waiting.push(frame);
    else this.#take(id, connection, frame);
  }

  disconnected(id: number): void {
    this.#connections.delete(id);
  }

  /** Goes on with what has waited for an answer to leave. False if there was nothing to do. */
  run(): boolean {
    if (this.#free.length === 0) return false;
    const free = this.#free;
    this.#free = [];
    for (const id of free) {
      const connection = this.#connections.get(id);
      // An answer at once makes it free again, so a long queue comes back here.
      if (connection === undefined || connection.current !== null) continue;
      const frame = connection.waiting.shift();
      if (frame !== undefined) this.#take(id, connection, frame);
    }
    return true;
  }

  answer(id: number, response: Response): void {
    const connection = this.#connections.get(id);
    // It was closed meanwhile: nobody waits for this.
    if (connection === undefined) return;
    const { current } = connection;
    assert(current?.header.api === response.api, "the answer is to the question being worked on");
    connection.current = null;
    if (current.request.api === "produce" && current.request.acks === 0) {
      const refusal = refusalOf(response);
      // The only way to tell a producer that asked for no answer (Kafka: KafkaApis).
      if (refusal !== null) return this.#close(id, refusal);
    } else {
      this.#out.reply(id, encodeResponse(current.header, response));
    }
    if (connection.waiting.length > 0) this.#free.push(id);
  }

  #take(id: number, connection: Connection, frame: Uint8Array): void {
    const decoded = decodeRequest(frame);
    if (!decoded.ok) {
      if (decoded.kind === "malformed") {
        const { path, offset, message } = decoded;
        return this.#close(id, `Malformed frame: ${path} at byte ${offset}: ${message}`);
      }
      const { header } = decoded;
      // The one question that a client asks before it knows what it may ask (KIP-511).
      if (header.api !== "apiVersions") {
        const { apiKey, apiVersion } = header;
        return this.#close(id, `Unsupported request: key ${apiKey}, version ${apiVersion}.`);
      }
      this.#out.reply(id, unsupportedVersionResponse(header));
      if (connection.waiting.length > 0) this.#free.push(id);
      return;
    }
    const { header, request } = decoded;
    connection.current = { header, request };
    const { apiVersion } = header;
    if (this.#out.wantsEvents) {
      const { clientId } = header;
      const { api } = request;
      this.#out.event({ kind: "requestReceived", connection: id, api, apiVersion, clientId });
    }
    const clientId = header.clientId ?? "";
    this.#dispatch({ kind: "client", connection: id, clientId, apiVersion }, request);
  }

  #close(id: number, reason: string): void {
    this.#connections.delete(id);
    this.#out.disconnect(id, reason);
    this.#out.event({ kind: "clientDropped", connection: id, reason });
  }
}

/** Why records that nobody waits for were not taken; null if they all were. */
function refusalOf(response: Response): string | null {
  if (response.api !== "produce") return null;
  for (const { topic, partition, errorCode } of response.partitions) {
    if (errorCode === ErrorCode.NONE) continue;
    return `A produce with acks=0 for ${topic}-${partition} was refused with error ${errorCode}.`;
  }
  return null;
}
