import { nodeId } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import {
  bareKeys,
  DirectiveError,
  valueOf,
  wholeNumber,
} from "../../raft/conformance/arguments.ts";
import type { Directive } from "../../raft/conformance/dataFile.ts";
import { DEFAULT_RUN_OPTIONS } from "../run.ts";
import type { RunOptions } from "../run.ts";

/** What the words of a world story's directives mean. Whatever means nothing is refused. */

const UNITS_US: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000 };

/** "4s", "1.5s", "250ms" or "40us", in microseconds. */
export function durationUs(text: string): number {
  const [, figure, unit] = /^(\d+(?:\.\d+)?)(us|ms|s)$/.exec(text) ?? [];
  const us = Number(figure) * (UNITS_US[unit ?? ""] ?? Number.NaN);
  if (Number.isSafeInteger(us)) return us;
  throw new DirectiveError(`a time is written like 4s, 1.5s, 250ms or 40us, not ${text}`);
}

/** "n3" */
export function nodeOf(text: string): NodeId {
  const [, figures] = /^n([1-9]\d?)$/.exec(text) ?? [];
  if (figures !== undefined) return nodeId(Number(figures));
  throw new DirectiveError(`a node is written like n3, not ${JSON.stringify(text)}`);
}

/** The only bare word of a directive, as a node. */
export function onlyNode(d: Directive): NodeId {
  const [word, ...rest] = bareKeys(d);
  if (word !== undefined && rest.length === 0) return nodeOf(word);
  throw new DirectiveError(`${d.command} takes one node: ${d.command} n3`);
}

export const nodesOf = (d: Directive): readonly NodeId[] => bareKeys(d).map(nodeOf);

/** One of `words`; `what` says what they stand for. */
export function oneOf<Word extends string>(
  text: string | undefined,
  words: readonly Word[],
  what: string,
): Word {
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw new DirectiveError(`${what} is one of ${words.join(", ")}, not ${text ?? "nothing"}`);
}

/** The value of `key` as a number, or what it is without one. */
export function numberOr(d: Directive, key: string, otherwise: number): number {
  const text = valueOf(d, key);
  return text === undefined ? otherwise : wholeNumber(text, key);
}

/** The seed and every option that `cluster` names; the others are what they are by default. */
export function clusterOf(d: Directive): { readonly seed: number; readonly options: RunOptions } {
  let seed = 1;
  const changed: Record<string, number | boolean> = {};
  for (const { key, values } of d.args) {
    const text = values[0] ?? "";
    const usual = Object.entries(DEFAULT_RUN_OPTIONS).find(([name]) => name === key)?.[1];
    if (key === "seed") seed = wholeNumber(text, key);
    else if (usual === undefined) throw new DirectiveError(`a run has no option ${key}`);
    else if (typeof usual === "boolean")
      changed[key] = oneOf(text, ["true", "false"], key) === "true";
    else changed[key] = key.endsWith("Us") ? durationUs(text) : wholeNumber(text, key);
  }
  return { seed, options: { ...DEFAULT_RUN_OPTIONS, ...changed } };
}
