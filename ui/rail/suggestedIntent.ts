import type { SuggestedAction } from "@chronik/core/view";
import type { Intent } from "../page.ts";

/** The record that a suggestion sends. */
const RECORD = { key: "k1", value: "paid", acks: "all" } as const;

export function suggestedIntent(action: SuggestedAction): Intent {
  if (action.kind !== "produce") return { kind: action.kind, node: action.node };
  const { node, topic, partition } = action;
  return { kind: "produce", node, topic, partition, ...RECORD };
}

/** The key that does the same now; keys act on the selected node only. */
export function suggestedKey(action: SuggestedAction, selectedNode: string): string | null {
  return action.node === selectedNode ? KEYS[action.kind] : null;
}

const KEYS: Readonly<Record<SuggestedAction["kind"], string | null>> = {
  kill: "K",
  restart: "R",
  timeOut: "T",
  cut: "P",
  heal: "P",
  produce: null,
};
