import { utf8Decode } from "../base/utf8.ts";
import { readUnsignedVarint } from "../base/varint.ts";
import { APIS, apiOfKey, hasResponseTags, hasVersion, isFlexible } from "./apis.ts";
import { REQUEST_HEADER, RESPONSE_HEADER } from "./apis.ts";
import { ErrorCode } from "./errorCode.ts";
import { FrameReader } from "./frameReader.ts";
import type { Malformed } from "./frameReader.ts";
import type { ClientApi } from "./request.ts";
import { int32 } from "./schema.ts";
import type { Layout, Table, Type } from "./schema.ts";

/**
 * A frame for people to look at: every field with its bytes, also those that values do not have. It
 * walks the same tables as the codecs, without their haste.
 */
export interface FieldDescribed {
  /** As in the tables; `[2]` for an item. */
  readonly name: string;
  /** As "int32", "compact string", "array". */
  readonly type: string;
  /** What it holds, in few words. */
  readonly value: string;
  /** Where its bytes start in the frame; lengths and counts are part of what they count. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly children: readonly FieldDescribed[];
}

export interface FrameDescribed {
  /** All that could be read, in the order of the bytes. */
  readonly fields: readonly FieldDescribed[];
  /** Why the rest could not be read; null if everything could. */
  readonly malformed: Malformed | null;
}

export function describeRequest(frame: Uint8Array): FrameDescribed {
  const walk = new Walk(frame);
  walk.fields(SIZE);
  const header = walk.fields(REQUEST_HEADER);
  const apiKey = Number(header[0]?.value);
  const version = Number(header[1]?.value);
  const api = apiOfKey(apiKey);
  if (api === null || !hasVersion(api, version)) return walk.described();
  return walk.message(api, "request", version, isFlexible(api, version));
}

/** `api` and `version` are those of the request that the frame answers. */
export function describeResponse(
  frame: Uint8Array,
  api: ClientApi,
  version: number,
): FrameDescribed {
  const walk = new Walk(frame);
  walk.fields(SIZE);
  walk.fields(RESPONSE_HEADER);
  return walk.message(api, "response", version, hasResponseTags(api, version));
}

const SIZE: Table = { size: int32 };

/** What was read of a field, before it is known where it ends. */
interface Part {
  readonly type: string;
  readonly value: string;
  readonly children: readonly FieldDescribed[];
}

/** One frame, from its start as far as it can be read. */
class Walk {
  readonly #reader: FrameReader;
  readonly #fields: FieldDescribed[] = [];
  #version = 0;
  #isFlexible = false;

  constructor(frame: Uint8Array) {
    this.#reader = new FrameReader(frame);
  }

  /** Fields on the way to the message. */
  fields(table: Table): readonly FieldDescribed[] {
    const fields = this.#table(table, false);
    this.#fields.push(...fields);
    return fields;
  }

  message(
    api: ClientApi,
    direction: "request" | "response",
    version: number,
    hasHeaderTags: boolean,
  ): FrameDescribed {
    if (hasHeaderTags) this.#fields.push(...this.#table({}, true));
    this.#version = version;
    this.#isFlexible = isFlexible(api, version);
    this.#fields.push(...this.#table(APIS[api][direction].fields, this.#isFlexible));
    return this.described();
  }

  described(): FrameDescribed {
    const reader = this.#reader;
    const start = reader.position;
    const restBytes = reader.remaining;
    if (restBytes > 0) {
      reader.bytes(restBytes);
      const part = { type: "bytes", value: `${restBytes} bytes that nobody reads`, children: [] };
      this.#fields.push(this.#field("rest", start, part));
    }
    return { fields: this.#fields, malformed: reader.failed ? reader.malformed() : null };
  }

  #field(name: string, offset: number, part: Part): FieldDescribed {
    return { name, ...part, offset, sizeBytes: this.#reader.position - offset };
  }

  /** Reads one field and adds it to `into`, with what there is of it if it ends too early. */
  #add(into: FieldDescribed[], name: string, path: string, read: () => Part): void {
    const reader = this.#reader;
    if (reader.failed) return;
    const start = reader.position;
    const part = read();
    if (reader.failed) reader.locate(start, path);
    if (!reader.failed || part.children.length > 0) into.push(this.#field(name, start, part));
  }

  #table(table: Table, hasTags: boolean): FieldDescribed[] {
    const fields: FieldDescribed[] = [];
    this.#addTable(fields, table);
    if (hasTags) this.#add(fields, "tags", ".tags", () => this.#tags(table));
    return fields;
  }

