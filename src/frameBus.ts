import type { PagePort } from "../ui/pageContext.ts";

export interface FrameBus extends Readonly<PagePort["frames"]> {
  /** Tells every listener the simulated time of this frame. */
  emit(nowUs: number): void;
}

/** Motion: simulated time once a frame, to whoever moves something by it. */
export function createFrameBus(): FrameBus {
  const listeners = new Set<(nowUs: number) => void>();
  let lastNowUs = 0;
  return {
    nowUs: () => lastNowUs,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(nowUs) {
      lastNowUs = nowUs;
      for (const listener of listeners) listener(nowUs);
    },
  };
}
