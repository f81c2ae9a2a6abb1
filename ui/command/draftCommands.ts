import type { PageState } from "../page.ts";
import { does, firstReason } from "./command.ts";
import type { Command } from "./command.ts";

/** While a cut is drawn: who is on its inner side, and how it ends. None while it is not. */
export function draftCommands({ cutDraft, world }: PageState): readonly Command[] {
  if (cutDraft === null || world === null) return [];
  const { nodeNames, nodes } = world;
  const ids = cutDraft.flatMap((name) => nodes[name]?.id ?? []);
  const cancel: Command = {
    id: "draft:cancel",
    name: "Cancel the cut",
    key: "Escape",
    section: "draft",
    refusal: null,
    does: does({ kind: "cutDraft", nodes: null }),
  };
  return [
    {
      id: "draft:cut",
      name: cutDraft.length === 0 ? "Cut off" : `Cut off ${cutDraft.join(", ")}`,
      key: "Enter",
      section: "draft",
      refusal: firstReason([
        ids.length === 0 || ids.length >= nodeNames.length,
        "A cut needs brokers on both of its sides.",
      ]),
      does: [
        ...does({ kind: "act", action: { kind: "cut", nodes: ids } }),
        ...does({ kind: "cutDraft", nodes: null }),
      ],
    },
    cancel,
    { ...cancel, key: "P" },
    ...nodeNames.map((name, at): Command => {
      const isOn = cutDraft.includes(name);
      return {
        id: `draft:${name}`,
        name: isOn ? `Leave ${name} out of the cut` : `Take ${name} into the cut`,
        key: `${at + 1}`,
        section: "draft",
        isOn,
        refusal: null,
        does: does({ kind: "cutDraft", nodes: toggled(cutDraft, name) }),
      };
    }),
  ];
}

export function toggled(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((one) => one !== name) : [...names, name].toSorted();
}
