import type { ProblemState } from "../ui/page.ts";
import { seconds } from "./notices.ts";
import type { Failure } from "./session/protocol.ts";

/** The worker broke one of its rules, or never ran. `link` repeats the run. */
export function sayFailure(failure: Failure, link: string | null): ProblemState {
  const reason = failure.message.replace(/\.?$/, ".");
  if (failure.run === null) {
    return {
      title: "The simulation did not start.",
      detail: `${reason} Reload the page; it needs a browser with module workers.`,
    };
  }
  const where = `It was seed ${failure.run.seed} at ${seconds(failure.atUs)}.`;
  const advice = link === null ? "Open another seed." : `This link repeats it: ${link}`;
  return {
    title: "The simulation stopped: it broke one of its own rules.",
    detail: `${reason} ${where} ${advice}`,
  };
}
