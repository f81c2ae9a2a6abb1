import type { Layout, Table, Value, Values } from "../schema.ts";

/**
 * What is left of a value that goes through one version: what that version does not carry is as if
 * nobody had said it. The dumb version of what the codecs do, for tests.
 */
export function carried(value: Values, table: Table, version: number): Values {
  return { ...value, ...carriedFields(value, table, version, true) };
}

function carriedFields(source: Values, table: Table, version: number, isHere: boolean): Values {
  const result: Values = {};
  const later: Values[] = [];
  for (const [name, field] of Object.entries(table)) {
    const isCarried = isHere && field.since <= version && version <= field.until;
    if (typeof field.type === "object" && field.type.kind === "flat") {
      const inner = carriedFields(source, field.type.fields, version, isCarried);
      if (isCarried) later.push(inner);
      else Object.assign(result, { ...inner, ...result });
    } else if (!name.startsWith("_")) {
      result[name] = isCarried ? carriedValue(source[name]!, field, version) : field.fallback;
    }
  }
  return Object.assign(result, ...later);
}

function carriedValue(value: Value, field: Layout, version: number): Value {
  const { type } = field;
  const isNullKnown = field.nullableSince <= version;
  const isEmpty = value === "" || (Array.isArray(value) && value.length === 0);
  if (isEmpty && !isNullKnown) return field.fallback;
  if (value === null || typeof type === "string") return value;
  const items = Array.isArray(value) ? (value as Values[]) : [];
  if (type.kind === "list") {
    const { item } = type;
    return items.map((one) => carriedValue(one, item, version));
  }
  if (type.kind === "grouped") {
    return items.map((one) => ({
      ...carriedFields(one, type.keys, version, true),
      ...carriedFields(one, type.items, version, true),
    }));
  }
  return carriedFields(value as Values, type.fields, version, true);
}
