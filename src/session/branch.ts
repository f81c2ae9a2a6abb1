import type { Action, Run } from "@chronik/core/sim";
import type { RunView } from "@chronik/core/view";
import type { Film } from "./film.ts";
import type { OtherBranch } from "./protocol.ts";

/** One course of events. Branches that share a beginning share its action objects. */
export interface Branch {
  /** "A", "B", ... */
  readonly name: string;
  readonly run: Run;
  /** As far as it was simulated. */
  readonly endUs: number;
  /** Its time bar up to there; null until it was first seen. */
  readonly time: RunView | null;
  /** The branch that it left by an action, and how many actions they share. */
  readonly parent: { readonly name: string; readonly sharedActions: number } | null;
  /** Grows as it is simulated. */
  readonly film: Film;
}

/** "A" to "Z", then "A1", "B1", ... */
export function branchName(position: number): string {
  const round = Math.floor(position / 26);
  return String.fromCharCode(65 + (position % 26)) + (round === 0 ? "" : String(round));
}

/** How another branch is shown beside this one. */
export function describeOther(current: Branch, other: Branch): OtherBranch {
  return {
    name: other.name,
    forkedAtUs: divergedAtUs(current, other),
    label: `Branch ${other.name}, up to ${(other.endUs / 1e6).toFixed(3)} s`,
  };
}

/** When the two stopped being the same: at the first action that only one of them has. */
export function divergedAtUs(one: Branch, other: Branch): number {
  const actions = one.run.actions;
  const others = other.run.actions;
  const at = actions.findIndex((action, index) => action !== others[index]);
  const first = at === -1 ? actions.length : at;
  const timeOf = (action: Action | undefined): number => action?.atUs ?? Number.POSITIVE_INFINITY;
  return Math.min(timeOf(actions[first]), timeOf(others[first]), Math.max(one.endUs, other.endUs));
}
