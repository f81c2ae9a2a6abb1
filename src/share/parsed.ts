import type { ProblemState } from "../../ui/page.ts";

/** What came from outside, once it was read, or what to tell the person who brought it. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly problem: ProblemState };

export function refuse(title: string, reason: string, advice: string): Parsed<never> {
  return { ok: false, problem: { title, detail: `${reason} ${advice}` } };
}

/** Undefined when this is not JSON. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** What somebody wrote, as part of a sentence. */
export const shorten = (text: string): string =>
  text.length > 24 ? `${text.slice(0, 24)}…` : text;
