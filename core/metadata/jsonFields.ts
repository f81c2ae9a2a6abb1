import type { NodeId } from "../base/ids.ts";

/** The first thing that was wrong; `path` is null while nothing is. */
export interface Problem {
  path: string | null;
  message: string;
}

export function parseJson(
  text: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false; message: string } {
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch {
    return { ok: false, message: "is not JSON" };
  }
}

/** The fields of one JSON object. A wrong one is noted as the problem and read as a blank. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #problem: Problem;

  constructor(value: unknown, path: string, problem: Problem) {
    this.#path = path;
    this.#problem = problem;
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    this.#values = new Map(isObject ? Object.entries(value) : []);
    if (!isObject) this.#note(path, "is not an object");
  }

  refuse(key: string, message: string): void {
    this.#note(this.#pathOf(key), message);
  }

  only(keys: readonly string[]): void {
    for (const key of this.#values.keys()) {
      if (!keys.includes(key)) this.refuse(key, "is not a field that belongs here");
    }
  }

  inner(key: string): Fields {
    return new Fields(this.#values.get(key), this.#pathOf(key), this.#problem);
  }

  text(key: string): string {
    const value = this.#values.get(key);
    if (typeof value === "string") return value;
    this.refuse(key, "is not a text");
    return "";
  }

  /** Counts, numbers, ids and epochs: none is ever negative. */
  integer(key: string): number {
    const value = this.#values.get(key);
    if (isCount(value)) return value;
    this.refuse(key, "is not an integer from 0 on");
    return 0;
  }

  node(key: string): NodeId {
    return this.integer(key) as NodeId;
  }

  nodes(key: string): NodeId[] {
    const value = this.#values.get(key);
    if (Array.isArray(value) && value.every(isCount)) return value as NodeId[];
    this.refuse(key, "is not a list of node ids");
    return [];
  }

  /** The objects of a list, each to be read by itself. */
  inners(key: string): Fields[] {
    const value = this.#values.get(key);
    if (!Array.isArray(value)) {
      this.refuse(key, "is not a list");
      return [];
    }
    const path = this.#pathOf(key);
    return value.map((one, at) => new Fields(one, `${path}[${at}]`, this.#problem));
  }

  #pathOf(key: string): string {
    return this.#path === "" ? key : `${this.#path}.${key}`;
  }

  #note(path: string, message: string): void {
    if (this.#problem.path !== null) return;
    this.#problem.path = path;
    this.#problem.message = message;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
