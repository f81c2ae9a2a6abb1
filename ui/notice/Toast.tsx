import { useEffect } from "react";
import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";

const SHOWN_MS = 8_000;

/** One at a time, bottom centre, with Undo where there is something to undo. */
export function Toast() {
  const { dispatch } = usePage();
  const toast = useView((state) => state.toast);
  useEffect(() => {
    if (toast === null) return;
    const timer = setTimeout(() => dispatch({ kind: "dismissToast" }), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, dispatch]);
  if (toast === null) return null;
  return (
    <div className="toast" role="status" key={toast.id}>
      <p>
        <b>{toast.text}</b> {toast.detail}
      </p>
      {toast.undo ? (
        <button type="button" className="button" onClick={() => dispatch({ kind: "undo" })}>
          Undo
        </button>
      ) : null}
      <button
        type="button"
        className="button icon-only"
        aria-label="Dismiss"
        onClick={() => dispatch({ kind: "dismissToast" })}
      >
        <Icon name="bad" />
      </button>
    </div>
  );
}
