import type { FramePace, PagePort } from "../ui/pageContext.ts";

/**
 * So many frames old a readout is while time runs before it is written again: fifteen times a second,
 * if possible with a frame that changes anyway.
 */
const READOUT_FRAMES = 4;
const READOUT_FRAMES_MAX = 6;

export interface FrameBus extends Readonly<PagePort["frames"]> {
  /**
   * Tells the listeners the simulated time of this frame. While time runs, readouts are written where
   * the picture changes anyway, so that in most frames things only move; else always.
   */
  emit(nowUs: number, frame: Frame): void;
}

interface Frame {
  readonly runs: boolean;
  /** The page is about to change by more than the time. */
  readonly changes: boolean;
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
    emit(nowUs, { runs, changes }) {
      lastNowUs = nowUs;
      for (const listener of listeners.travel) listener(nowUs);
      readoutAge += 1;
      if (runs && readoutAge < (changes ? READOUT_FRAMES : READOUT_FRAMES_MAX)) return;
      readoutAge = 0;
      for (const listener of listeners.readout) listener(nowUs);
    },
  };
}
