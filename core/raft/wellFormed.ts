import { isLocalThread } from "./message.ts";
import type { ConfState, Entry, Message, MessageType, Snapshot } from "./message.ts";

/*
 * What a message must be like before its meaning is looked at. Whoever decodes messages checks this
 * with a better report; here it keeps a wrong number, once it came in, from becoming part of the
 * state: nothing compares equal to, or greater than, a NaN.
 */

/**
 * Messages of no term: requests, which whoever leads handles as if they had been made there, and
 * what a node only tells itself.
 */
const WITHOUT_TERM: ReadonlySet<MessageType> = new Set<MessageType>([
  "MsgProp",
  "MsgReadIndex",
  "MsgTransferLeader",
  "MsgForgetLeader",
  "MsgHup",
  "MsgBeat",
  "MsgUnreachable",
  "MsgSnapStatus",
  "MsgCheckQuorum",
  "MsgStorageAppend",
  "MsgStorageAppendResp",
  "MsgStorageApply",
  "MsgStorageApplyResp",
]);

/** Why `m` cannot be a message of another node, or null. */
export function faultOf(m: Message): string | null {
  if (!isCount(m.term)) return "term";
  if (!isCount(m.from) && !isLocalThread(m.from)) return "from";
  if (!isCount(m.logTerm)) return "logTerm";
  if (!isCount(m.index)) return "index";
  if (!isCount(m.commit)) return "commit";
  if (!isCount(m.vote)) return "vote";
  if (!isCount(m.rejectHint)) return "rejectHint";
  if (typeof m.reject !== "boolean") return "reject";
  if (m.context !== null && !(m.context instanceof Uint8Array)) return "context";
  if (!Array.isArray(m.entries)) return "entries";
  if (m.type === "MsgProp" && m.entries.length === 0) return "entries";
  if (m.term === 0 && !WITHOUT_TERM.has(m.type) && !isLocalThread(m.from)) return "term";
  const places = m.type === "MsgApp" ? m.index : null;
  for (let i = 0; i < m.entries.length; i++) {
    if (!isEntry(m.entries[i], places === null ? null : places + 1 + i)) return `entries[${i}]`;
  }
  if (m.type === "MsgSnap" ? !isSnapshot(m.snapshot) : m.snapshot !== null) {
    // The append thread gives back the very snapshot that it was given.
    if (m.type !== "MsgStorageAppendResp") return "snapshot";
  }
  if (m.priority !== undefined && !Number.isSafeInteger(m.priority)) return "priority";
  if (m.commitTerm !== undefined && !isCount(m.commitTerm)) return "commitTerm";
  if (m.requestSnapshot !== undefined && !isCount(m.requestSnapshot)) return "requestSnapshot";
  return null;
}

/** Far below 2^53, so that a term or an index can be counted on from there. */
const LIMIT = 2 ** 52;
const isCount = (value: number): boolean =>
  typeof value === "number" &&
  // What fits into 32 bits is the most frequent by far, and the fastest to tell.
  (value >>> 0 === value || (Number.isInteger(value) && value >= 0 && value < LIMIT));

const isEntry = (entry: Entry, place: number | null): boolean =>
  typeof entry === "object" &&
  entry !== null &&
  isCount(entry.term) &&
  isCount(entry.index) &&
  (place === null || entry.index === place) &&
  (entry.type === "EntryNormal" ||
    entry.type === "EntryConfChange" ||
    entry.type === "EntryConfChangeV2") &&
  entry.data instanceof Uint8Array &&
  (entry.context === undefined || entry.context instanceof Uint8Array);

function isSnapshot(snapshot: Snapshot | null): boolean {
  const metadata = snapshot?.metadata;
  return (
    metadata !== null &&
    metadata !== undefined &&
    isCount(metadata.index) &&
    isCount(metadata.term) &&
    isConfState(metadata.confState) &&
    snapshot!.data instanceof Uint8Array
  );
}

const isConfState = (c: ConfState): boolean =>
  typeof c === "object" &&
  c !== null &&
  [c.voters, c.learners, c.votersOutgoing, c.learnersNext].every(
    (ids) => Array.isArray(ids) && ids.every((id) => isCount(id) && id > 0),
  ) &&
  typeof c.autoLeave === "boolean";
