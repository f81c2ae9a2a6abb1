import { useRef } from "react";
import type { PageState } from "./page.ts";
import { useView } from "./pageContext.ts";

/** A list that is selected anew from every state; it keeps its identity while its items are the same. */
export function useList<Item>(select: (state: PageState) => readonly Item[]): readonly Item[] {
  const kept = useRef<readonly Item[]>([]);
  return useView((state) => {
    const next = select(state);
    const before = kept.current;
    const isSame = next.length === before.length && next.every((item, at) => item === before[at]);
    if (!isSame) kept.current = next;
    return kept.current;
  });
}
