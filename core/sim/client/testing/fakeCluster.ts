import { assert } from "../../../base/assert.ts";
import type { NodeId } from "../../../base/ids.ts";
import { nodeId } from "../../../base/ids.ts";
import { API_VERSIONS, encodeResponse, ErrorCode } from "../../../wire/index.ts";
import type {
  AdminRequest,
  AdminResponse,
  ClientRequest,
  ClientResponse,
} from "../../../wire/index.ts";
import type { Unanswered } from "../../history.ts";
import { HistoryLog } from "../../historyLog.ts";
import type { ClientFrame, ClientPayload } from "../../network.ts";
import type { ClientHost } from "../clientHost.ts";

/** A request that a client has sent, and that the test may answer. */
export interface Sent {
  readonly node: number;
  readonly connection: number;
  readonly correlationId: number;
  /** Null for an admin request. */
  readonly frame: ClientFrame | null;
  readonly request: ClientRequest | AdminRequest;
}

/** Whoever a test is about: the parts of a client that take what comes in. */
interface Receiver {
  receive(connection: number, frame: Uint8Array): void;
  receiveAdmin(connection: number, correlationId: number, response: AdminResponse): void;
  ended(connection: number, reason: Unanswered): void;
}

/**
 * A cluster that is the test itself: it sees every request of one client and answers by hand. What
 * a client asks to know the versions is answered at once.
 */
export class FakeCluster implements ClientHost {
  readonly history = new HistoryLog();
  readonly sent: Sent[] = [];
  readonly closed: number[] = [];
  readonly joined: { readonly node: number; readonly generation: number }[] = [];
  readonly #nodes = new Map<number, NodeId>();
  readonly #receiver: () => Receiver;
  #timers: { readonly atUs: number; readonly wake: () => boolean }[] = [];
  #connectionCount = 0;
  nowUs = 0;
  /** Versions that brokers offer; undefined: all there are. */
  maxVersions: Readonly<Record<string, number>> = {};
  handshakes = 0;
  isNodeUp = false;

  constructor(receiver: () => Receiver) {
    this.#receiver = receiver;
  }

  connect(node: NodeId): number {
    const id = ++this.#connectionCount;
    this.#nodes.set(id, node);
    return id;
  }

  send(payload: ClientPayload): void {
    const { kind, connection } = payload;
    if (kind === "connectionClosed") return void this.closed.push(connection);
    if (kind !== "clientFrame" && kind !== "adminRequest") return;
    const { correlationId, request } = payload;
    if (kind === "clientFrame" && request.api === "apiVersions") return this.#shakeHands(payload);
    const frame = kind === "clientFrame" ? payload : null;
    this.sent.push({ node: this.#nodeOf(connection), connection, correlationId, frame, request });
  }

  startTimer(afterUs: number, wake: () => boolean): void {
    this.#timers.push({ atUs: this.nowUs + afterUs, wake });
  }

  requestSent(): void {}
  requestEnded(): void {}
  operationEnded(): void {}

  wipeAndJoin(node: NodeId, generation: number): boolean {
    this.joined.push({ node, generation });
    return !this.isNodeUp;
  }

  /** Time passes until the next request is on its way. */
  next(): Sent {
    while (this.sent.length === 0) assert(this.#wakeNext(), "the client waits for nothing");
    return this.sent.shift()!;
  }

  /** Time passes until the client has sent something, or waits for nothing any more. */
  idle(): void {
    while (this.sent.length === 0 && this.#wakeNext());
  }

  runUntil(atUs: number): void {
    while (this.#timers.some((timer) => timer.atUs <= atUs)) this.#wakeNext();
    this.nowUs = atUs;
  }

  answer(sent: Sent, response: ClientResponse | AdminResponse): void {
    if (response.api === "admin") {
      return this.#receiver().receiveAdmin(sent.connection, sent.correlationId, response);
    }
    assert(sent.frame !== null, "a frame is answered by a frame");
    this.#answerFrame(sent.frame, response);
  }

  /** The node is down: nobody took the connection. */
  refuse({ connection }: Sent): void {
    this.#receiver().ended(connection, "refused");
  }

  #shakeHands(frame: ClientFrame): void {
    this.handshakes++;
    const apiKeys = API_VERSIONS.map(({ api, apiKey, minVersion, maxVersion }) => ({
      apiKey,
      minVersion,
      maxVersion: this.maxVersions[api] ?? maxVersion,
    }));
    this.#answerFrame(frame, { api: "apiVersions", errorCode: ErrorCode.NONE, apiKeys });
  }

  #answerFrame(frame: ClientFrame, response: ClientResponse): void {
    const { api, apiVersion, correlationId, connection } = frame;
    const header = { apiKey: 0, api, apiVersion, correlationId, clientId: null };
    this.#receiver().receive(connection, encodeResponse(header, response));
  }

  #wakeNext(): boolean {
    this.#timers.sort((a, b) => a.atUs - b.atUs);
    const due = this.#timers.shift();
    if (due === undefined) return false;
    this.nowUs = due.atUs;
    due.wake();
    return true;
  }

  #nodeOf(connection: number): number {
    return this.#nodes.get(connection) ?? nodeId(0);
  }
}
