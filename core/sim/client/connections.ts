import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import type { BrokerInput } from "../../broker/index.ts";
import { decodeResponse, peekCorrelationId } from "../../wire/index.ts";
import type { AdminResponse } from "../../wire/index.ts";
import type { ClientWorld } from "../clientSide.ts";
import { isAnswered } from "../network.ts";
import type { ClientFrame, ClientPayload } from "../network.ts";

/** What a reply will be an answer to: without it nobody could read the reply. */
type Asked = Pick<ClientFrame, "api" | "apiVersion" | "request">;

/** One connection, as far as the world must know it to carry what is sent on it. */
interface Connection {
  readonly id: number;
  readonly client: number;
  readonly node: NodeId;
  /** The life of the broker that has taken it; null until the first frame is there. */
  incarnation: number | null;
  /** Closed by the broker, or gone with it: nothing more is taken from it. */
  isClosed: boolean;
  /** By correlation id. */
  readonly asked: Map<number, Asked>;
}

type Carriers = Pick<ClientWorld, "toBroker" | "toClient" | "acknowledged">;

/**
 * The connections between clients and brokers. A connection is gone with the process at either end:
 * the other side learns of it after one way, and what was still on its way on it is nobody's.
 */
export class Connections {
  readonly #carriers: Carriers;
  readonly #connections = new Map<number, Connection>();
  /** Of what broke under way: the life of the broker that does not know yet. */
  readonly #broken = new Map<number, number>();
  #count = 0;

  constructor(carriers: Carriers) {
    this.#carriers = carriers;
  }

  connect(client: number, node: NodeId): number {
    const id = ++this.#count;
    const asked = new Map<number, Asked>();
    this.#connections.set(id, { id, client, node, incarnation: null, isClosed: false, asked });
    return id;
  }

  /** A client sends something. */
  send(payload: ClientPayload): void {
    const connection = this.#connections.get(payload.connection);
    if (connection === undefined) return;
    if (payload.kind === "clientFrame" && isAnswered(payload.request)) {
      const { api, apiVersion, request } = payload;
      connection.asked.set(payload.correlationId, { api, apiVersion, request });
    }
    this.#carriers.toBroker(connection.client, connection.node, payload);
  }

  /** Something of a client has come to a broker that runs; null if it is not for this life of it. */
  accept(payload: ClientPayload, incarnation: number): BrokerInput | null {
    if (payload.kind === "connectionClosed" && this.#broken.has(payload.connection)) {
      return this.#learnsOfBreak(payload.connection, incarnation);
    }
    const connection = this.#connections.get(payload.connection);
    if (connection === undefined || connection.isClosed) return null;
    connection.incarnation ??= incarnation;
    if (connection.incarnation !== incarnation) return null;
    const { id } = connection;
    switch (payload.kind) {
      case "clientFrame":
        return { kind: "clientFrame", connection: id, frame: payload.frame };
      case "adminRequest": {
        const { correlationId, request } = payload;
        return { kind: "adminRequest", connection: id, correlationId, request };
      }
      default:
        this.#connections.delete(id);
        return { kind: "clientDisconnected", connection: id };
    }
  }

  /** A broker answers; a client that is gone will not read it. */
  reply(node: NodeId, id: number, frame: Uint8Array): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    const correlationId = peekCorrelationId(frame);
    assert(correlationId !== null, "a reply has a correlation id");
    const asked = connection.asked.get(correlationId);
    assert(asked !== undefined, "a reply answers a request");
    connection.asked.delete(correlationId);
    const { client } = connection;
    const { api, apiVersion, request } = asked;
    if (request.api === "produce" && request.acks === -1) {
      const decoded = decodeResponse(frame, request.api, apiVersion);
      if (decoded.ok) this.#carriers.acknowledged(node, request, decoded.response);
    }
    const payload = { client, connection: id, frame, api, apiVersion, correlationId } as const;
    this.#carriers.toClient(node, client, { kind: "serverFrame", ...payload });
  }

  replyToAdmin(node: NodeId, id: number, correlationId: number, response: AdminResponse): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    const { client } = connection;
    const payload = { client, connection: id, correlationId, response };
    this.#carriers.toClient(node, client, { kind: "adminResponse", ...payload });
  }

  /** A broker wants no more of it. */
  disconnect(id: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined || connection.isClosed) return;
    connection.isClosed = true;
    this.#tellClient(connection);
  }

  /** It broke under way. Nothing more is taken from it, and each end learns of it after one way. */
  broke(id: number): void {
    const connection = this.#connections.get(id);
    if (connection === undefined) return;
    connection.isClosed = true;
    this.#tellClient(connection);
    const { client, node, incarnation } = connection;
    if (incarnation === null) return;
    this.#broken.set(id, incarnation);
    this.#carriers.toBroker(client, node, { kind: "connectionClosed", client, connection: id });
  }

  #learnsOfBreak(connection: number, incarnation: number): BrokerInput | null {
    const isItsOwn = this.#broken.get(connection) === incarnation;
    this.#broken.delete(connection);
    return isItsOwn ? { kind: "clientDisconnected", connection } : null;
  }

  /** That life of a broker has ended, and all connections with it. */
  died(node: NodeId, incarnation: number): void {
    for (const connection of this.#connections.values()) {
      if (connection.node === node && connection.incarnation === incarnation) {
        this.disconnect(connection.id);
      }
    }
  }

  /** The client knows that it is over, or there was nobody to take what it sent. */
  forget(id: number): void {
    this.#connections.delete(id);
  }

  #tellClient({ node, client, id: connection }: Connection): void {
    this.#carriers.toClient(node, client, { kind: "connectionClosed", client, connection });
  }
}
