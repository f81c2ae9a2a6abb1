import { nextTimer } from "./firstSentence.ts";
import type { Scene } from "./sentence.ts";
import type { NodeView, SuggestionView } from "./view.ts";

/** What can be done in the first second of a run: nobody leads, and nobody need wait for it. */
export function firstSuggestion({ nodeNames, nodes }: Scene): SuggestionView {
  const all = nodeNames.flatMap((name) => nodes[name] ?? []);
  return timeOut(nextTimer(all) ?? all[0]!);
}

export function timeOut(node: NodeView): SuggestionView {
  return {
    id: "time-out",
    title: `Let the timer of ${node.name} run out`,
    text: "There is no leader. You need not wait for the first election timer.",
    watchFor: `${node.name} asks for pre-votes, then for votes, and leads a new term.`,
    action: { kind: "timeOut", node: node.name, label: `Time out ${node.name}` },
  };
}
