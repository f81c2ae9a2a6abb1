import { ByteReader, ByteWriter, NO_BYTES } from "../base/bytes.ts";
import type { NodeId } from "../base/ids.ts";
import { readUnsignedVarint, writeUnsignedVarint } from "../base/varint.ts";
import type { Entry } from "./message.ts";

/*
 * What a membership change says, and its bytes in an entry. The encoding is that of etcd's raftpb
 * (protocol buffers), so that a log written by either can be read by the other.
 */

export type ConfChangeType =
  | "ConfChangeAddNode"
  | "ConfChangeRemoveNode"
  | "ConfChangeUpdateNode"
  | "ConfChangeAddLearnerNode";

/** One step of a change. `nodeId` 0 makes it say nothing. */
export interface ConfChangeSingle {
  readonly type: ConfChangeType;
  readonly nodeId: NodeId;
}

/**
 * How several steps are to take effect together (Raft thesis, section 4.3).
 *
 * - auto: in one step if there is only one, else through a joint configuration that is left as soon
 *   as it is in force;
 * - jointImplicit: always through a joint configuration, left of its own accord;
 * - jointExplicit: the same, left when an empty change is proposed.
 */
export type ConfChangeTransition = "auto" | "jointImplicit" | "jointExplicit";

/** The older form, of exactly one step. */
export interface ConfChangeV1 {
  /** For the proposer's own use. */
  readonly id: number;
  readonly type: ConfChangeType;
  readonly nodeId: NodeId;
  readonly context: Uint8Array;
}

/** A change of any size. Without steps, and with transition auto, it leaves a joint configuration. */
export interface ConfChangeV2 {
  readonly transition: ConfChangeTransition;
  readonly changes: readonly ConfChangeSingle[];
  /** For the state machine: it gets the change with the entry. */
  readonly context: Uint8Array;
}

export type ConfChange = ConfChangeV1 | ConfChangeV2;

/** Why bytes are no membership change, and where. */
export interface ConfChangeDecodeError {
  readonly error: string;
  /** In bytes, from the start of the entry's data. */
  readonly offset: number;
}

const isConfChangeV2 = (change: ConfChange): change is ConfChangeV2 => "changes" in change;

/** The same change in the newer form. */
export function asV2(change: ConfChange): ConfChangeV2 {
  if (isConfChangeV2(change)) return change;
  const { type, nodeId, context } = change;
  return { transition: "auto", changes: [{ type, nodeId }], context };
}

/** True if the change ends a joint configuration rather than making any change of its own. */
export const leavesJoint = (change: ConfChangeV2): boolean =>
  change.transition === "auto" && change.changes.length === 0;

/** True if the change goes through a joint configuration. */
export const entersJoint = (change: ConfChangeV2): boolean =>
  change.transition !== "auto" || change.changes.length > 1;

const TYPES: readonly ConfChangeType[] = [
  "ConfChangeAddNode",
  "ConfChangeRemoveNode",
  "ConfChangeUpdateNode",
  "ConfChangeAddLearnerNode",
];
const TRANSITIONS: readonly ConfChangeTransition[] = ["auto", "jointImplicit", "jointExplicit"];

/** Type and data of the entry that carries `change`. */
export function encodeConfChange(change: ConfChange): Pick<Entry, "type" | "data"> {
  const writer = new ByteWriter("little");
  if (isConfChangeV2(change)) {
    writeNumber(writer, 1, TRANSITIONS.indexOf(change.transition));
    for (const { type, nodeId } of change.changes) {
      const single = new ByteWriter("little");
      writeNumber(single, 1, TYPES.indexOf(type));
      writeNumber(single, 2, nodeId);
      writeField(writer, 2, single.take());
    }
    if (change.context.length > 0) writeField(writer, 3, change.context);
    return { type: "EntryConfChangeV2", data: writer.take() };
  }
  writeNumber(writer, 1, change.id);
  writeNumber(writer, 2, TYPES.indexOf(change.type));
  writeNumber(writer, 3, change.nodeId);
  if (change.context.length > 0) writeField(writer, 4, change.context);
  return { type: "EntryConfChange", data: writer.take() };
}

/** The change that an entry of one of the two ConfChange types carries. */
export function decodeConfChange(
  entry: Pick<Entry, "type" | "data">,
): ConfChange | ConfChangeDecodeError {
  const fields = readFields(entry.data);
  if ("error" in fields) return fields;
  return entry.type === "EntryConfChange" ? toV1(fields.list) : toV2(fields.list);
}

/** One field of an encoded message: a number, or bytes. */
interface Field {
  readonly id: number;
  readonly value: number | Uint8Array;
  readonly offset: number;
}

function toV1(fields: readonly Field[]): ConfChangeV1 | ConfChangeDecodeError {
  let id = 0;
  let type: ConfChangeType = "ConfChangeAddNode";
  let nodeId = 0;
  let context = NO_BYTES;
  for (const field of fields) {
    if (field.id < 1 || field.id > 4) continue;
    if ((typeof field.value === "number") !== field.id < 4) return wrongKind(field);
    if (field.id === 1) id = field.value as number;
    if (field.id === 2) {
      const known = TYPES[field.value as number];
      if (known === undefined) return unknownValue(field, "type of change");
      type = known;
    }
    if (field.id === 3) nodeId = field.value as number;
    if (field.id === 4) context = field.value as Uint8Array;
  }
  return { id, type, nodeId: nodeId as NodeId, context };
}

