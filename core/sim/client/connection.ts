import { assert } from "../../base/assert.ts";
import type { NodeId } from "../../base/ids.ts";
import { decodeResponse, encodeRequest, ErrorCode, peekCorrelationId } from "../../wire/index.ts";
import type {
  AdminRequest,
  AdminResponse,
  ApiVersionsRequest,
  ClientApi,
  ClientRequest,
  ClientResponse,
} from "../../wire/index.ts";
import { isAnswered } from "../network.ts";
import type { RequestFrames, Unanswered } from "../history.ts";
import type { ClientHost } from "./clientHost.ts";
import { chooseVersions, firstVersion } from "./versions.ts";
import type { Versions } from "./versions.ts";

/** What became of a request. "sent" is all that acks=0 comes to. */
export type Reply<R> =
  | { readonly kind: "answered"; readonly response: R }
  | { readonly kind: "sent" }
  | { readonly kind: "unanswered"; readonly reason: Unanswered };

/** A request that has no reply yet; one that has an `api` is on its way as a frame. */
interface Waiting {
  readonly correlationId: number;
  readonly api: ClientApi;
  readonly apiVersion: number;
  readonly frame: Uint8Array;
  readonly onReply: (reply: Reply<ClientResponse>) => void;
  readonly onFrames: OnFrames;
}
interface Queued {
  readonly request: ClientRequest;
  readonly correlationId: number;
  readonly onReply: (reply: Reply<ClientResponse>) => void;
  readonly onFrames: OnFrames;
}

/** Is told the bytes of a request when it goes out, and again with its answer. */
type OnFrames = (frames: RequestFrames) => void;
const TELL_NOBODY: OnFrames = () => {};

const HANDSHAKE: ApiVersionsRequest = {
  api: "apiVersions",
  clientSoftwareName: "chronik-sim",
  clientSoftwareVersion: "1",
};

/**
 * One connection of a client to a broker. It begins with ApiVersions, which decides what is spoken;
 * requests queue up until then. Replies come in the order of the requests. A request that takes too
 * long ends the connection and everything that waits on it: what still comes in could not be told
 * from an answer to something else.
 */
export class Connection {
  readonly id: number;
  readonly node: NodeId;
  readonly client: number;
  readonly #host: ClientHost;
  readonly #isClassic: boolean;
  readonly #timeoutUs: number;
  readonly #onEnd: (connection: Connection) => void;
  /** Null until the broker has said what it knows. */
  #versions: Versions | null = null;
  #hasBegun = false;
  #isOpen = true;
  #correlationId = 0;
  #queued: Queued[] = [];
  #waiting: Waiting[] = [];
  readonly #adminWaiting = new Map<number, (reply: Reply<AdminResponse>) => void>();

  constructor(
    client: number,
    node: NodeId,
    host: ClientHost,
    settings: { readonly isClassic: boolean; readonly timeoutUs: number },
    onEnd: (connection: Connection) => void,
  ) {
    this.id = host.connect(node);
    this.node = node;
    this.client = client;
    this.#host = host;
    this.#isClassic = settings.isClassic;
    this.#timeoutUs = settings.timeoutUs;
    this.#onEnd = onEnd;
  }

