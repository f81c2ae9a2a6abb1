import { createStore } from "zustand/vanilla";
import type { PageState } from "../ui/page.ts";

export interface PageStore {
  /** What the page shows. */
  getState(): PageState;
  subscribe(listener: () => void): () => void;
  /** What it will show after the next flush. */
  pending(): PageState;
  change(part: Partial<PageState>): void;
  /** Whether a flush would change what the page shows. */
  isChanged(): boolean;
  /** Called once a frame: all changes since the last one reach the page together. */
  flush(): void;
}

export function createPageStore(initial: PageState): PageStore {
  const store = createStore<PageState>()(() => initial);
  let pending = initial;
  return {
    getState: store.getState,
    subscribe: store.subscribe,
    pending: () => pending,
    change(part) {
      pending = { ...pending, ...part };
    },
    isChanged: () => pending !== store.getState(),
    flush() {
      if (pending !== store.getState()) store.setState(pending, true);
    },
  };
}
