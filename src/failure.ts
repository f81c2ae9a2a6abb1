import type { ProblemState } from "../ui/page.ts";
import { seconds } from "./notices.ts";
import type { Failure } from "./session/protocol.ts";
import { linkTo } from "./share/share.ts";

/** The worker broke one of its rules, or never ran. */
export async function sayFailure(failure: Failure): Promise<ProblemState> {
  const reason = failure.message.replace(/\.?$/, ".");
  if (failure.run === null) {
    return {
      title: "The simulation did not start.",
      detail: `${reason} Reload the page; it needs a browser with module workers.`,
    };
  }
  const where = `It was seed ${failure.run.seed} at ${seconds(failure.atUs)}.`;
  const link = await linkTo({ run: failure.run, viewAtUs: failure.atUs, scenario: "" });
  const advice = link === null ? "Open another seed." : `This link repeats it: ${link}`;
  return {
    title: "The simulation stopped: it broke one of its own rules.",
    detail: `${reason} ${where} ${advice}`,
  };
}
