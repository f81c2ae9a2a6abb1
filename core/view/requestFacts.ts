import type { Request, Response } from "../wire/request.ts";
import type { MessageFacts, RequestTeller } from "./flightView.ts";
import { nodeName } from "./richText.ts";
import type { DecodeResponse, ErrorName } from "./source.ts";
import { partitionName } from "./story.ts";

/** How the bytes of an answer are read. */
interface AnswerReaders {
  readonly errorName: ErrorName;
  readonly decodeResponse: DecodeResponse;
}

/** What goes over a connection, or between brokers besides Raft. */
export function payloadFacts(
  payload: Parameters<RequestTeller>[0],
  { errorName, decodeResponse }: AnswerReaders,
): MessageFacts {
  switch (payload.kind) {
    case "request":
    case "clientFrame":
    case "adminRequest":
      return requestFacts(payload.request);
    case "response":
    case "adminResponse":
      return responseFacts(payload.response, errorName);
    case "serverFrame": {
      const decoded = decodeResponse(payload.frame, payload.api, payload.apiVersion);
      return decoded.ok ? responseFacts(decoded.response, errorName) : UNREADABLE;
    }
    case "connectionClosed":
      return { ...UNREADABLE, title: "end of a connection", caption: "closed" };
  }
}

const UNREADABLE: MessageFacts = {
  kind: "client",
  answer: true,
  refused: true,
  term: 0,
  title: "answer that cannot be read",
  caption: "",
};

/** What is asked, by a client, a follower or an administrator. */
function requestFacts(request: Request): MessageFacts {
  const [title, caption] = asked(request);
  return { kind: kindOf(request.api), answer: false, refused: false, term: 0, title, caption };
}

function responseFacts(response: Response, errorName: ErrorName): MessageFacts {
  const code = errorCodeOf(response);
  const says = code === 0 ? answered(response) : `"${errorName(code)}"`;
  return {
    kind: kindOf(response.api),
    answer: true,
    refused: code !== 0,
    term: 0,
    title: says === "" ? `answer to ${NOUNS[response.api]}` : `answer ${says}`,
    // What is not quoted says too much for beside a glyph, and is mostly routine.
    caption: says.startsWith('"') ? says.replaceAll('"', "") : "",
  };
}

function kindOf(api: Request["api"]): MessageFacts["kind"] {
  if (api === "produce" || api === "fetch") return api;
  return api === "brokerHeartbeat" ? "heartbeat" : "client";
}

/** What it is, and what stands beside its glyph. */
function asked(request: Request): readonly [title: string, caption: string] {
  switch (request.api) {
    case "produce":
      return [`record for ${places(request.partitions)}`, "record"];
    case "fetch":
      return [`fetch of ${places(request.partitions)}`, ""];
    case "createTopics": {
      const names = request.topics.map(({ topic }) => topic).join(", ");
      return [`request to create topic ${names}`, "create topic"];
    }
    case "joinGroup":
    case "syncGroup":
    case "heartbeat":
    case "leaveGroup":
    case "offsetCommit":
      return [`${NOUNS[request.api]} of group ${request.groupId}`, CAPTIONS[request.api]];
    case "admin": {
      const words = adminWords(request.command.kind);
      return [`admin command "${words}"`, words];
    }
    default:
      return [NOUNS[request.api], ""];
  }
}

const NOUNS: Readonly<Record<Request["api"], string>> = {
  produce: "a record",
  fetch: "a fetch",
  listOffsets: "question for offsets",
  metadata: "request for metadata",
  offsetCommit: "commit of offsets",
  offsetFetch: "question for committed offsets",
  findCoordinator: "question for a coordinator",
  joinGroup: "request to join",
  heartbeat: "heartbeat",
  leaveGroup: "farewell",
  syncGroup: "request for the assignment",
  apiVersions: "question for API versions",
  createTopics: "request to create a topic",
  initProducerId: "request for a producer id",
  brokerHeartbeat: "broker heartbeat",
  join: "request to join",
  admin: "admin command",
};

const CAPTIONS = {
  joinGroup: "join",
  syncGroup: "sync",
  heartbeat: "",
  leaveGroup: "leave",
  offsetCommit: "commit",
} as const;

/** "cluster status" for "clusterStatus". */
export function adminWords(kind: string): string {
  return kind.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** What an answer without an error says; empty when that is nothing to speak of. */
function answered(response: Response): string {
  switch (response.api) {
    case "produce":
      return `"offset ${response.partitions[0]?.baseOffset ?? -1}"`;
    case "fetch": {
      const bytes = response.partitions.reduce((sum, { records }) => sum + records.length, 0);
      return bytes === 0 ? "without records" : `with ${bytes} B of records`;
    }
    case "createTopics":
      return '"created"';
    case "initProducerId":
      return `"producer id ${response.producerId}"`;
    case "joinGroup":
      return `"generation ${response.generationId}"`;
    case "findCoordinator": {
      const node = response.coordinators[0]?.nodeId ?? -1;
      return node > 0 ? `"${nodeName(node)} coordinates"` : "";
    }
    default:
      return "";
  }
}

/** The first error that it tells of; 0 for none. */
function errorCodeOf(response: Response) {
  if ("errorCode" in response && response.errorCode !== 0) return response.errorCode;
  return firstError(itemsOf(response));
}

type WithError = Pick<Extract<Response, { api: "join" }>, "errorCode">;

function itemsOf(response: Response): readonly WithError[] {
  switch (response.api) {
    case "produce":
    case "fetch":
    case "listOffsets":
    case "offsetCommit":
      return response.partitions;
    case "createTopics":
      return response.topics;
    case "findCoordinator":
      return response.coordinators;
    case "offsetFetch":
      return response.groups;
    case "leaveGroup":
      return response.members;
    default:
      return [];
  }
}

const firstError = (items: readonly WithError[]) =>
  items.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0;

/** "orders-0", "orders-0 and 2 more". */
function places(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): string {
  const first = partitions[0];
  if (first === undefined) return "nothing";
  const more = partitions.length - 1;
  const name =
    first.topic === ""
      ? `partition ${first.partition}`
      : partitionName(first.topic, first.partition);
  return more === 0 ? name : `${name} and ${more} more`;
}
