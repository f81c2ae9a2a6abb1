import { Icon } from "../glyph/Icon.tsx";
import { usePage, useView } from "../pageContext.ts";
import { momentText } from "../timeText.ts";
import { Clock } from "./Clock.tsx";
import { playIntent } from "./playIntent.ts";
import { SpeedSlider } from "./SpeedSlider.tsx";
import { STEP_NAMES, StepUnits } from "./StepUnits.tsx";
import { TimeStatus } from "./TimeStatus.tsx";

/** Play, step, and how fast. */
export function Transport() {
  const { dispatch } = usePage();
  const mode = useView((state) => state.playback.mode);
  const seekingToUs = useView((state) => state.playback.seeking?.toUs ?? null);
  const inPast = useView((state) => state.playback.inPast);
  const unit = STEP_NAMES[useView((state) => state.playback.stepBy)];
  const runs = mode === "live" || mode === "replaying";
  return (
    <div className="transport">
      <div className="clock">
        <Clock />
        <span className="small quiet">
          {seekingToUs === null ? MODES[mode] : `to ${momentText(seekingToUs)}`}
        </span>
      </div>
      <div className="keys">
        <button
          type="button"
          className="button icon-only"
          aria-label={`Previous ${unit}`}
          title={`Previous ${unit}  ,`}
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
          aria-label={`Next ${unit}`}
          title={`Next ${unit}  .`}
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
      <StepUnits />
      <TimeStatus />
    </div>
  );
}

const MODES = {
  live: "live",
  paused: "paused",
  scrubbing: "scrubbing",
  replaying: "replaying",
};
