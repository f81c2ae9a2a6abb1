import { refOf } from "../brush.ts";
import { askFor } from "./asked.ts";

const HELD_MS = 500;
/** A finger never rests. */
const STILL_PX = 10;

/** A finger that rests on an object since that press opens its menu. */
export function awaitLongPress(press: PointerEvent): void {
  const ref = refOf(press.target);
  if (press.pointerType === "mouse" || !press.isPrimary || ref === null) return;
  const { clientX, clientY } = press;
  const listeners = new AbortController();
  const { signal } = listeners;
  const at = new DOMRectReadOnly(clientX, clientY, 0, 0);
  const timer = setTimeout(() => askFor({ kind: "menu", ref, at }), HELD_MS);
  const end = (): void => {
    clearTimeout(timer);
    listeners.abort();
  };
  const onMove = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - clientX, event.clientY - clientY) > STILL_PX) end();
  };
  document.addEventListener("pointermove", onMove, { signal });
  document.addEventListener("pointerup", end, { signal });
  document.addEventListener("pointercancel", end, { signal });
}
