import type { Broker } from "../../core/broker/index.ts";
import type { Chance } from "../../core/sim/chance.ts";
import { decodeRequest, decodeResponse, ErrorCode } from "../../core/wire/index.ts";
import type {
  ClientApi,
  ClientRequest,
  ClientResponse,
  RequestHeader,
} from "../../core/wire/index.ts";
import type { BrokerListener } from "./brokers.ts";
import { pick } from "../../core/wire/testing/mutation.ts";
import type { Known } from "./questions.ts";

interface Client {
  readonly id: number;
  readonly broker: Broker;
  /** Of the requests that an answer is due to, oldest first. */
  readonly asked: Asked[];
}
interface Asked {
  readonly header: RequestHeader;
  /** Null for one of an unknown version. */
  readonly request: ClientRequest | null;
}

const CONNECTIONS_PER_BROKER = 16;
/** Who has so many questions open, or chance against them, hangs up. */
const OPEN_QUESTIONS_MAX = 12;
const HANG_UP_EVERY = 50;
const KNOWN_MAX = 8;

/** The far ends of the connections: every answer must be readable, and of the question it is due to. */
export class Clients implements BrokerListener {
  readonly known: Known = { members: [], topicIds: [] };
  sentCount = 0;
  answeredCount = 0;
  closedCount = 0;
  /** Of the last question that was answered. */
  lastAnswer: { readonly id: number; readonly response: ClientResponse } | null = null;
  readonly #chance: Chance;
  readonly #clients = new Map<number, Client>();
  #lastId = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  get open(): readonly Client[] {
    return [...this.#clients.values()];
  }

  /** A connection to this broker: one that is open, or a new one. */
  connect(broker: Broker): number {
    const open = this.open.filter((client) => client.broker === broker);
    const isEnough = open.length >= CONNECTIONS_PER_BROKER;
    return isEnough ? pick(this.#chance, open).id : this.connectAnew(broker);
  }

  connectAnew(broker: Broker): number {
    const id = ++this.#lastId;
    this.#clients.set(id, { id, broker, asked: [] });
    return id;
  }

  sending(id: number, frame: Uint8Array): Uint8Array {
    this.sentCount++;
    const decoded = decodeRequest(frame);
    const { header } = decoded;
    const hasAnswer = decoded.ok
      ? decoded.request.api !== "produce" || decoded.request.acks !== 0
      : decoded.kind === "unsupportedVersion" && header?.api === "apiVersions";
    if (hasAnswer && header !== null) {
      const request = decoded.ok ? decoded.request : null;
      this.#clients.get(id)!.asked.push({ header, request });
    }
    return frame;
  }

  isTired(id: number): boolean {
    const client = this.#clients.get(id);
    if (client === undefined) return false;
    return client.asked.length > OPEN_QUESTIONS_MAX || this.#chance.below(HANG_UP_EVERY) === 0;
  }

  close(id: number): void {
    this.#clients.delete(id);
  }

  closeAll(): void {
    this.#clients.clear();
  }

  disconnect(id: number): void {
    if (!this.#clients.delete(id)) throw new Error(`connection ${id} is closed twice`);
    this.closedCount++;
  }

  reply(id: number, frame: Uint8Array): void {
    const asked = this.#clients.get(id)?.asked.shift();
    if (asked === undefined) throw new Error(`connection ${id} gets an answer to nothing`);
    const { api, apiVersion, correlationId } = asked.header;
    if (api === null) throw new Error("a question of an unknown kind is answered");
    const decoded = decodeResponse<ClientApi>(frame, api, apiVersion);
    if (!decoded.ok) throw new Error(`an answer to ${api} ${apiVersion}: ${decoded.message}`);
    if (decoded.correlationId !== correlationId) {
      throw new Error(`${decoded.correlationId} is answered before ${correlationId}`);
    }
    this.answeredCount++;
    this.lastAnswer = { id, response: decoded.response };
    this.#learn(asked.request, decoded.response);
  }

  #learn(request: ClientRequest | null, response: ClientResponse): void {
    const { members, topicIds } = this.known;
    if (request?.api === "joinGroup" && response.api === "joinGroup") {
      const { groupId, groupInstanceId } = request;
      const { memberId, generationId, errorCode } = response;
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.MEMBER_ID_REQUIRED) return;
      const former = members.findIndex((member) => member.memberId === memberId);
      if (former >= 0) members.splice(former, 1);
      remember(members, { groupId, memberId, groupInstanceId, generationId });
    } else if (response.api === "createTopics") {
      for (const { topicId, errorCode } of response.topics) {
        if (errorCode === ErrorCode.NONE) remember(topicIds, topicId);
      }
    }
  }
}

/** The last ones. */
function remember<Item>(items: Item[], item: Item): void {
  items.push(item);
  if (items.length > KNOWN_MAX) items.shift();
}
