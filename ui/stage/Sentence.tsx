import type { SentenceView } from "@chronik/core/view";
import { useEffect, useRef, useState } from "react";
import { Rich } from "../glyph/Rich.tsx";
import { useView } from "../pageContext.ts";

const ON_SCREEN_MIN_MS = 1_200;

/** What happens now, and why. The largest text of the page, and one of its two bright places. */
export function Sentence() {
  const newest = useView((state) => state.world?.sentence ?? null);
  const playing = useView(
    (state) => state.playback.mode === "live" || state.playback.mode === "replaying",
  );
  const failed = useView((state) => state.boot === "failed");
  const sentence = useHeld(newest, playing);
  if (sentence === null) {
    return (
      <div className="say">
        <h1>{failed ? "The cluster could not start." : "The cluster is starting."}</h1>
        <p className="why">{failed ? "" : "Three brokers read their disks and elect a leader."}</p>
      </div>
    );
  }
  return (
    <div className="say">
      <h1>
        <Rich text={sentence.what} />
      </h1>
      <p className="why">
        <Rich text={sentence.why} />
      </p>
    </div>
  );
}

/** While time runs a sentence stays long enough to be read; what it skips is in the event list. */
function useHeld(newest: SentenceView | null, playing: boolean): SentenceView | null {
  const [shown, setShown] = useState(newest);
  const shownAtMs = useRef(0);
  useEffect(() => {
    if (newest === shown) return;
    const show = (): void => {
      shownAtMs.current = performance.now();
      setShown(newest);
    };
    const leftMs = shownAtMs.current + ON_SCREEN_MIN_MS - performance.now();
    if (!playing || shown === null || leftMs <= 0) {
      show();
      return;
    }
    const timer = setTimeout(show, leftMs);
    return () => clearTimeout(timer);
  }, [newest, shown, playing]);
  return shown;
}
