import { NO_NODE, offset } from "../../base/ids.ts";
import type { NodeId, Offset } from "../../base/ids.ts";
import { ErrorCode } from "../../wire/index.ts";
import type {
  AdminCommand,
  AdminResponse,
  ClientRequest,
  ClientResponse,
} from "../../wire/index.ts";
import type { RequestFacts, RequestOutcome, Unanswered } from "../history.ts";
import type { HistoryLog } from "../historyLog.ts";
import type { RunOptions } from "../run.ts";
import type { ClientHost } from "./clientHost.ts";
import { Connection } from "./connection.ts";
import type { Reply } from "./connection.ts";
import { readRecords } from "./records.ts";

/** What a request is a part of, for the history. */
export interface Attempt {
  readonly operation: number;
  readonly attempt: number;
}

type Answered = Extract<RequestOutcome, { kind: "answered" }>;

/** A request that is told to nobody: it comes too often. */
export const UNTOLD = null;
const OF_NOTHING: Attempt = { operation: 0, attempt: 1 };

/**
 * Everything that one client asks: over one connection to each broker, and another to the broker
 * that coordinates its group, where a fetch that waits would hold up heartbeats.
 */
export class Requests {
  readonly client: number;
  readonly #options: RunOptions;
  readonly #host: ClientHost;
  readonly #history: HistoryLog;
  readonly #main = new Map<NodeId, Connection>();
  readonly #coordinating = new Map<NodeId, Connection>();
  readonly #byId = new Map<number, Connection>();
  #isClosed = false;

  constructor(client: number, options: RunOptions, host: ClientHost, history: HistoryLog) {
    this.client = client;
    this.#options = options;
    this.#host = host;
    this.#history = history;
  }

  /** `onReply` is called once, unless `closeAll` comes before; after that nothing is asked. */
  ask(
    node: NodeId,
    request: ClientRequest,
    facts: RequestFacts | typeof UNTOLD,
    onReply: (reply: Reply<ClientResponse>) => void,
    part: Attempt = OF_NOTHING,
    timeoutUs?: number,
  ): void {
    if (this.#isClosed) return;
    const id = facts === UNTOLD ? 0 : this.#tellSent(node, facts, part);
    const connections = isForCoordinator(request) ? this.#coordinating : this.#main;
    this.#connection(node, connections).send(
      request,
      (reply) => {
        if (facts !== UNTOLD) this.#tellEnded(id, outcomeOf(reply, facts));
        if (!this.#isClosed) onReply(reply);
      },
      timeoutUs,
      // Those of programs are too many to be kept.
      part.operation === 0 ? undefined : (frames) => this.#history.noteFrames(id, frames),
    );
  }

  askAdmin(
    node: NodeId,
    command: AdminCommand,
    part: Attempt,
    onReply: (reply: Reply<AdminResponse>) => void,
  ): void {
    const id = this.#tellSent(node, { kind: "admin", command }, part);
    const timeoutMs = this.#options.produceTimeoutMs;
    const request = { api: "admin", command, timeoutMs } as const;
    this.#connection(node, this.#main).sendAdmin(request, (reply) => {
      this.#tellEnded(id, adminOutcomeOf(reply));
      onReply(reply);
    });
  }

  receive(connection: number, frame: Uint8Array): void {
    this.#byId.get(connection)?.receive(frame);
  }

  receiveAdmin(connection: number, correlationId: number, response: AdminResponse): void {
    this.#byId.get(connection)?.receiveAdmin(correlationId, response);
  }

  /** The connection ended, or (refused) never began. */
  ended(connection: number, reason: Unanswered): void {
    this.#byId.get(connection)?.ended(reason);
  }

  /** The program has ended. */
  closeAll(): void {
    this.#isClosed = true;
    for (const connection of this.#byId.values()) connection.close();
  }

  #connection(node: NodeId, connections: Map<NodeId, Connection>): Connection {
    let connection = connections.get(node);
    if (connection === undefined) {
      const { classicClients: isClassic, clientRequestTimeoutUs: timeoutUs } = this.#options;
      const settings = { isClassic, timeoutUs };
      connection = new Connection(this.client, node, this.#host, settings, (ended) => {
        connections.delete(ended.node);
        this.#byId.delete(ended.id);
      });
      connections.set(node, connection);
      this.#byId.set(connection.id, connection);
    }
    return connection;
  }

  #tellSent(node: NodeId, facts: RequestFacts, { operation, attempt }: Attempt): number {
    const { nowUs } = this.#host;
    const id = this.#history.sendRequest(this.client, operation, attempt, node, facts, nowUs);
    this.#host.requestSent(id);
    return id;
  }

  #tellEnded(id: number, outcome: RequestOutcome): void {
    this.#history.endRequest(id, outcome, this.#host.nowUs);
    this.#host.requestEnded(id);
  }
}

