import { Suspense, useEffect, useId, useRef, useState } from "react";
import type { ReactNode } from "react";

interface PopoverProps {
  readonly label: string;
  readonly button: ReactNode;
  readonly className: string;
  readonly side: "start" | "end-side";
  /** Gets what closes the sheet; what it shows may come later. */
  readonly children: (close: () => void) => ReactNode;
}

/** A button and the sheet that it opens; Escape and a click elsewhere close it. */
export function Popover({ label, button, className, side, children }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  const sheet = useId();
  useEffect(() => {
    if (!open) return;
    const onPointerDown = (event: globalThis.PointerEvent): void => {
      if (event.target instanceof Node && root.current?.contains(event.target)) return;
      setOpen(false);
    };
    const onKeyDown = (event: globalThis.KeyboardEvent): void => {
      if (event.key !== "Escape") return;
      setOpen(false);
      toggle.current?.focus();
    };
    document.addEventListener("pointerdown", onPointerDown);
    document.addEventListener("keydown", onKeyDown);
    return () => {
      document.removeEventListener("pointerdown", onPointerDown);
      document.removeEventListener("keydown", onKeyDown);
    };
  }, [open]);
  return (
    <div className={`popover ${side}`} ref={root}>
      <button
        ref={toggle}
        type="button"
        className={`button bare ${className}`}
        aria-label={label}
        aria-expanded={open}
        aria-controls={sheet}
        onClick={() => setOpen(!open)}
      >
        {button}
      </button>
      {open ? (
        <div className="sheet" id={sheet} role="dialog" aria-label={label}>
          <Suspense fallback={<p className="small quiet">Loading …</p>}>
            {children(() => setOpen(false))}
          </Suspense>
        </div>
      ) : null}
    </div>
  );
}
