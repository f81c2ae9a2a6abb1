import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import { RUN_FILE_LENGTH_MAX } from "../../ui/share/runFile.ts";
import { FILE_ACTIONS_MAX } from "../linkLimits.ts";
import type { Parsed } from "./parsed.ts";
import { parseJson, refuse, shorten } from "./parsed.ts";
import { checkFileHead } from "./runSchema.ts";
import type { FileHead } from "./runSchema.ts";
import { changedOptions, checkActions } from "./sharedRun.ts";
import type { SharedRun } from "./sharedRun.ts";

/**
 * A run file is JSON lines: the first says what run it is and which moment to show, each of the
 * others is one action, in order of time.
 */
export function formatRunFile({ run, viewAtUs, scenario }: SharedRun): string {
  const head: FileHead = {
    format: "chronik-run",
    version: 1,
    seed: run.seed,
    options: changedOptions(run.options),
    ...(scenario === "" ? {} : { scenario }),
    viewAtUs,
  };
  return [head, ...run.actions].map((line) => `${JSON.stringify(line)}\n`).join("");
}

export const runFileName = (seed: number): string => `chronik-${seed}.jsonl`;

/** The run of a file; otherwise the first line that is wrong, and why. */
export async function parseRunFile(name: string, text: string): Promise<Parsed<SharedRun>> {
  const refuseFile = (reason: string): Parsed<never> =>
    refuse(
      `The file "${shorten(name)}" cannot be opened.`,
      reason,
      "Choose a file that was saved here, or go on with the run that is open now.",
    );
  if (text.length > RUN_FILE_LENGTH_MAX) {
    return refuseFile(`It is longer than ${RUN_FILE_LENGTH_MAX} characters.`);
  }
  const lines = text.replace(/^\u{FEFF}/u, "").split(/\r?\n/, FILE_ACTIONS_MAX + 3);
  if (lines.at(-1) === "") lines.pop();
  const [first = "", ...others] = lines;
  const head = checkFileHead(parseJson(first));
  if (!head.ok) return refuseFile(`Line 1: ${head.breach}.`);
  if (others.length > FILE_ACTIONS_MAX) {
    return refuseFile(`It has more than ${FILE_ACTIONS_MAX} actions.`);
  }
  const actions = await checkActions(parsedLines(others), () => "");
  if (!actions.ok) return refuseFile(`Line ${actions.at + 2}: ${actions.breach}.`);
  const { seed, options, viewAtUs, scenario = "" } = head.value;
  const run = { seed, options: { ...DEFAULT_RUN_OPTIONS, ...options }, actions: actions.value };
  return { ok: true, value: { run, viewAtUs, scenario } };
}

/** Each when its turn comes, so that the page can draw in between. */
function* parsedLines(lines: readonly string[]): Generator {
  for (const line of lines) yield parseJson(line);
}
