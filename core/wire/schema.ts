import { NO_BYTES } from "../base/bytes.ts";
import { NO_TOPIC_ID } from "./request.ts";

/**
 * The vocabulary of the tables in `api/`: which fields a message has, in the order of its bytes, in
 * which versions, and what stands in a value where a version does not carry a field. A table is
 * data: `codec.ts` makes readers and writers of it, `describe.ts` a picture of a frame.
 */

/** What messages are made of, once read. */
export type Value = boolean | number | string | Uint8Array | null | Values | readonly Value[];
export interface Values {
  [name: string]: Value;
}

/** How the bytes of a field are laid out. Big endian; lengths are compact in flexible versions. */
export type Type =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  /** 16 bytes; as a value 32 hex digits. */
  | "uuid"
  | "string"
  | "bytes"
  /** Fields of the value itself: the bytes nest them, or several versions order them differently. */
  | { readonly kind: "flat"; readonly fields: Table }
  | { readonly kind: "struct"; readonly fields: Table }
  /** Versions before `countedSince` hold exactly one item, without a count. */
  | { readonly kind: "list"; readonly item: Layout; readonly countedSince: number }
  /**
   * Items under the keys that they share: nested in the bytes, flat as a value. Neighbours with the
   * same keys are written as one group. `isBare`: items are no structs, and so carry no tags.
   */
  | {
      readonly kind: "grouped";
      readonly keys: Table;
      readonly items: Table;
      readonly isBare: boolean;
    };

export interface Layout {
  readonly type: Type;
  /** The versions that carry it, both inclusive. */
  readonly since: number;
  readonly until: number;
  /**
   * The first version in which null may stand here; it is read as the `fallback`. Where a version
   * does not know null, a string or list with nothing in it takes its place.
   */
  readonly nullableSince: number;
  /** Its number among the tagged fields (KIP-482); null for a field in its fixed place. */
  readonly tag: number | null;
  /** The value in versions that do not carry it, and what is written where values have no such field. */
  readonly fallback: Value;
}

/** A layout that values of type `V` can be written in: the parameter is for the compiler alone. */
export interface Field<in V> extends Layout {
  readonly carries?: (value: V) => void;
}

/**
 * Fields by name. A name that begins with `_` is none of the value's: such a field is read over and
 * written as its fallback, and a flat one is only the way to its fields.
 */
export interface Table {
  readonly [name: string]: Layout;
}

/** All fields of a request or an answer, for values of type `V`. */
export interface Message<in V> {
  readonly fields: Table;
  readonly carries?: (value: V) => void;
}

type ValueOf<Fields extends Table> = {
  readonly [
    Name in keyof Fields as Name extends `_${string}` ? never : Name
  ]: Fields[Name] extends Field<infer V> ? V : never;
};

const NEVER = Number.POSITIVE_INFINITY;

function always(type: Type, fallback: Value): Layout {
  return { type, since: 0, until: NEVER, nullableSince: NEVER, tag: null, fallback };
}

export const bool: Field<boolean> = always("bool", false);
export const int8: Field<number> = always("int8", 0);
export const int16: Field<number> = always("int16", 0);
export const int32: Field<number> = always("int32", 0);
export const int64: Field<number> = always("int64", 0);
export const uuid: Field<string> = always("uuid", NO_TOPIC_ID);
export const string: Field<string> = always("string", "");
export const bytes: Field<Uint8Array> = always("bytes", NO_BYTES);

export function message<Fields extends Table>(fields: Fields): Message<ValueOf<Fields>> {
  return { fields };
}

export function struct<Fields extends Table>(fields: Fields): Field<ValueOf<Fields>> {
  return always({ kind: "struct", fields }, null);
}

export function flat<Fields extends Table>(fields: Fields): Field<ValueOf<Fields>> {
  return always({ kind: "flat", fields }, null);
}

export function list<V>(item: Field<V>, countedSince: number = 0): Field<readonly V[]> {
  return always({ kind: "list", item, countedSince }, []);
}

export function grouped<Keys extends Table, Items extends Table>(
  keys: Keys,
  items: Items,
  isBare: boolean = false,
): Field<readonly (ValueOf<Keys> & ValueOf<Items>)[]> {
  return always({ kind: "grouped", keys, items, isBare }, []);
}

export function since<V>(version: number, field: Field<V>): Field<V> {
  return { ...field, since: version };
}

export function until<V>(version: number, field: Field<V>): Field<V> {
  return { ...field, until: version };
}

export function nullable<V>(field: Field<V>, sinceVersion: number = 0): Field<V | null> {
  const layout: Layout = field;
  return { ...layout, nullableSince: sinceVersion, fallback: null };
}

/** Null is understood and means the same as nothing in it: values are never null. */
export function nullAsEmpty<V>(field: Field<V>): Field<V> {
  return { ...field, nullableSince: 0 };
}

/** With another fallback than zero or nothing. */
export function orElse<V extends Value>(fallback: NoInfer<V>, field: Field<V>): Field<V> {
  return { ...field, fallback };
}

/** Among the tags, where what is null or empty is left out. Tables have them in ascending order. */
export function tagged<V>(tag: number, field: Field<V>): Field<V | null> {
  const layout: Layout = field;
  return { ...layout, tag };
}
