import type { Message } from "../raft/message.ts";
import type { Flight } from "../sim/index.ts";
import type { Request, Response } from "../wire/request.ts";
import { nodeName } from "./richText.ts";
import type { ErrorName } from "./source.ts";
import type { FlightKind, FlightView } from "./view.ts";

/** What a message is, wherever it is shown: on the stage, in the lanes, in a Ready. */
export interface MessageFacts {
  readonly kind: FlightKind;
  readonly answer: boolean;
  readonly refused: boolean;
  readonly term: number;
  /** "ack of entry 20": what it is, without who sends it to whom. */
  readonly title: string;
  readonly caption: string;
}

export function flightView(flight: Flight, errorName: ErrorName): FlightView {
  const { payload, from, to } = flight;
  const { title, ...facts } =
    payload.kind === "raft"
      ? raftFacts(payload.message)
      : payload.kind === "request" || payload.kind === "clientRequest"
        ? requestFacts(payload.request)
        : responseFacts(payload.response, errorName);
  return {
    id: flight.id,
    ...facts,
    from: from.name,
    to: to.name,
    sentAtUs: flight.sentAtUs,
    arrivesAtUs: flight.arrivesAtUs,
    lostAtUs: flight.lostAtUs,
    label: `${title} from ${from.name} to ${to.name}`,
  };
}

export function raftFacts(message: Message): MessageFacts {
  const { type, term, index, reject } = message;
  const facts = (
    kind: FlightKind,
    answer: boolean,
    title: string,
    caption: string,
  ): MessageFacts => ({ kind, answer, refused: reject, term, title, caption });
  switch (type) {
    case "MsgVote":
      return facts("vote", false, `request for a vote in term ${term}`, `term ${term}`);
    case "MsgVoteResp":
      return facts("vote", true, reject ? "refused vote" : "vote", reject ? "no" : "yes");
    case "MsgPreVote":
      return facts("preVote", false, `request for a pre-vote for term ${term}`, `term ${term}?`);
    case "MsgPreVoteResp":
      return facts(
        "preVote",
        true,
        reject ? "refused pre-vote" : "pre-vote",
        reject ? "no" : "yes",
      );
    case "MsgApp":
      return facts("append", false, entriesTitle(message), entriesCaption(message));
    case "MsgAppResp":
      return reject
        ? facts("append", true, `refusal of what follows entry ${index}`, `not ${index}`)
        : facts("append", true, `ack of entry ${index}`, `ack ${index}`);
    case "MsgSnap":
      return facts("snapshot", false, "snapshot", "snapshot");
    case "MsgHeartbeat":
      return facts("heartbeat", false, "heartbeat", "");
    case "MsgHeartbeatResp":
      return facts("heartbeat", true, "answer to a heartbeat", "");
    case "MsgProp":
      return facts("append", false, "proposal", "proposal");
    default:
      return facts("heartbeat", false, type, "");
  }
}

function entriesTitle({ entries, index }: Message): string {
  const first = entries[0]?.index;
  const last = entries.at(-1)?.index;
  if (first === undefined || last === undefined) return `append of nothing after entry ${index}`;
  return first === last ? `append of entry ${first}` : `append of entries ${first} to ${last}`;
}

function entriesCaption({ entries }: Message): string {
  const first = entries[0]?.index;
  const last = entries.at(-1)?.index;
  if (first === undefined || last === undefined) return "";
  return first === last ? String(first) : `${first}–${last}`;
}

const pluralOf = (entries: readonly unknown[]): string =>
  entries.length === 1 ? "entry" : "entries";

