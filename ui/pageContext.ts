import { createContext, useContext, useSyncExternalStore } from "react";
import type { Intent, PageState, ScenarioTitle } from "./page.ts";

/** What a component may use; `src` provides it. */
export interface PagePort {
  /** Structure: set at most once a frame; unchanged parts keep their identity. */
  readonly store: {
    getState(): PageState;
    readonly subscribe: (listener: () => void) => () => void;
  };
  /** The same for the panels that may be a few pictures behind while somebody drags. */
  readonly turns: Readonly<Record<PanelTurn, PagePort["store"]>>;
  /** Motion: simulated time, every frame. Listeners write to refs, never to React state. */
  readonly frames: {
    nowUs(): number;
    subscribe(listener: (nowUs: number) => void, pace: FramePace): () => void;
  };
  readonly dispatch: (intent: Intent) => void;
  /** Loaded when somebody asks for the list; empty when it cannot be. */
  readonly scenarios: () => Promise<readonly ScenarioTitle[]>;
}

export type PanelTurn = "rail" | "log" | "node" | "side";

/** What travels is followed with the eyes, frame by frame; a readout is looked at. */
export type FramePace = "travel" | "readout";

const PageContext = createContext<PagePort | null>(null);

export const PageProvider = PageContext.Provider;

export function usePage(): PagePort {
  const port = useContext(PageContext);
  if (port === null) throw new Error("usePage needs a PageProvider above it");
  return port;
}

/**
 * Subscribes to one part of the page's state. `select` must return something that keeps its
 * identity while it is unchanged: a part of the state, never a new object.
 */
export function useView<Part>(select: (state: PageState) => Part): Part {
  const { store } = usePage();
  return useSyncExternalStore(store.subscribe, () => select(store.getState()));
}
