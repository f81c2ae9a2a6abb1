import type { Action, Run, RunOptions } from "@chronik/core/sim";
import { DEFAULT_RUN_OPTIONS } from "@chronik/core/sim";
import type { Checked } from "./runSchema.ts";
import { ActionsRule, checkAction } from "./runSchema.ts";

/** A run, and the moment of it that is shown: what links and files carry. */
export interface SharedRun {
  readonly run: Run;
  readonly viewAtUs: number;
  /** That it began as; "" for a run that somebody made. */
  readonly scenario: string;
}

/** Only what is not as by default: links stay short, and new options do not make old ones wrong. */
export function changedOptions(options: RunOptions): Partial<RunOptions> {
  return Object.fromEntries(
    Object.entries(options).filter(
      ([key, value]) => DEFAULT_RUN_OPTIONS[key as keyof RunOptions] !== value,
    ),
  );
}

/** So many actions are checked in well under the 50 ms that a page may be busy for. */
const CHECKED_AT_ONCE = 250;

/**
 * All actions, or the first breach. `pathOf` says where an action stands; "" if whoever tells of the
 * breach says that himself: `at` is which it was. An item that is undefined was no JSON.
 */
export async function checkActions(
  items: Iterable<unknown>,
  pathOf: (at: number) => string,
): Promise<Checked<readonly Action[]> & { readonly at: number }> {
  const rule = new ActionsRule();
  const actions: Action[] = [];
  for (const item of items) {
    const at = actions.length;
    if (at % CHECKED_AT_ONCE === CHECKED_AT_ONCE - 1) await breathe();
    if (item === undefined) return { ok: false, breach: "it is not JSON, or it is cut short", at };
    const path = pathOf(at);
    const checked = checkAction(item, path);
    if (!checked.ok) return { ...checked, at };
    const breach = rule.breachOf(checked.value);
    if (breach !== null) {
      return { ok: false, breach: `${path === "" ? "" : `${path}.`}${breach}`, at };
    }
    actions.push(checked.value);
  }
  return { ok: true, value: actions, at: actions.length };
}

/** Lets the page draw. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
