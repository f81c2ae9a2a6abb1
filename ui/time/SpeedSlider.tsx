import { SPEEDS, speedAtStep, speedStep, speedText } from "../geometry/speedSteps.ts";
import { usePage, useView } from "../pageContext.ts";

/** From a thousandth of real time to ten times; every step is about a doubling. */
export function SpeedSlider() {
  const { dispatch } = usePage();
  const speed = useView((state) => state.playback.speed);
  const step = speedStep(speed);
  const share = (step / (SPEEDS.length - 1)) * 100;
  return (
    <label className="speed">
      <span className="quiet">Speed</span>
      <input
        type="range"
        aria-label="Speed"
        aria-valuetext={`${speedText(speed)} of real time`}
        min="0"
        max={SPEEDS.length - 1}
        step="1"
        value={step}
        style={{ "--share": `${share}%` } as React.CSSProperties}
        onChange={(e) => dispatch({ kind: "setSpeed", speed: speedAtStep(Number(e.target.value)) })}
      />
      <span className="value">{speedText(speed)}</span>
    </label>
  );
}
