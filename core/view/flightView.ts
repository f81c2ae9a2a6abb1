import type { Message } from "../raft/message.ts";
import type { Flight } from "../sim/index.ts";
import { nodeName } from "./richText.ts";
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

/** Says what a message is that is not one of Raft. */
export type RequestTeller = (payload: Exclude<Flight["payload"], { kind: "raft" }>) => MessageFacts;

/** Without a teller there are no clients yet, and brokers send each other heartbeats alone. */
export function flightView(flight: Flight, tellRequest: RequestTeller | null): FlightView {
  const { payload, from, to } = flight;
  const { kind, answer, refused, term, title, caption } =
    payload.kind === "raft"
      ? raftFacts(payload.message)
      : (tellRequest?.(payload) ?? { ...HEARTBEAT, answer: payload.kind === "response" });
  return {
    id: flight.id,
    kind,
    answer,
    refused,
    from: from.name,
    to: to.name,
    sentAtUs: flight.sentAtUs,
    arrivesAtUs: flight.arrivesAtUs,
    lostAtUs: flight.lostAtUs,
    heldAtUs: flight.heldAtUs,
    isWaiting: flight.isWaiting,
    movesFromUs: flight.movesFromUs,
    movesFromFraction: flight.movesFromFraction,
    isDuplicate: flight.isDuplicate,
    term,
    title,
    caption,
  };
}

const HEARTBEAT = {
  kind: "heartbeat",
  refused: false,
  term: 0,
  title: "broker heartbeat",
  caption: "",
} as const;

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
