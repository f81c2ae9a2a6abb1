import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";

/** What was refused, why, and what to do: one clear sentence, and the page goes on. */
export function Problem() {
  const { dispatch } = usePage();
  const problem = useView((state) => state.problem);
  if (problem === null) return null;
  return (
    <div className="problem" role="alert">
      <span className="tone-bad">
        <Icon name="warning" />
      </span>
      <p>
        <b>{problem.title}</b> <span className="quiet">{problem.detail}</span>
      </p>
      <button type="button" className="button" onClick={() => dispatch({ kind: "dismissProblem" })}>
        Dismiss
      </button>
    </div>
  );
}
