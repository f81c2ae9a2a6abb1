import type { ReactNode } from "react";
import { Icon } from "../glyph/Icon.tsx";
import "../styles/menu.css";

interface SheetProps {
  /** Of the dialog, which is closed by this name, too. */
  readonly name: string;
  readonly title: string;
  readonly className?: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** Lies beside the cluster, which goes on. Keys are its own from the start: Tab leads into it. */
export function Sheet({ name, title, className = "", onClose, children }: SheetProps) {
  return (
    <div
      ref={takeFocus}
      className={`sheet help ${className}`}
      role="dialog"
      aria-label={name}
      tabIndex={-1}
    >
      <div className="panel-head">
        <h2>{title}</h2>
        <button
          type="button"
          className="button bare icon-only end"
          aria-label={`Close ${name.toLowerCase()}`}
          onClick={onClose}
        >
          <Icon name="bad" />
        </button>
      </div>
      {children}
    </div>
  );
}

function takeFocus(sheet: HTMLElement | null): void {
  sheet?.focus();
}
