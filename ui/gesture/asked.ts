/**
 * What the page asks of the layer that acts on it. That one is loaded late, and what was asked
 * before waits for it.
 */
export type Asked =
  /** `brush`: what was pointed at when it was pressed. */
  | { readonly kind: "key"; readonly event: KeyboardEvent; readonly brush: string | null }
  /** A pointer went down: a cut may follow. */
  | { readonly kind: "press"; readonly event: PointerEvent }
  /** At the pointer, or at the element of the object. */
  | { readonly kind: "menu"; readonly ref: string; readonly at: DOMRectReadOnly }
  | { readonly kind: "palette"; readonly text: string };

let waiting: readonly Asked[] = [];
let take: ((asked: Asked) => void) | null = null;
let wake: (() => void) | null = null;

export function askFor(asked: Asked): void {
  if (take !== null) {
    take(asked);
    return;
  }
  waiting = [...waiting, asked];
  wake?.();
}

/** The pointer is up again: what waits to become a gesture is none. */
export function withdrawPresses(): void {
  waiting = waiting.filter(({ kind }) => kind !== "press");
}

/** Is called as soon as something is asked that nobody answers yet. */
export function onFirstAsked(call: () => void): () => void {
  wake = call;
  return () => {
    wake = null;
  };
}

/** From now on this one is asked, also what has waited. */
export function answerAsked(answer: (asked: Asked) => void): () => void {
  take = answer;
  const asked = waiting;
  waiting = [];
  for (const one of asked) answer(one);
  return () => {
    take = null;
  };
}
