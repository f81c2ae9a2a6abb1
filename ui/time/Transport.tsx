import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { Clock } from "./Clock.tsx";
import { playIntent } from "./playIntent.ts";
import { SpeedSlider } from "./SpeedSlider.tsx";

/** Play, step, and how fast. */
export function Transport() {
  const { dispatch } = usePage();
  const mode = useView((state) => state.playback.mode);
  const seeking = useView((state) => state.playback.seeking);
  const inPast = useView((state) => state.playback.inPast);
  const runs = mode === "live" || mode === "replaying";
  return (
    <div className="transport">
      <div className="clock">
        <Clock />
        <span className="small quiet">
          {seeking == null ? MODES[mode] : `replaying to ${momentText(seeking.toUs)}`}
        </span>
      </div>
      <div className="keys">
        <button
          type="button"
          className="button icon-only"
          aria-label="Previous event"
          title="Previous event  ,"
          onClick={() => dispatch({ kind: "previousEvent" })}
        >
          <Icon name="previous" />
        </button>
        <button
          type="button"
          className="button primary play"
          aria-label={runs ? "Pause" : "Play"}
          onClick={() => dispatch(playIntent(mode))}
        >
          <Icon name={runs ? "pause" : "play"} />
          <span className="word">{runs ? "Pause" : "Play"}</span>
        </button>
        <button
          type="button"
          className="button icon-only"
          aria-label="Next event"
          title="Next event  ."
          onClick={() => dispatch({ kind: "nextEvent" })}
        >
          <Icon name="next" />
        </button>
        <button
          type="button"
          className={`button bare live ${inPast ? "" : "on"}`}
          aria-pressed={mode === "live"}
          title="To the end of the run  L"
          onClick={() => dispatch({ kind: "goLive" })}
        >
          <Icon name="live" /> Live
        </button>
      </div>
      <SpeedSlider />
      <p className="small quiet past" aria-live="polite">
        {inPast ? (
          <>
            <Icon name="branch" /> Acting here forks the run.
          </>
        ) : null}
      </p>
    </div>
  );
}

const MODES = {
  live: "live",
  paused: "paused",
  scrubbing: "scrubbing",
  replaying: "replaying",
};
