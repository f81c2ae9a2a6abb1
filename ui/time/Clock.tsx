import { useRef } from "react";
import { useReadout } from "../motion.ts";
import { setText } from "../setText.ts";
import { momentText } from "../timeText.ts";

/**
 * Simulated time. The text has a box of its own whose size follows the number of digits alone:
 * otherwise the browser would lay out the whole page around it, frame by frame.
 */
export function Clock() {
  const box = useRef<HTMLElement>(null);
  const text = useRef<HTMLSpanElement>(null);
  useReadout((nowUs) => {
    const moment = momentText(nowUs);
    const width = `${moment.length}ch`;
    if (box.current !== null && box.current.style.width !== width) box.current.style.width = width;
    setText(text.current, moment);
  });
  return (
    <b ref={box} role="timer" aria-label="Simulated time" aria-live="off">
      <span ref={text} />
    </b>
  );
}
