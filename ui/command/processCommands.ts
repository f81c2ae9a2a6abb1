import type { NodeView } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import { acts, does, firstReason } from "./command.ts";
import type { Command } from "./command.ts";

/** What stands in the way of what only a running process can do. */
export const notRunning = ({ name, process }: NodeView): readonly [boolean, string] => [
  process !== "running",
  `${name} does not run.`,
];

/** What a process must do itself it cannot do while it stands still. */
export const notActive = (node: NodeView): readonly (readonly [boolean, string])[] => [
  notRunning(node),
  [node.isPaused, `${node.name} is paused. Resume it first.`],
];

export function processCommands(node: NodeView): readonly Command[] {
  const { name, id, isPaused } = node;
  const pause = isPaused ? "Resume" : "Pause";
  return [
    {
      id: `kill:${name}`,
      name: `Cut power of ${name}`,
      short: "Cut power",
      words: "kill crash stop",
      key: "K",
      section: "process",
      refusal: firstReason([node.process !== "running", `${name} is down already.`]),
      does: does({ kind: "kill", node: name }),
    },
    {
      id: `restart:${name}`,
      name: `Restart ${name}`,
      short: "Restart",
      words: "start power on",
      key: "R",
      section: "process",
      refusal: firstReason([node.process === "running", `${name} runs already.`]),
      does: does({ kind: "restart", node: name }),
    },
    {
      id: `pause:${name}`,
      name: `${pause} ${name}`,
      short: pause,
      words: "process stop the world",
      section: "process",
      refusal: firstReason(notRunning(node)),
      does: acts({ kind: isPaused ? "resume" : "pause", node: id }),
    },
    {
      id: `timeOut:${name}`,
      name: `Time out ${name}`,
      short: "Time out",
      words: "election timer campaign",
      key: "T",
      section: "process",
      refusal: firstReason(...notActive(node)),
      does: does({ kind: "timeOut", node: name }),
    },
  ];
}

/** Whether a cut runs between this node and others: then P heals instead of cutting. */
const isCutOff = (name: string, { world }: PageState): boolean =>
  world?.cuts.some(({ nodes }) => nodes.includes(name)) ?? false;

export function cutCommands({ name }: NodeView, state: PageState): readonly Command[] {
  const cut = isCutOff(name, state);
  const only = firstReason([(state.world?.nodeNames.length ?? 0) < 2, "There is no other node."]);
  const draft: Command = {
    id: `draftCut:${name}`,
    name: `Start a cut with ${name}`,
    short: "Start a cut",
    words: "partition network group",
    section: "network",
    refusal: only,
    does: does({ kind: "cutDraft", nodes: [name] }),
  };
  const whole: Command = {
    id: `cut:${name}`,
    name: cut ? `Heal links of ${name}` : `Cut links of ${name}`,
    short: cut ? "Heal links" : "Cut links",
    words: "partition network isolate",
    section: "network",
    refusal: only,
    does: does({ kind: cut ? "heal" : "cut", node: name }),
  };
  return cut ? [{ ...whole, key: "P" }, draft] : [whole, { ...draft, key: "P" }];
}
