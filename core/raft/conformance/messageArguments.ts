import { index, nodeId, term } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { NO_BYTES } from "../../base/bytes.ts";
import { message, MESSAGE_TYPES } from "../message.ts";
import type { Entry, Message, MessageType } from "../message.ts";
import { bareKey, DirectiveError, valueOf, valuesOf, wholeNumber } from "./arguments.ts";
import type { Directive } from "./dataFile.ts";

const KNOWN_TYPES: ReadonlySet<string> = new Set<string>(MESSAGE_TYPES);

export function parseMessageType(name: string): MessageType {
  if (isMessageType(name)) return name;
  throw new DirectiveError(`unknown message type ${name}`);
}

const isMessageType = (name: string): name is MessageType => KNOWN_TYPES.has(name);

/** What a message that nobody has sent may say. */
export const MESSAGE_OPTIONS: ReadonlySet<string> = new Set([
  "from",
  "term",
  "index",
  "log-term",
  "commit",
  "entries",
]);

/** The message of a step directive. What is not said is as in a message that is just made. */
export function parseMessage(d: Directive, to: NodeId): Message {
  const number = (key: string): number => wholeNumber(valueOf(d, key) ?? "0", key);
  return {
    ...message(parseMessageType(bareKey(d, 1, "a message type")), to),
    from: nodeId(number("from")),
    term: term(number("term")),
    index: index(number("index")),
    logTerm: term(number("log-term")),
    commit: index(number("commit")),
    entries: valuesOf(d, "entries").map(parseEntry),
  };
}

/** An entry without payload, written as term/index. */
function parseEntry(text: string): Entry {
  const [of = "", at = ""] = text.split("/");
  return {
    term: term(wholeNumber(of, "the term of an entry")),
    index: index(wholeNumber(at, "the index of an entry")),
    type: "EntryNormal",
    data: NO_BYTES,
  };
}
