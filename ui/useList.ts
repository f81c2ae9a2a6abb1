import { isSameList } from "@chronik/core/view";
import { useRef } from "react";
import type { PageState } from "./page.ts";
import { useView } from "./pageContext.ts";

/** A list that is selected anew from every state; it keeps its identity while its items are the same. */
export function useList<Item>(select: (state: PageState) => readonly Item[]): readonly Item[] {
  const kept = useRef<readonly Item[]>([]);
  return useView((state) => {
    const next = select(state);
    if (!isSameList(next, kept.current)) kept.current = next;
    return kept.current;
  });
}
