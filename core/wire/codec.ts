import { assert } from "../base/assert.ts";
import { ByteWriter, NO_BYTES } from "../base/bytes.ts";
import { utf8Decode, utf8Encode } from "../base/utf8.ts";
import { readUnsignedVarint, writeUnsignedVarint } from "../base/varint.ts";
import type { FrameReader } from "./frameReader.ts";
import { NO_TOPIC_ID } from "./request.ts";
import type { Layout, Table, Type, Value, Values } from "./schema.ts";

/**
 * Reads and writes what one table says of one version. Everything that depends on the version alone
 * is settled when a codec is made, so that reading a field is one call.
 */
interface Codec {
  /** The fewest bytes that it can take: a count that cannot fit is refused before anything is made. */
  readonly bytesMin: number;
  /** After a failure of the reader, something of no meaning. */
  read(reader: FrameReader): Value;
  write(writer: ByteWriter, value: Value): void;
}

export interface Version {
  readonly version: number;
  /** Compact lengths and tagged fields (KIP-482). */
  readonly isFlexible: boolean;
}

/** A field in its fixed place. `name` is null for one that values do not have. */
interface Placed {
  readonly name: string | null;
  readonly path: string;
  readonly codec: Codec;
  readonly fallback: Value;
}

/** A tagged field, or the fields of a tagged flat one. */
interface Tagged {
  readonly tag: number;
  readonly path: string;
  readIn(reader: FrameReader, target: Values): void;
  isAbsent(source: Values): boolean;
  writeFrom(writer: ByteWriter, source: Values): void;
}

type Grouped = Extract<Type, { readonly kind: "grouped" }>;

/** The fields of a struct or a message, in one version. */
export class StructCodec implements Codec {
  readonly bytesMin: number;
  readonly #placed: readonly Placed[];
  readonly #tagged: readonly Tagged[];
  readonly #hasTags: boolean;
  /** Fields of all versions, so that values of every version have the same shape. */
  readonly fallbacks: Values;

  /**
   * `hasTags`: whether tagged fields end it; a part of another struct has none of its own.
   * `constants` are in every value, though not in the bytes.
   */
  constructor(
    table: Table,
    version: Version,
    hasTags: boolean = version.isFlexible,
    constants: Values = {},
  ) {
    const placed: Placed[] = [];
    const tagged: Tagged[] = [];
    this.fallbacks = { ...constants };
    addFields(table, version, true, placed, tagged, this.fallbacks);
    this.#placed = placed;
    this.#tagged = tagged;
    this.#hasTags = hasTags;
    this.bytesMin = placed.reduce((sum, { codec }) => sum + codec.bytesMin, hasTags ? 1 : 0);
  }

  read(reader: FrameReader): Values {
    const value = { ...this.fallbacks };
    this.readIn(reader, value);
    return value;
  }

