import type { RichText, Tone } from "./view.ts";

/** What is said of one event, before it has its number and its time. */
export interface EventDraft {
  readonly what: RichText;
  readonly why: RichText;
  readonly tone: Tone;
  readonly importance: 1 | 2;
}

export function draft(importance: 1 | 2, tone: Tone, what: RichText, why: RichText): EventDraft {
  return { what, why, tone, importance };
}
