import { useView } from "../pageContext.ts";
import { TryButton } from "./TryButton.tsx";

/** The suggestion on one line, where the rail is folded. */
export function TryLine() {
  const suggestion = useView((state) => state.world?.suggestion ?? null);
  if (suggestion === null) return null;
  return (
    <section className="try-line" aria-label="Try">
      <span className="quiet">Try</span>
      <span className="strong cut-short">{suggestion.title}</span>
      <TryButton action={suggestion.action} />
    </section>
  );
}
