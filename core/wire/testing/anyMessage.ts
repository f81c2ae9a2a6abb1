import * as fc from "fast-check";
import type { Layout, Table, Value, Values } from "../schema.ts";

/**
 * Any value that a table allows, with something in all fields of all versions. Only where `version`
 * holds one item without a count is there exactly one.
 */
export function anyFields(table: Table, version: number): fc.Arbitrary<Values> {
  return fc.record(arbitraries(table, version));
}

function arbitraries(table: Table, version: number): { [name: string]: fc.Arbitrary<Value> } {
  const fields: { [name: string]: fc.Arbitrary<Value> } = {};
  for (const [name, field] of Object.entries(table)) {
    if (typeof field.type === "object" && field.type.kind === "flat") {
      Object.assign(fields, arbitraries(field.type.fields, version));
    } else if (!name.startsWith("_")) {
      const value = anyValue(field, version);
      fields[name] = field.fallback === null ? fc.option(value) : value;
    }
  }
  return fields;
}

function anyValue({ type }: Layout, version: number): fc.Arbitrary<Value> {
  switch (type) {
    case "bool":
      return fc.boolean();
    case "int8":
      return anyInt(8);
    case "int16":
      return anyInt(16);
    case "int32":
      return anyInt(32);
    case "int64":
      return fc.maxSafeInteger();
    case "uuid":
      return fc
        .uint8Array({ minLength: 16, maxLength: 16 })
        .map((bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    case "string":
      return fc.oneof(fc.string({ unit: "binary", maxLength: 6 }), fc.constantFrom("", "é漢😀"));
    case "bytes":
      return fc.uint8Array({ maxLength: 12 });
  }
  switch (type.kind) {
    case "flat":
    case "struct":
      return anyFields(type.fields, version);
    case "list": {
      const item = anyValue(type.item, version);
      return version < type.countedSince ? fc.tuple(item) : fc.array(item, { maxLength: 3 });
    }
    case "grouped":
      return fc.array(
        // Few topics, so that there are neighbours of one topic and topics that come again.
        fc.record({
          ...arbitraries(type.items, version),
          topic: fc.constantFrom("a", "b"),
          ...("topicId" in type.keys && {
            topicId: fc.constantFrom("00112233445566778899aabbccddeeff", "0".repeat(32)),
          }),
        }),
        { maxLength: 5 },
      );
  }
}

function anyInt(bits: number): fc.Arbitrary<number> {
  const max = 2 ** (bits - 1) - 1;
  return fc.oneof(fc.integer({ min: -max - 1, max }), fc.constantFrom(-1, 0, 1, max, -max - 1));
}
