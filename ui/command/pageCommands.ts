import type { PageState, ScenarioTitle, ShareKind } from "../page.ts";
import { does, shows } from "./command.ts";
import type { Command } from "./command.ts";

/** What concerns the page and not the cluster. */
export function pageCommands({ theme }: PageState): readonly Command[] {
  return [
    ...PANELS,
    ...SHARES.map(([what, name, words]): Command => ({
      id: `share:${what}`,
      name,
      words,
      section: "share",
      refusal: null,
      does: does({ kind: "share", what }),
    })),
    ...THEMES.map(([choice, name]): Command => ({
      id: `theme:${choice}`,
      name,
      words: "colours mode",
      section: "theme",
      isOn: theme === choice,
      refusal: null,
      does: does({ kind: "setTheme", theme: choice }),
    })),
  ];
}

/** What the cluster can start as; whoever offers them has to ask for the list. */
export function scenarioCommands(scenarios: readonly ScenarioTitle[]): readonly Command[] {
  return scenarios.map(({ name, title, about }) => ({
    id: `scenario:${name}`,
    name: `Open scenario ${name}`,
    words: `${title} ${about}`,
    section: "scenario",
    refusal: null,
    does: does({ kind: "openScenario", name }),
  }));
}

const base = { section: "page", refusal: null };

const PANELS: readonly Command[] = [
  {
    ...base,
    id: "produce",
    name: "Write a record",
    words: "produce send partitions panel",
    key: "N",
    does: shows("focusProduce"),
  },
  {
    ...base,
    id: "clients",
    name: "Show producers, consumers, groups",
    words: "clients panel",
    key: "C",
    does: shows("showClients"),
  },
  {
    ...base,
    id: "admin",
    name: "Show topics, nodes, console",
    words: "admin panel create topic",
    key: "A",
    does: shows("showAdmin"),
  },
  {
    ...base,
    id: "dials",
    name: "Set the network and the timers",
    words: "dials latency loss election timeout heartbeat fsync nodes options",
    does: shows("showDials"),
  },
  {
    ...base,
    id: "disk",
    name: "Show the node’s disk, or its Ready",
    words: "panel wal",
    key: "D",
    does: shows("toggleDisk"),
  },
  {
    ...base,
    id: "figures",
    name: "Show figures, and what has changed",
    words: "metrics counts lag delta since was now",
    key: "M",
    does: shows("figures"),
  },
  {
    ...base,
    id: "share",
    name: "Share this run",
    words: "link file export embed",
    key: "S",
    does: shows("share"),
  },
  {
    ...base,
    id: "find",
    name: "Find an event",
    words: "search",
    key: "/",
    does: shows("findEvent"),
  },
  {
    ...base,
    id: "palette",
    name: "Do anything by its name",
    words: "commands palette",
    key: "Ctrl+K",
    does: [{ kind: "palette", text: "" }],
  },
  {
    ...base,
    id: "help",
    name: "Keys and signs",
    words: "help legend shortcuts",
    key: "?",
    does: shows("toggleHelp"),
  },
  {
    ...base,
    id: "close",
    name: "Close, or leave a field",
    key: "Escape",
    does: shows("close"),
  },
];

const SHARES: readonly (readonly [what: ShareKind, name: string, words: string])[] = [
  ["link", "Copy a link to this run", "share url"],
  ["run", "Save this run as a file", "share export json lines"],
  ["perfetto", "Save a trace for Perfetto", "share export chrome"],
  ["shiviz", "Save a trace for ShiViz", "share export"],
  ["playwright", "Copy as Playwright scenario", "share test"],
  ["story", "Copy as story", "share text"],
  ["embed", "Copy the code that embeds this", "share iframe"],
];

const THEMES = [
  ["light", "Use the light theme"],
  ["dark", "Use the dark theme"],
  ["system", "Use the system’s theme"],
] as const;