/** What brokers say of a Ready's message, as in "ack to n2, index 20". */
export function readyMessageText(message: Message): string {
  const to = nodeName(message.to);
  const { entries, index, reject, term } = message;
  switch (message.type) {
    case "MsgApp":
      return entries.length === 0
        ? `append to ${to}, nothing new`
        : `append to ${to}, ${pluralOf(entries)} ${entriesCaption(message)}`;
    case "MsgAppResp":
      return reject ? `refusal to ${to}, index ${index}` : `ack to ${to}, index ${index}`;
    case "MsgVote":
      return `vote request to ${to}, term ${term}`;
    case "MsgVoteResp":
      return reject ? `refused vote to ${to}, term ${term}` : `vote to ${to}, term ${term}`;
    case "MsgPreVote":
      return `pre-vote request to ${to}, term ${term}`;
    case "MsgPreVoteResp":
      return reject ? `refused pre-vote to ${to}` : `pre-vote to ${to}`;
    case "MsgHeartbeat":
      return `heartbeat to ${to}`;
    case "MsgHeartbeatResp":
      return `heartbeat answer to ${to}`;
    case "MsgProp":
      return `proposal to ${to}`;
    default:
      return `${message.type} to ${to}`;
  }
}

function requestFacts(request: Request): MessageFacts {
  const asks = { answer: false, refused: false, term: 0 };
  switch (request.api) {
    case "produce":
      return {
        ...asks,
        kind: "produce",
        title: `record for ${places(request)}`,
        caption: "record",
      };
    case "fetch":
      return { ...asks, kind: "fetch", title: `fetch of ${places(request)}`, caption: "" };
    case "createTopics":
      return {
        ...asks,
        kind: "client",
        title: `request to create topic ${request.topics.map(({ topic }) => topic).join(", ")}`,
        caption: "create topic",
      };
    case "metadata":
      return { ...asks, kind: "client", title: "request for metadata", caption: "metadata" };
    case "brokerHeartbeat":
      return { ...asks, kind: "heartbeat", title: "broker heartbeat", caption: "" };
    case "removeNode": {
      const title = `request to remove ${nodeName(request.node)}`;
      return { ...asks, kind: "client", title, caption: `remove ${nodeName(request.node)}` };
    }
    case "join":
      return { ...asks, kind: "client", title: "request to join", caption: "join" };
  }
}

function responseFacts(response: Response, errorName: ErrorName): MessageFacts {
  const code = errorCodeOf(response);
  const says = { answer: true, refused: code !== 0, term: 0 };
  const error = code === 0 ? null : errorName(code);
  switch (response.api) {
    case "produce": {
      const offset = response.partitions[0]?.baseOffset ?? -1;
      const caption = error ?? `offset ${offset}`;
      return { ...says, kind: "produce", title: `answer "${caption}"`, caption };
    }
    case "fetch": {
      const bytes = response.partitions.reduce((sum, { records }) => sum + records.length, 0);
      const title = bytes === 0 ? "answer without records" : `answer with ${bytes} B of records`;
      const caption = error ?? (bytes === 0 ? "" : "records");
      return {
        ...says,
        kind: "fetch",
        title: error === null ? title : `answer "${error}"`,
        caption,
      };
    }
    case "createTopics": {
      const caption = error ?? "created";
      return { ...says, kind: "client", title: `answer "${caption}"`, caption };
    }
    case "metadata":
      return { ...says, kind: "client", title: "answer with metadata", caption: "metadata" };
    case "brokerHeartbeat":
      return { ...says, kind: "heartbeat", title: "answer to a broker heartbeat", caption: "" };
    case "removeNode": {
      const caption = error ?? "removed";
      return { ...says, kind: "client", title: `answer "${caption}"`, caption };
    }
    case "join":
      return { ...says, kind: "client", title: "answer to a request to join", caption: "" };
  }
}

function errorCodeOf(response: Response) {
  switch (response.api) {
    case "produce":
    case "fetch":
      return response.partitions.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0;
    case "createTopics":
      return response.topics.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0;
    case "brokerHeartbeat":
    case "removeNode":
    case "join":
      return response.errorCode;
    case "metadata":
      return 0;
  }
}

/** "orders-0", "orders-0 and 2 more". */
function places(request: {
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}): string {
  const first = request.partitions[0];
  if (first === undefined) return "nothing";
  const more = request.partitions.length - 1;
  return `${first.topic}-${first.partition}${more === 0 ? "" : ` and ${more} more`}`;
}
