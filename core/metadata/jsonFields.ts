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

/**
 * The fields of one JSON object. A wrong one is noted as the problem and read as a blank. Fields
 * that the first version did not write have a value `ifAbsent`.
 */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>;
  readonly #path: string;
  readonly #problem: Problem;
  readonly #asked = new Set<string>();
  readonly #inners: Fields[] = [];

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

  /** Everything that was not asked for until now does not belong here, nor in inner fields. */
  refuseOthers(): void {
    for (const key of this.#values.keys()) {
      if (!this.#asked.has(key)) this.refuse(key, "is not a field that belongs here");
    }
    for (const inner of this.#inners) inner.refuseOthers();
  }

  inner(key: string): Fields {
    return this.#inner(this.#get(key), this.#pathOf(key));
  }

  text(key: string, ifAbsent?: string): string {
    const value = this.#get(key, ifAbsent);
    if (typeof value === "string") return value;
    this.refuse(key, "is not a text");
    return "";
  }

  /** One of some words; the first of them when it is wrong. */
  word<Word extends string>(key: string, words: readonly [Word, ...Word[]], ifAbsent?: Word): Word {
    const text = this.text(key, ifAbsent);
    const known = words.find((word) => word === text);
    if (known === undefined) this.refuse(key, `"${text}" is not one of ${words.join(", ")}`);
    return known ?? words[0];
  }

  flag(key: string, ifAbsent?: boolean): boolean {
    const value = this.#get(key, ifAbsent);
    if (typeof value === "boolean") return value;
    this.refuse(key, "is neither true nor false");
    return false;
  }

  /** Counts, numbers, ids and epochs: none is ever negative, but for an `ifAbsent` that is. */
  integer(key: string, ifAbsent?: number): number {
    const value = this.#get(key, ifAbsent);
    if (isCount(value)) return value;
    if (ifAbsent !== undefined && value === ifAbsent) return ifAbsent;
    this.refuse(key, "is not an integer from 0 on");
    return 0;
  }

  node(key: string): NodeId {
    return this.integer(key) as NodeId;
  }

  integers(key: string, ifAbsent?: readonly number[]): number[] {
    const value = this.#get(key, ifAbsent);
    if (isCounts(value)) return value;
    this.refuse(key, "is not a list of integers from 0 on");
    return [];
  }

  nodes(key: string, ifAbsent?: readonly NodeId[]): NodeId[] {
    const value = this.#get(key, ifAbsent);
    if (isCounts(value)) return value as NodeId[];
    this.refuse(key, "is not a list of node ids");
    return [];
  }

  /** A list of lists; null and none at all are the same. */
  nodeLists(key: string): NodeId[][] | null {
    const value = this.#get(key, null);
    if (value === null) return null;
    if (Array.isArray(value) && value.every(isCounts)) return value as NodeId[][];
    this.refuse(key, "is neither null nor a list of lists of node ids");
    return null;
  }

  /** The objects of a list, each to be read by itself. */
  inners(key: string): Fields[] {
    const value = this.#get(key);
    if (!Array.isArray(value)) {
      this.refuse(key, "is not a list");
      return [];
    }
    const path = this.#pathOf(key);
    return value.map((one, at) => this.#inner(one, `${path}[${at}]`));
  }

  #inner(value: unknown, path: string): Fields {
    const inner = new Fields(value, path, this.#problem);
    this.#inners.push(inner);
    return inner;
  }

  #get(key: string, ifAbsent?: unknown): unknown {
    this.#asked.add(key);
    return this.#values.has(key) ? this.#values.get(key) : ifAbsent;
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

/** JSON can say -0, which equals 0 and yet is another value to some. */
function isCount(value: unknown): value is number {
  if (typeof value !== "number" || Object.is(value, -0)) return false;
  return Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(isCount);
}
