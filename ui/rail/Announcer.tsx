import { useEffect, useRef, useState } from "react";
import { plainText } from "../glyph/Rich.tsx";
import { useView } from "../pageContext.ts";

const APART_MIN_MS = 1_000;

/** Tells screen readers what happened, at most once a second and then only the newest. */
export function Announcer() {
  const newest = useView((state) => state.world?.events.at(-1) ?? null);
  const [said, setSaid] = useState("");
  const saidAtMs = useRef(0);
  useEffect(() => {
    if (newest === null) return;
    const waitMs = Math.max(0, saidAtMs.current + APART_MIN_MS - performance.now());
    const timer = setTimeout(() => {
      saidAtMs.current = performance.now();
      setSaid(`${plainText(newest.what)} ${plainText(newest.why)}`);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [newest]);
  return (
    <div className="hidden-text" role="status" aria-live="polite" aria-label="Announcements">
      {said}
    </div>
  );
}