  /** Calls `onReply` once: with what became of it. `timeoutUs` is the connection's unless given. */
  send(
    request: ClientRequest,
    onReply: (reply: Reply<ClientResponse>) => void,
    timeoutUs: number = this.#timeoutUs,
    onFrames: OnFrames = TELL_NOBODY,
  ): void {
    const correlationId = ++this.#correlationId;
    this.#queued.push({ request, correlationId, onReply, onFrames });
    this.#startTimeout(correlationId, timeoutUs);
    if (this.#versions !== null) this.#sendQueued();
    else if (!this.#hasBegun) this.#begin(firstVersion(this.#isClassic));
  }

  sendAdmin(request: AdminRequest, onReply: (reply: Reply<AdminResponse>) => void): void {
    const correlationId = ++this.#correlationId;
    this.#adminWaiting.set(correlationId, onReply);
    this.#startTimeout(correlationId, this.#timeoutUs);
    const { client, id: connection } = this;
    this.#host.send({ kind: "adminRequest", client, connection, correlationId, request });
  }

  receive(frame: Uint8Array): void {
    const waiting = this.#waiting.shift();
    assert(waiting !== undefined, "a reply has a request");
    const { api, apiVersion, correlationId, frame: request, onReply, onFrames } = waiting;
    assert(peekCorrelationId(frame) === correlationId, "replies come in the order of the requests");
    const decoded = decodeResponse(frame, api, apiVersion);
    assert(decoded.ok, `a reply to ${api} v${apiVersion} can be read`);
    onFrames({ api, apiVersion, request, answer: frame });
    onReply({ kind: "answered", response: decoded.response });
  }

  receiveAdmin(correlationId: number, response: AdminResponse): void {
    const onReply = this.#adminWaiting.get(correlationId);
    if (onReply === undefined) return;
    this.#adminWaiting.delete(correlationId);
    onReply({ kind: "answered", response });
  }

  /** The client wants it no longer, and everything that waits on it ends. */
  close(): void {
    if (!this.#isOpen) return;
    this.#hangUp();
    this.ended("closed");
  }

  /** Nothing comes in any more. Everything that waits learns why; `first` of them learns more. */
  ended(
    reason: Unanswered,
    first: { readonly id: number; readonly reason: Unanswered } | null = null,
  ): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onEnd(this);
    const all = [...this.#waiting, ...this.#queued];
    this.#waiting = [];
    this.#queued = [];
    const admins = [...this.#adminWaiting];
    this.#adminWaiting.clear();
    const why = (correlationId: number): Reply<never> => ({
      kind: "unanswered",
      reason: correlationId === first?.id ? first.reason : reason,
    });
    for (const { correlationId, onReply } of all) onReply(why(correlationId));
    for (const [correlationId, onReply] of admins) onReply(why(correlationId));
  }

  #hangUp(): void {
    const { client, id: connection } = this;
    this.#host.send({ kind: "connectionClosed", client, connection });
  }

  #begin(apiVersion: number): void {
    this.#hasBegun = true;
    const correlationId = ++this.#correlationId;
    this.#startTimeout(correlationId, this.#timeoutUs);
    this.#sendFrame(HANDSHAKE, apiVersion, correlationId, TELL_NOBODY, (reply) => {
      if (reply.kind !== "answered" || reply.response.api !== "apiVersions") return;
      // KIP-511: a broker that does not know this version says what it knows in the oldest layout.
      const { errorCode } = reply.response;
      if (errorCode === ErrorCode.UNSUPPORTED_VERSION && apiVersion > 0) return this.#begin(0);
      this.#versions = chooseVersions(reply.response, this.#isClassic);
      this.#sendQueued();
    });
  }

  #sendQueued(): void {
    const queued = this.#queued;
    this.#queued = [];
    for (const { request, correlationId, onReply, onFrames } of queued) {
      const apiVersion = this.#versions?.get(request.api);
      if (apiVersion === undefined) {
        onReply({ kind: "unanswered", reason: "closed" });
        continue;
      }
      this.#sendFrame(request, apiVersion, correlationId, onFrames, onReply);
    }
  }

  #sendFrame(
    request: ClientRequest,
    apiVersion: number,
    correlationId: number,
    onFrames: OnFrames,
    onReply: (reply: Reply<ClientResponse>) => void,
  ): void {
    const { api } = request;
    const clientId = `c${this.client}`;
    const frame = encodeRequest(request, { apiVersion, correlationId, clientId });
    const willBeAnswered = isAnswered(request);
    if (willBeAnswered) {
      this.#waiting.push({ correlationId, api, apiVersion, frame, onReply, onFrames });
    }
    onFrames({ api, apiVersion, request: frame, answer: null });
    this.#host.send({
      kind: "clientFrame",
      client: this.client,
      connection: this.id,
      frame,
      request,
      api,
      apiVersion,
      correlationId,
    });
    if (!willBeAnswered) onReply({ kind: "sent" });
  }

  #startTimeout(correlationId: number, timeoutUs: number): void {
    this.#host.startTimer(timeoutUs, () => {
      if (!this.#isOpen || !this.#isUnanswered(correlationId)) return false;
      this.#hangUp();
      this.ended("closed", { id: correlationId, reason: "timedOut" });
      return true;
    });
  }

  #isUnanswered(correlationId: number): boolean {
    const has = (one: { readonly correlationId: number }): boolean =>
      one.correlationId === correlationId;
    return (
      this.#waiting.some(has) || this.#queued.some(has) || this.#adminWaiting.has(correlationId)
    );
  }
}
