import type { SuggestedAction } from "@chronik/core/view";
import { usePage, useView } from "../pageContext.ts";
import { suggestedIntent, suggestedKey } from "./suggestedIntent.ts";

/** Does what is suggested; says which key does it too. */
export function TryButton({ action }: { action: SuggestedAction }) {
  const { dispatch } = usePage();
  const key = useView((state) => suggestedKey(action, state.selectedNode));
  return (
    <button
      type="button"
      className="button primary spread"
      aria-label={`Try: ${action.label}`}
      onClick={() => dispatch(suggestedIntent(action))}
    >
      {action.label}
      {key === null ? null : <kbd>{key}</kbd>}
    </button>
  );
}