  #addTable(into: FieldDescribed[], table: Table): void {
    for (const [key, layout] of this.#carried(table)) {
      if (layout.tag !== null) continue;
      const { type } = layout;
      if (typeof type === "object" && type.kind === "flat") this.#addTable(into, type.fields);
      else this.#add(into, nameOf(key), `.${nameOf(key)}`, () => this.#part(nameOf(key), layout));
    }
  }

  #carried(table: Table): [string, Layout][] {
    return Object.entries(table).filter(
      ([, { since, until }]) => since <= this.#version && this.#version <= until,
    );
  }

  #tags(table: Table): Part {
    const reader = this.#reader;
    const children: FieldDescribed[] = [];
    const count = readUnsignedVarint(reader);
    for (let at = 0; at < count && !reader.failed; at++) {
      const start = reader.position;
      const tag = readUnsignedVarint(reader);
      const sizeBytes = readUnsignedVarint(reader);
      const known = this.#carried(table).find(([, layout]) => layout.tag === tag);
      const name = known === undefined ? "unknown" : nameOf(known[0]);
      this.#add(children, `${name} (tag ${tag})`, `.${name}`, () => {
        if (known !== undefined) return this.#part(name, known[1]);
        reader.bytes(sizeBytes);
        return leaf("tagged field", `${sizeBytes} bytes`);
      });
      if (reader.failed) reader.locate(start, `[${at}]`);
    }
    return { type: "tagged fields", value: `${count}`, children };
  }

  #part(name: string, layout: Layout): Part {
    const { type } = layout;
    if (typeof type === "string") return this.#leaf(name, type);
    switch (type.kind) {
      case "flat":
      case "struct":
        return { type: "struct", value: "", children: this.#table(type.fields, this.#isFlexible) };
      case "list":
        if (this.#version < type.countedSince) return this.#onlyItem(name, type.item);
        return this.#array((children, at) =>
          this.#add(children, `[${at}]`, `[${at}]`, () => this.#part(name, type.item)),
        );
      case "grouped":
        return this.#array((children, at) =>
          this.#add(children, `[${at}]`, `[${at}]`, () => this.#group(type)),
        );
    }
  }

  /** An item without a count, whose fields stand among those around it. */
  #onlyItem(name: string, item: Layout): Part {
    const { type } = item;
    if (typeof type === "string" || type.kind !== "struct") return this.#part(name, item);
    return { type: "struct", value: "", children: this.#table(type.fields, false) };
  }

  #group(type: Extract<Type, { kind: "grouped" }>): Part {
    const children = this.#table(type.keys, false);
    const hasTags = this.#isFlexible && !type.isBare;
    this.#add(children, "partitions", "", () =>
      this.#array((into, at) =>
        this.#add(into, `[${at}]`, `[${at}]`, () => ({
          type: "struct",
          value: "",
          children: this.#table(type.items, hasTags),
        })),
      ),
    );
    if (this.#isFlexible) this.#add(children, "tags", ".tags", () => this.#tags({}));
    return { type: "struct", value: "", children };
  }

  #array(addItem: (into: FieldDescribed[], at: number) => void): Part {
    const reader = this.#reader;
    const count = this.#length(false);
    if (count < 0) return leaf(this.#compact("array"), "null");
    const children: FieldDescribed[] = [];
    for (let at = 0; at < count && !reader.failed; at++) addItem(children, at);
    return { type: this.#compact("array"), value: `${count}`, children };
  }

  #leaf(name: string, type: Extract<Type, string>): Part {
    const reader = this.#reader;
    switch (type) {
      case "bool":
        return leaf(type, `${reader.u8() !== 0}`);
      case "int8":
        return leaf(type, `${reader.i8()}`);
      case "int16":
        return leaf(type, int16Text(name, reader.i16()));
      case "int32":
        return leaf(type, `${reader.i32()}`);
      case "int64":
        return leaf(type, `${reader.i64()}`);
      case "uuid":
        return leaf(type, hexOf(reader.bytes(16)));
      case "string":
      case "bytes": {
        const length = this.#length(type === "string");
        if (length < 0) return leaf(this.#compact(type), "null");
        const bytes = reader.bytes(length);
        const text = type === "string" ? JSON.stringify(utf8Decode(bytes)) : `${length} bytes`;
        return leaf(this.#compact(type), text);
      }
    }
  }

  #length(isString: boolean): number {
    if (this.#isFlexible) return readUnsignedVarint(this.#reader) - 1;
    return isString ? this.#reader.i16() : this.#reader.i32();
  }

  #compact(type: string): string {
    return this.#isFlexible ? `compact ${type}` : type;
  }
}

function leaf(type: string, value: string): Part {
  return { type, value, children: [] };
}

function nameOf(key: string): string {
  return key.startsWith("_") ? key.slice(1) : key;
}

/** Error codes with their names, as far as this broker has them. */
function int16Text(name: string, value: number): string {
  if (!name.endsWith("rrorCode") || value === 0) return `${value}`;
  const known = Object.entries(ErrorCode).find(([, code]) => code === value);
  return known === undefined ? `${value}` : `${value} ${known[0]}`;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