  readIn(reader: FrameReader, target: Values): void {
    for (const { name, path, codec } of this.#placed) {
      const start = reader.position;
      const value = codec.read(reader);
      if (reader.failed) {
        reader.locate(start, path);
        return;
      }
      if (name !== null) target[name] = value;
    }
    if (this.#hasTags) readTags(reader, this.#tagged, target);
  }

  write(writer: ByteWriter, source: Values): void {
    for (const { name, codec, fallback } of this.#placed) {
      codec.write(writer, name === null ? fallback : source[name]!);
    }
    if (this.#hasTags) writeTags(writer, this.#tagged, source);
  }

  /** Whether `source` says nothing but what a reader assumes without it. */
  isFallback(source: Values): boolean {
    return this.#placed.every(({ name, fallback }) => name === null || source[name] === fallback);
  }

  /** Whether two values agree in all fields that this version carries. */
  agrees(a: Values, b: Values): boolean {
    return this.#placed.every(({ name }) => name === null || a[name] === b[name]);
  }
}

function addFields(
  table: Table,
  at: Version,
  isCarried: boolean,
  placed: Placed[],
  tagged: Tagged[],
  fallbacks: Values,
): void {
  for (const [key, field] of Object.entries(table)) {
    const { type, since, until, tag, fallback } = field;
    const isHere = isCarried && since <= at.version && at.version <= until;
    const isIgnored = key.startsWith("_");
    const path = `.${isIgnored ? key.slice(1) : key}`;
    const name = isIgnored ? null : key;
    if (name !== null) fallbacks[name] = fallback;
    if (typeof type === "object" && type.kind === "flat") {
      addFields(type.fields, at, isHere && tag === null, placed, tagged, fallbacks);
      if (isHere && tag !== null)
        tagged.push(flatTagged(tag, path, new StructCodec(type.fields, at)));
    } else if (isHere) {
      const codec = codecOf(field, at);
      if (tag === null) placed.push({ name, path, codec, fallback });
      else tagged.push(taggedField(tag, path, name, codec));
    }
  }
}

function flatTagged(tag: number, path: string, fields: StructCodec): Tagged {
  return {
    tag,
    path,
    readIn: (reader, target) => fields.readIn(reader, target),
    isAbsent: (source) => fields.isFallback(source),
    writeFrom: (writer, source) => fields.write(writer, source),
  };
}

function taggedField(tag: number, path: string, name: string | null, codec: Codec): Tagged {
  return {
    tag,
    path,
    readIn: (reader, target) => {
      const value = codec.read(reader);
      if (name !== null) target[name] = value;
    },
    isAbsent: (source) => {
      const value = name === null ? null : source[name]!;
      return value === null || (Array.isArray(value) && value.length === 0);
    },
    writeFrom: (writer, source) => {
      if (name !== null) codec.write(writer, source[name]!);
    },
  };
}

/** Tags that the table does not know are read over, as they may be of a later version (KIP-482). */
function readTags(reader: FrameReader, known: readonly Tagged[], target: Values): void {
  const start = reader.position;
  let count = readUnsignedVarint(reader);
  for (; count > 0 && !reader.failed; count--) {
    const tag = readUnsignedVarint(reader);
    const sizeBytes = readUnsignedVarint(reader);
    const field = known.find((field) => field.tag === tag);
    if (field === undefined) {
      reader.bytes(sizeBytes);
    } else {
      const fieldStart = reader.position;
      field.readIn(reader, target);
      if (!reader.failed && reader.position !== fieldStart + sizeBytes) {
        reader.refuse(
          `the tagged field takes ${reader.position - fieldStart} bytes, not ${sizeBytes}`,
        );
      }
      if (reader.failed) reader.locate(fieldStart, field.path);
    }
  }
  if (reader.failed) reader.locate(start, ".tags");
}

function writeTags(writer: ByteWriter, known: readonly Tagged[], source: Values): void {
  if (known.length === 0) {
    writer.u8(0);
    return;
  }
  const present = known.filter((field) => !field.isAbsent(source));
  writeUnsignedVarint(writer, present.length);
  for (const field of present) {
    const body = new ByteWriter("big");
    field.writeFrom(body, source);
    writeUnsignedVarint(writer, field.tag);
    writeUnsignedVarint(writer, body.size);
    writer.bytes(body.peek());
  }
}

/** What may stand in one field, in one version. */
function codecOf(field: Layout, at: Version): Codec {
  const { type, fallback } = field;
  const isNullable = field.nullableSince <= at.version;
  switch (type) {
    case "bool":
      return BOOL;
    case "int8":
      return INT8;
    case "int16":
      return INT16;
    case "int32":
      return INT32;
    case "int64":
      return INT64;
    case "uuid":
      return UUID;
    case "string":
      return stringCodec(at.isFlexible, isNullable, fallback);
    case "bytes":
      return bytesCodec(at.isFlexible, isNullable, fallback);
  }
  switch (type.kind) {
    case "flat":
      return new StructCodec(type.fields, at, false);
    case "struct":
      return new StructCodec(type.fields, at);
    case "list":
      return at.version < type.countedSince
        ? onlyItemCodec(partOf(type.item, at))
        : listCodec(codecOf(type.item, at), at.isFlexible, isNullable, fallback);
    case "grouped":
      return new GroupedCodec(type, at, isNullable, fallback);
  }
}

/** An item that stands among the fields of the struct around it. */
function partOf(item: Layout, at: Version): Codec {
  const { type } = item;
  if (typeof type === "string" || type.kind !== "struct") return codecOf(item, at);
  return new StructCodec(type.fields, at, false);
}

const BOOL: Codec = {
  bytesMin: 1,
  read: (reader) => reader.u8() !== 0,
  write: (writer, value: boolean) => writer.u8(value ? 1 : 0),
};
const INT8: Codec = {
  bytesMin: 1,
  read: (reader) => reader.i8(),
  write: (writer, value: number) => writer.i8(value),
};
const INT16: Codec = {
  bytesMin: 2,
  read: (reader) => reader.i16(),
  write: (writer, value: number) => writer.i16(value),
};
const INT32: Codec = {
  bytesMin: 4,
  read: (reader) => reader.i32(),
  write: (writer, value: number) => writer.i32(value),
};
const INT64: Codec = {
  bytesMin: 8,
  read: (reader) => {
    const left = reader.remaining;
    const value = reader.i64();
    if (reader.failed && left >= 8) reader.refuse("the number is beyond 2^53 and cannot be held");
    return value;
  },
  write: (writer, value: number) => writer.i64(value),
};
const UUID: Codec = {
  bytesMin: 16,
  read: (reader) => {
    const hex = hexWord(reader) + hexWord(reader) + hexWord(reader) + hexWord(reader);
    // One string for all that have none.
    return hex === NO_TOPIC_ID ? NO_TOPIC_ID : hex;
  },
  write: (writer, value: string) => {
    if (value.length !== 32) assert(false, `${value} is not 32 hex digits`);
    for (let at = 0; at < 32; at += 8) writer.u32(Number.parseInt(value.slice(at, at + 8), 16));
  },
};

function hexWord(reader: FrameReader): string {
  return reader.u32().toString(16).padStart(8, "0");
}

/** Lengths and counts: -1 is null; compact ones are one more, without a sign. */
function readLength(reader: FrameReader, isCompact: boolean): number {
  return isCompact ? readUnsignedVarint(reader) - 1 : reader.i32();
}

function writeLength(writer: ByteWriter, isCompact: boolean, length: number): void {
  if (isCompact) writeUnsignedVarint(writer, length + 1);
  else writer.i32(length);
}

/** A length below zero is null, or nonsense. */
function nullOr(reader: FrameReader, length: number, isNullable: boolean, fallback: Value): Value {
  if (length < -1) reader.refuse(`the length is ${length}`);
  else if (!isNullable && !reader.failed) reader.refuse("null may not stand here");
  return fallback;
}

function stringCodec(isCompact: boolean, isNullable: boolean, fallback: Value): Codec {
  return {
    bytesMin: isCompact ? 1 : 2,
    read: (reader) => {
      const length = isCompact ? readUnsignedVarint(reader) - 1 : reader.i16();
      if (length < 0) return nullOr(reader, length, isNullable, fallback);
      if (length === 0) return isNullable ? "" : fallback;
      const encoded = reader.bytes(length);
      const text = utf8Decode(encoded);
      // What is not UTF-8 would come back as other bytes, and as more of them than fit.
      if (text.includes("\ufffd") && !isSame(utf8Encode(text), encoded)) {
        reader.refuse("the string is not UTF-8");
      }
      return text;
    },
    write: (writer, value: string | null) => {
      const encoded = value === null ? NO_BYTES : utf8Encode(value);
      const length = value === null && isNullable ? -1 : encoded.length;
      if (isCompact) writeUnsignedVarint(writer, length + 1);
      else writer.i16(length);
      writer.bytes(encoded);
    },
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** A window on the frame, not a copy. */
function bytesCodec(isCompact: boolean, isNullable: boolean, fallback: Value): Codec {
  return {
    bytesMin: isCompact ? 1 : 4,
    read: (reader) => {
      const length = readLength(reader, isCompact);
      if (length < 0) return nullOr(reader, length, isNullable, fallback);
      return length === 0 ? NO_BYTES : reader.bytes(length);
    },
    write: (writer, value: Uint8Array | null) => {
      writeLength(writer, isCompact, value === null ? (isNullable ? -1 : 0) : value.length);
      if (value !== null) writer.bytes(value);
    },
  };
}

function listCodec(item: Codec, isCompact: boolean, isNullable: boolean, fallback: Value): Codec {
  return {
    bytesMin: isCompact ? 1 : 4,
    read: (reader) => {
      const count = readCount(reader, isCompact, item.bytesMin);
      if (count < 0) return nullOr(reader, count, isNullable, fallback);
      if (count === 0 && !isNullable) return fallback;
      const items: Value[] = [];
      if (item === INT32) {
        // Their bytes are known to be here: lists of brokers are most of a Metadata answer.
        for (let left = count; left > 0; left--) items.push(reader.i32());
        return items;
      }
      for (let at = 0; at < count; at++) {
        const start = reader.position;
        items.push(item.read(reader));
        if (reader.failed) {
          reader.locate(start, `[${at}]`);
          break;
        }
      }
      return items;
    },
    write: (writer, value: readonly Value[] | null) => {
      writeLength(writer, isCompact, value === null ? (isNullable ? -1 : 0) : value.length);
      if (value !== null) for (const one of value) item.write(writer, one);
    },
  };
}

/** A list of what old versions had one of, without a count. */
function onlyItemCodec(item: Codec): Codec {
  return {
    bytesMin: item.bytesMin,
    read: (reader) => [item.read(reader)],
    write: (writer, value: readonly Value[]) => {
      assert(value.length === 1, `this version carries one item, not ${value.length}`);
      item.write(writer, value[0]!);
    },
  };
}

/** A count of items that cannot all be here is refused before anything is made of it. */
function readCount(reader: FrameReader, isCompact: boolean, itemBytesMin: number): number {
  const count = readLength(reader, isCompact);
  if (count * itemBytesMin > reader.remaining) {
    reader.refuse(`${count} items do not fit in the ${reader.remaining} bytes that are left`);
    return 0;
  }
  return count;
}

class GroupedCodec implements Codec {
  readonly bytesMin: number;
  readonly #keys: StructCodec;
  readonly #items: StructCodec;
  readonly #isCompact: boolean;
  readonly #isNullable: boolean;
  readonly #fallback: Value;
  readonly #groupBytesMin: number;

  constructor(type: Grouped, at: Version, isNullable: boolean, fallback: Value) {
    const { isFlexible } = at;
    this.bytesMin = isFlexible ? 1 : 4;
    this.#keys = new StructCodec(type.keys, at, false);
    this.#items = new StructCodec(type.items, at, isFlexible && !type.isBare);
    this.#isCompact = isFlexible;
    this.#isNullable = isNullable;
    this.#fallback = fallback;
    this.#groupBytesMin = this.#keys.bytesMin + (isFlexible ? 2 : 4);
  }

  read(reader: FrameReader): Value {
    const groupCount = readCount(reader, this.#isCompact, this.#groupBytesMin);
    if (groupCount < 0) return nullOr(reader, groupCount, this.#isNullable, this.#fallback);
    const items: Values[] = [];
    for (let at = 0; at < groupCount; at++) {
      const start = reader.position;
      this.#readGroup(reader, items);
      if (reader.failed) {
        reader.locate(start, `[${at}]`);
        break;
      }
    }
    return items;
  }

  #readGroup(reader: FrameReader, items: Values[]): void {
    const keys = this.#keys.read(reader);
    const start = reader.position;
    const count = readCount(reader, this.#isCompact, this.#items.bytesMin);
    if (count < 0) nullOr(reader, count, false, null);
    if (reader.failed) reader.locate(start, "[]");
    for (let at = 0; at < count; at++) {
      const itemStart = reader.position;
      const item = { ...keys, ...this.#items.fallbacks };
      this.#items.readIn(reader, item);
      if (reader.failed) {
        reader.locate(itemStart, `[${at}]`);
        return;
      }
      items.push(item);
    }
    if (this.#isCompact && !reader.failed) readTags(reader, NO_TAGS, keys);
  }

  write(writer: ByteWriter, value: readonly Values[] | null): void {
    if (value === null) {
      writeLength(writer, this.#isCompact, this.#isNullable ? -1 : 0);
      return;
    }
    writeLength(writer, this.#isCompact, this.#groupCount(value));
    for (let start = 0, end; start < value.length; start = end) {
      end = this.#endOfGroup(value, start);
      this.#keys.write(writer, value[start]!);
      writeLength(writer, this.#isCompact, end - start);
      for (let at = start; at < end; at++) this.#items.write(writer, value[at]!);
      if (this.#isCompact) writeTags(writer, NO_TAGS, value[start]!);
    }
  }

  #groupCount(value: readonly Values[]): number {
    let count = 0;
    for (let at = 0; at < value.length; at = this.#endOfGroup(value, at)) count++;
    return count;
  }

  #endOfGroup(value: readonly Values[], start: number): number {
    const first = value[start]!;
    let end = start + 1;
    while (end < value.length && this.#keys.agrees(first, value[end]!)) end++;
    return end;
  }
}

const NO_TAGS: readonly Tagged[] = [];