function isForCoordinator({ api }: ClientRequest): boolean {
  switch (api) {
    case "joinGroup":
    case "syncGroup":
    case "heartbeat":
    case "leaveGroup":
    case "offsetCommit":
    case "offsetFetch":
      return true;
    default:
      return false;
  }
}

function outcomeOf(reply: Reply<ClientResponse>, facts: RequestFacts): RequestOutcome {
  return reply.kind === "answered" ? answerOf(reply.response, facts) : reply;
}

function adminOutcomeOf(reply: Reply<AdminResponse>): RequestOutcome {
  if (reply.kind !== "answered") return reply;
  const { errorCode, errorMessage, controllerId: leaderHint, result } = reply.response;
  return answered({ errorCode, errorMessage, leaderHint, result });
}

/** What the history keeps of an answer: of several partitions the first, or the first that failed. */
function answerOf(response: ClientResponse, facts: RequestFacts): Answered {
  switch (response.api) {
    case "produce": {
      const answer = telling(response.partitions);
      if (answer === undefined) return answered({});
      const { errorCode, errorMessage, baseOffset, currentLeader } = answer;
      const leaderHint = currentLeader?.leaderId ?? NO_NODE;
      return answered({ errorCode, errorMessage, baseOffset, leaderHint });
    }
    case "fetch": {
      const answer = response.partitions[0];
      if (answer === undefined) return answered({ errorCode: response.errorCode });
      const { errorCode, highWatermark, currentLeader } = answer;
      const leaderHint = currentLeader?.leaderId ?? NO_NODE;
      const from: Offset = facts.kind === "fetch" ? facts.fetchOffset : offset(0);
      return answered({
        errorCode,
        highWatermark,
        leaderHint,
        records: readRecords(answer.records, from),
      });
    }
    case "createTopics": {
      const { errorCode, errorMessage } = telling(response.topics) ?? {};
      return answered({
        errorCode: errorCode ?? ErrorCode.NONE,
        errorMessage: errorMessage ?? null,
      });
    }
    case "metadata":
      return answered({
        leaderHint: response.controllerId === -1 ? NO_NODE : response.controllerId,
      });
    case "findCoordinator":
      return answered({ errorCode: telling(response.coordinators)?.errorCode ?? ErrorCode.NONE });
    case "offsetFetch":
      return answered({ errorCode: telling(response.groups)?.errorCode ?? ErrorCode.NONE });
    case "offsetCommit":
    case "listOffsets":
      return answered({ errorCode: telling(response.partitions)?.errorCode ?? ErrorCode.NONE });
    default:
      return answered({ errorCode: response.errorCode });
  }
}

/** The first that failed, or else the first. */
function telling<T extends { readonly errorCode: ErrorCode }>(all: readonly T[]): T | undefined {
  return all.find(({ errorCode }) => errorCode !== ErrorCode.NONE) ?? all[0];
}

function answered(facts: Partial<Answered>): Answered {
  return {
    kind: "answered",
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    baseOffset: -1,
    leaderHint: NO_NODE,
    highWatermark: -1,
    records: [],
    result: null,
    ...facts,
  };
}