function toV2(fields: readonly Field[]): ConfChangeV2 | ConfChangeDecodeError {
  let transition: ConfChangeTransition = "auto";
  const changes: ConfChangeSingle[] = [];
  let context = NO_BYTES;
  for (const field of fields) {
    if (field.id < 1 || field.id > 3) continue;
    if ((typeof field.value === "number") !== (field.id === 1)) return wrongKind(field);
    if (field.id === 1) {
      const known = TRANSITIONS[field.value as number];
      if (known === undefined) return unknownValue(field, "transition");
      transition = known;
    }
    if (field.id === 2) {
      const single = toSingle(field.value as Uint8Array, field.offset);
      if ("error" in single) return single;
      changes.push(single);
    }
    if (field.id === 3) context = field.value as Uint8Array;
  }
  return { transition, changes, context };
}

function toSingle(data: Uint8Array, at: number): ConfChangeSingle | ConfChangeDecodeError {
  const fields = readFields(data);
  if ("error" in fields) return { error: fields.error, offset: at + fields.offset };
  let type: ConfChangeType = "ConfChangeAddNode";
  let nodeId = 0;
  for (const field of fields.list) {
    if (field.id < 1 || field.id > 2) continue;
    const placed = { ...field, offset: at + field.offset };
    if (typeof field.value !== "number") return wrongKind(placed);
    if (field.id === 1) {
      const known = TYPES[field.value];
      if (known === undefined) return unknownValue(placed, "type of change");
      type = known;
    }
    if (field.id === 2) nodeId = field.value;
  }
  return { type, nodeId: nodeId as NodeId };
}

const wrongKind = ({ id, offset }: Field): ConfChangeDecodeError => ({
  error: `field ${id} of a membership change is of the wrong kind`,
  offset,
});

const unknownValue = ({ value, offset }: Field, what: string): ConfChangeDecodeError => ({
  error: `${String(value)} is no known ${what} of a membership change`,
  offset,
});

/**
 * Steps as text, separated by spaces: v1 makes node 1 a voter, l2 makes 2 a learner, r3 removes 3
 * and u4 updates 4. The reasons of a refusal are etcd's.
 */
export function confChangesFromString(
  text: string,
): readonly ConfChangeSingle[] | { readonly error: string } {
  const words = text.trim() === "" ? [] : text.trim().split(" ");
  const changes: ConfChangeSingle[] = [];
  for (const word of words) {
    if (word.length < 2) return { error: `unknown token ${word}` };
    const type = TYPE_OF_LETTER[word[0]!];
    if (type === undefined) return { error: `unknown input: ${word}` };
    const digits = word.slice(1);
    if (!/^\d+$/.test(digits)) {
      return { error: `strconv.ParseUint: parsing ${JSON.stringify(digits)}: invalid syntax` };
    }
    const id = Number(digits);
    if (!Number.isSafeInteger(id)) {
      return { error: `strconv.ParseUint: parsing "${digits}": value out of range` };
    }
    changes.push({ type, nodeId: id as NodeId });
  }
  return changes;
}

/** The inverse of confChangesFromString. */
export function confChangesToString(changes: readonly ConfChangeSingle[]): string {
  return changes.map(({ type, nodeId }) => `${LETTER_OF_TYPE[type]}${nodeId}`).join(" ");
}

const TYPE_OF_LETTER: Readonly<Record<string, ConfChangeType | undefined>> = {
  v: "ConfChangeAddNode",
  l: "ConfChangeAddLearnerNode",
  r: "ConfChangeRemoveNode",
  u: "ConfChangeUpdateNode",
};

const LETTER_OF_TYPE: Readonly<Record<ConfChangeType, string>> = {
  ConfChangeAddNode: "v",
  ConfChangeAddLearnerNode: "l",
  ConfChangeRemoveNode: "r",
  ConfChangeUpdateNode: "u",
};

// The part of the protocol buffers encoding that is needed here: numbers as unsigned varints (wire
// type 0) and bytes behind their length (wire type 2). Fields of other ids are skipped, as the
// encoding demands; so are, by their known width, the two fixed-width wire types.

const NUMBER = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

/** A number that is 0 is left out: that is what a missing field means. */
function writeNumber(writer: ByteWriter, id: number, value: number): void {
  if (value === 0) return;
  writer.u8(id * 8 + NUMBER);
  writeUnsignedVarint(writer, value);
}

function writeField(writer: ByteWriter, id: number, data: Uint8Array): void {
  writer.u8(id * 8 + BYTES);
  writeUnsignedVarint(writer, data.length);
  writer.bytes(data);
}

function readFields(data: Uint8Array): { readonly list: Field[] } | ConfChangeDecodeError {
  const reader = new ByteReader(data, "little");
  const list: Field[] = [];
  while (reader.remaining > 0) {
    const offset = reader.position;
    const tag = readUnsignedVarint(reader);
    const id = Math.floor(tag / 8);
    const kind = tag % 8;
    if (kind === NUMBER) list.push({ id, value: readUnsignedVarint(reader), offset });
    else if (kind === BYTES)
      list.push({ id, value: reader.bytes(readUnsignedVarint(reader)), offset });
    else if (kind === FIXED_64) reader.bytes(8);
    else if (kind === FIXED_32) reader.bytes(4);
    else reader.fail();
    if (reader.failed || id === 0) {
      return { error: "this is not an encoded membership change", offset };
    }
  }
  return { list };
}
