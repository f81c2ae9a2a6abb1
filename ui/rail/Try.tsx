import { useView } from "../pageContext.ts";
import { TryButton } from "./TryButton.tsx";

/** One suggestion and its action. */
export function Try() {
  const suggestion = useView((state) => state.world?.suggestion ?? null);
  if (suggestion === null) return <section className="try" aria-label="Try" />;
  return (
    <section className="try" aria-label="Try">
      <p className="small quiet">Try</p>
      <h2>{suggestion.title}</h2>
      <p className="text">{suggestion.text}</p>
      <TryButton action={suggestion.action} />
      {suggestion.watchFor === "" ? null : (
        <p className="small quiet watch">
          <span className="strong">Next:</span> {suggestion.watchFor}
        </p>
      )}
    </section>
  );
}
