import { useRef } from "react";
import { useMotion } from "../motion.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";

/** Simulated time, written straight to the text: it changes every frame. */
export function Clock() {
  const text = useRef<HTMLElement>(null);
  useMotion((nowUs) => {
    setText(text.current, momentText(nowUs));
  });
  return <b ref={text} role="timer" aria-label="Simulated time" aria-live="off" />;
}
