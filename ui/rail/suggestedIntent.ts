import type { SuggestedAction } from "@chronik/core/view";
import type { Intent } from "../page.ts";

/** The record that a suggestion sends. */
const RECORD = { key: "k1", value: "paid", acks: "all" } as const;

export function suggestedIntent(action: SuggestedAction): Intent {
  if (action.kind === "produce") {
    const { kind, node, topic, partition } = action;
    return { kind, node, topic, partition, ...RECORD };
  }
  const { label: _, ...intent } = action;
  return intent;
}

/** The key that does the same now; keys act on the selected node only. */
export function suggestedKey(action: SuggestedAction, selectedNode: string): string | null {
  if (!("node" in action) || action.node !== selectedNode) return null;
  return KEYS.get(action.kind) ?? null;
}

const KEYS: ReadonlyMap<SuggestedAction["kind"], string> = new Map([
  ["kill", "K"],
  ["restart", "R"],
  ["timeOut", "T"],
  ["cut", "P"],
  ["heal", "P"],
]);
