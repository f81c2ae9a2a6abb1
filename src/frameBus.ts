import type { FramePace, PagePort } from "../ui/pageContext.ts";

/** So many frames old a readout may be while time runs. */
const READOUT_FRAMES = 3;

export interface FrameBus extends Readonly<PagePort["frames"]> {
  /**
   * Tells the listeners the simulated time of this frame. Readouts are written where the picture
   * changes anyway, so that in all other frames things only move.
   */
  emit(nowUs: number, changes: boolean): void;
}

/** Motion: simulated time once a frame, to whoever moves or writes something by it. */
export function createFrameBus(): FrameBus {
  const listeners: Readonly<Record<FramePace, Set<(nowUs: number) => void>>> = {
    travel: new Set(),
    readout: new Set(),
  };
  let lastNowUs = 0;
  let readoutAge = 0;
  return {
    nowUs: () => lastNowUs,
    subscribe(listener, pace) {
      listeners[pace].add(listener);
      return () => listeners[pace].delete(listener);
    },
    emit(nowUs, changes) {
      const stands = nowUs === lastNowUs;
      lastNowUs = nowUs;
      for (const listener of listeners.travel) listener(nowUs);
      readoutAge += 1;
      if (!changes && !stands && readoutAge < READOUT_FRAMES) return;
      readoutAge = 0;
      for (const listener of listeners.readout) listener(nowUs);
    },
  };
}
