import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { asV2, confChangesToString, decodeConfChange } from "./confChange.ts";
import { LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD } from "./message.ts";
import type { ConfState, Entry, HardState, Message, Snapshot } from "./message.ts";
import type { ReadState, Ready, SoftState } from "./ready.ts";
import type { Role } from "./role.ts";

/**
 * etcd's printed forms, for transcripts, traces and the page. Ids in messages are in base 16, as
 * etcd has them.
 */

/** How a command is shown; the default quotes its bytes. */
export type DataFormatter = (data: Uint8Array) => string;

const ROLE_TEXT: Readonly<Record<Role, string>> = {
  follower: "StateFollower",
  preCandidate: "StatePreCandidate",
  candidate: "StateCandidate",
  leader: "StateLeader",
};

export const describeRole = (role: Role): string => ROLE_TEXT[role];

const ESCAPES: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
  '"': '\\"',
};

/** Bytes as a quoted text: printable ASCII as it is, everything else escaped as Go does it. */
export function quoteBytes(data: Uint8Array): string {
  let text = '"';
  for (const byte of data) {
    const char = String.fromCharCode(byte);
    const isPrintable = byte >= 0x20 && byte < 0x7f;
    text += ESCAPES[char] ?? (isPrintable ? char : `\\x${byte.toString(16).padStart(2, "0")}`);
  }
  return `${text}"`;
}

export function describeHardState(state: HardState): string {
  const vote = state.vote === 0 ? "" : ` Vote:${state.vote}`;
  return `Term:${state.term}${vote} Commit:${state.commit}`;
}

export function describeSoftState(state: SoftState): string {
  return `Lead:${state.lead} State:${describeRole(state.role)}`;
}

/** As Go prints such a list: the contexts as their bytes in base 10. */
const describeReadStates = (states: readonly ReadState[]): string =>
  `[${states.map((each) => `{${each.index} [${each.requestContext.join(" ")}]}`).join(" ")}]`;

export function describeConfState(state: ConfState): string {
  const list = (ids: readonly NodeId[]): string => `[${ids.join(" ")}]`;
  return (
    `Voters:${list(state.voters)} VotersOutgoing:${list(state.votersOutgoing)} ` +
    `Learners:${list(state.learners)} LearnersNext:${list(state.learnersNext)} ` +
    `AutoLeave:${state.autoLeave}`
  );
}

export function describeSnapshot(snapshot: Snapshot): string {
  const { index, term, confState } = snapshot.metadata;
  return `Index:${index} Term:${term} ConfState:${describeConfState(confState)}`;
}

export function describeEntry(entry: Entry, format: DataFormatter = quoteBytes): string {
  const data = entry.type === "EntryNormal" ? format(entry.data) : describeChanges(entry);
  return `${entry.term}/${entry.index} ${entry.type}${data === "" ? "" : ` ${data}`}`;
}

/** The steps of a membership change, as `v1 l2 r3 u4`, or why they cannot be read. */
function describeChanges(entry: Entry): string {
  const change = decodeConfChange(entry);
  return "error" in change ? change.error : confChangesToString(asV2(change).changes);
}

/** One entry a line, each line ended. */
export function describeEntries(entries: readonly Entry[], format?: DataFormatter): string {
  return entries.map((entry) => `${describeEntry(entry, format)}\n`).join("");
}

function describeNode(id: NodeId): string {
  if (id === NO_NODE) return "None";
  if (id === LOCAL_APPEND_THREAD) return "AppendThread";
  return id === LOCAL_APPLY_THREAD ? "ApplyThread" : id.toString(16);
}

/** One line, or several if the message carries several entries, a snapshot or responses. */
export function describeMessage(m: Message, format?: DataFormatter, indent = ""): string {
  let text =
    `${indent}${describeNode(m.from)}->${describeNode(m.to)} ${m.type} ` +
    `Term:${m.term} Log:${m.logTerm}/${m.index}`;
  if (m.reject) text += ` Rejected (Hint: ${m.rejectHint})`;
  if (m.commit !== 0) text += ` Commit:${m.commit}`;
  if (m.vote !== 0) text += ` Vote:${m.vote}`;
  if (m.entries.length === 1) {
    text += ` Entries:[${describeEntry(m.entries[0]!, format)}]`;
  } else if (m.entries.length > 1) {
    const lines = m.entries.map((entry) => `\n${indent}  ${describeEntry(entry, format)}`);
    text += ` Entries:[${lines.join("")}\n${indent}]`;
  }
  if (m.snapshot !== null) text += `\n${indent}  Snapshot: ${describeSnapshot(m.snapshot)}`;
  if (m.responses.length > 0) {
    const lines = m.responses.map((r) => `\n${describeMessage(r, format, `${indent}  `)}`);
    text += ` Responses:[${lines.join("")}\n${indent}]`;
  }
  return text;
}

/** Several lines; both kinds of messages in the order in which they may leave. */
export function describeReady(ready: Ready, format?: DataFormatter): string {
  let text = "";
  if (ready.softState !== null) text += `${describeSoftState(ready.softState)}\n`;
  if (ready.hardState !== null) text += `HardState ${describeHardState(ready.hardState)}\n`;
  if (ready.readStates.length > 0) text += `ReadStates ${describeReadStates(ready.readStates)}\n`;
  if (ready.entries.length > 0) text += `Entries:\n${describeEntries(ready.entries, format)}`;
  if (ready.snapshot !== null) text += `Snapshot ${describeSnapshot(ready.snapshot)}\n`;
  if (ready.committedEntries.length > 0) {
    text += `CommittedEntries:\n${describeEntries(ready.committedEntries, format)}`;
  }
  const messages = ready.messages.concat(ready.persistedMessages);
  if (messages.length > 0) {
    text += `Messages:\n${messages.map((m) => `${describeMessage(m, format)}\n`).join("")}`;
  }
  return text === "" ? "<empty Ready>" : `Ready MustSync=${ready.mustSync}:\n${text}`;
}
