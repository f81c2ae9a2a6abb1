import type { StepUnit } from "../page.ts";
import { usePage, useView } from "../pageContext.ts";

/** As they stand on the page, and in the names of the buttons that step. */
export const STEP_NAMES: Readonly<Record<StepUnit, string>> = {
  event: "event",
  ready: "Ready",
  tick: "tick",
};
const UNITS = ["event", "ready", "tick"] as const;

/** What one step is: an event, a move of the selected node's Ready loop, a tick of its clock. */
export function StepUnits() {
  const { dispatch } = usePage();
  const stepBy = useView((state) => state.playback.stepBy);
  return (
    <div className="step-units">
      <span className="quiet">Step by</span>
      <fieldset className="segmented slim" aria-label="Step by">
        {UNITS.map((unit) => (
          <label key={unit}>
            <input
              className="hidden-text"
              type="radio"
              name="step-by"
              checked={stepBy === unit}
              onChange={() => dispatch({ kind: "setStepBy", unit })}
            />
            {STEP_NAMES[unit]}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
