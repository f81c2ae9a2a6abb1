import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";

/** How far a long replay is; else whether time slows down by itself, and what acting would do. */
export function TimeStatus() {
  const { dispatch } = usePage();
  const seeking = useView((state) => state.playback.seeking ?? null);
  const autoSlow = useView((state) => state.playback.autoSlow);
  const slowedBy = useView((state) => state.playback.slowedBy);
  const inPast = useView((state) => state.playback.inPast);
  if (seeking !== null) {
    return (
      <div className="time-status small">
        <progress aria-label="Replay" max={Math.max(1, seeking.toUs)} value={seeking.atUs} />
        <button
          type="button"
          className="button small-button"
          aria-label="Cancel the replay"
          onClick={() => dispatch({ kind: "cancelSeek" })}
        >
          Cancel
        </button>
      </div>
    );
  }
  return (
    <div className="time-status small">
      <label className="switch" title="Down to a quarter at elections, losses and violations">
        <input
          type="checkbox"
          role="switch"
          checked={autoSlow}
          onChange={() => dispatch({ kind: "setAutoSlow", on: !autoSlow })}
        />
        Auto-slow
      </label>
      <span className="cut-short quiet" aria-live="polite">
        {slowedBy === null ? null : `for ${slowedBy}`}
        {slowedBy === null && inPast ? (
          <>
            <Icon name="branch" /> acting here forks
          </>
        ) : null}
      </span>
    </div>
  );
}
