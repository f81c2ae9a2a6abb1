import type { PageState } from "../page.ts";

/** Whether a cut runs between this node and others: then P heals instead of cutting. */
export function isCut(state: PageState, node: string): boolean {
  return state.world?.cuts.some((cut) => cut.nodes.includes(node)) ?? false;
}
