import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";

const SHOWN_MAX = 4;

/** This branch, and the others that were kept when somebody acted in the past. */
export function RunBranches() {
  const { dispatch } = usePage();
  const name = useView((state) => state.branch.name);
  const others = useView((state) => state.branch.others);
  if (others.length === 0) return null;
  return (
    <div className="branches micro quiet">
      <span className="here">branch {name}</span>
      {others.slice(-SHOWN_MAX).map((other) => (
        <button
          key={other.name}
          type="button"
          aria-label={`Switch to branch ${other.name}`}
          title={`forked at ${momentText(other.forkedAtUs)}`}
          onClick={() => dispatch({ kind: "switchBranch", name: other.name })}
        >
          <Icon name="branch" />
          <span className="cut-short">
            {other.label === "" ? `branch ${other.name}` : other.label}
          </span>
        </button>
      ))}
    </div>
  );
}
