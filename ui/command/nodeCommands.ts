import type { DiskFault, NodeView, ReadyStage } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import { acts, does, firstReason, withoutKey } from "./command.ts";
import type { Command, Submenu } from "./command.ts";
import { cutCommands, notActive, notRunning, processCommands } from "./processCommands.ts";

/** What can be done to a node; nothing when there is none of that name. */
export function nodeCommands(name: string, state: PageState): readonly Command[] {
  const node = state.world?.nodes[name];
  if (node === undefined) return [];
  const keyed = [...processCommands(node), ...cutCommands(node, state)];
  return [
    ...(name === state.selectedNode ? keyed : keyed.map(withoutKey)),
    ...clockCommands(node),
    ...diskCommands(node, state),
    ...holdCommands(node, state),
    ...linkMenus(name, state),
    ...memberCommands(node),
    sendTo(node, state),
  ];
}

const PERCENTS = [50, 100, 200] as const;

function clockCommands({ name, id, clockPercent }: NodeView): readonly Command[] {
  const submenu: Submenu = { name: `Clock of ${name}`, short: "Clock", picks: "one" };
  const words = "skew drift speed";
  const rates = PERCENTS.map((percent): Command => ({
    id: `clock:${name}:${percent}`,
    name: `Run the clock of ${name} at ${percent} %`,
    short: `${percent} %`,
    words,
    section: "clock",
    submenu,
    isOn: clockPercent === percent,
    refusal: firstReason([clockPercent === percent, "It does so already."]),
    does: acts({ kind: "skewClock", node: id, percent }),
  }));
  const other: Command = {
    id: `clock:${name}`,
    name: `Run the clock of ${name} at another rate`,
    short: "another rate",
    words,
    section: "clock",
    submenu,
    isOn: PERCENTS.every((percent) => percent !== clockPercent),
    refusal: null,
    does: [{ kind: "palette", text: `clock of ${name} at ` }],
  };
  return [...rates, other];
}

const FAULTS: readonly (readonly [fault: DiskFault, short: string, words: string])[] = [
  ["lostCache", "Lost cache", "a loss of power takes everything that is not synced"],
  ["tornSectors", "Torn sectors", "a loss of power keeps any unsynced sectors, in no order"],
  ["lostNames", "Lost names", "a loss of power undoes new names of files"],
  ["lyingSync", "Lying fsync", "it says that it is done and saves nothing"],
  ["slow", "Slow writes", "everything takes far longer"],
  ["full", "No room", "disk full: there is no room for a write"],
];

function diskCommands(node: NodeView, state: PageState): readonly Command[] {
  const { name } = node;
  const faults = state.world?.diskFaults[name];
  const submenu: Submenu = { name: `Disk of ${name}`, short: "Disk", picks: "any" };
  const switches = FAULTS.map(([fault, short, words]): Command => {
    const isOn = faults?.[fault] ?? false;
    return {
      id: `fault:${fault}:${name}`,
      name: `${short} on the disk of ${name}`,
      short,
      words,
      section: "disk",
      submenu,
      isOn,
      refusal: firstReason([faults === undefined, "Its disk is not shown yet."]),
      does: does({ kind: "diskFault", node: name, fault, on: !isOn }),
    };
  });
  const once = (
    kind: "tear" | "failSync" | "snapshot",
    text: string,
    refusal: string | null,
    short: string,
  ): Command => ({
    id: `${kind}:${name}`,
    name: text,
    short,
    words: "disk fault fsync torn power metadata",
    section: "once",
    submenu,
    refusal,
    does: does({ kind, node: name }),
  });
  return [
    ...switches,
    once(
      "tear",
      `Tear the next write of ${name}`,
      firstReason(notRunning(node), [faults?.tear ?? false, "It will be torn already."]),
      "Tear the next write",
    ),
    once(
      "failSync",
      `Fail the next fsync of ${name}`,
      firstReason([faults?.failSync ?? false, "It fails already."]),
      "Fail the next fsync",
    ),
    once(
      "snapshot",
      `Take a snapshot of ${name}`,
      firstReason(...notActive(node)),
      "Take a snapshot",
    ),
  ];
}

const STAGES: readonly (readonly [stage: ReadyStage, word: string])[] = [
  ["send", "Send now"],
  ["persist", "Persist"],
  ["sendAfter", "Send after"],
  ["apply", "Apply"],
  ["advance", "Advance"],
];

/** Breakpoints of its Ready loop. */
export function holdCommands(node: NodeView, state: PageState): readonly Command[] {
  const { name, id } = node;
  const stages = state.world?.readies[name]?.stages ?? [];
  return STAGES.map(([stage, word]): Command => {
    const isOn = stages.find((one) => one.name === stage)?.isHeld ?? false;
    return {
      id: `hold:${stage}:${name}`,
      name: `Hold ${name} before ${word}`,
      short: `before ${word}`,
      words: "ready breakpoint stage release",
      section: "ready",
      submenu: { name: `Ready loop of ${name}`, short: "Ready loop", picks: "any" },
      isOn,
      refusal: firstReason(...notActive(node)),
      does: acts({ kind: "holdStage", node: id, stage, on: !isOn }),
    };
  });
}

/** A way to each of its links that needs no aim. */
function linkMenus(name: string, { world }: PageState): readonly Command[] {
  const others = world?.nodeNames.filter((other) => other !== name) ?? [];
  return others.map((other) => ({
    id: `linkMenu:${name}:${other}`,
    name: `Menu of link ${name} to ${other}`,
    short: `to ${other}`,
    section: "network",
    submenu: { name: `Links of ${name}`, short: "Links", picks: "any" },
    refusal: null,
    does: [{ kind: "menu", ref: `link:${name}>${other}` }],
  }));
}

function memberCommands(node: NodeView): readonly Command[] {
  const { name } = node;
  const down = node.process !== "running";
  return [
    {
      id: `repair:${name}`,
      name: `Repair ${name}`,
      short: "Repair",
      words: "damaged wipe rejoin learner",
      section: "member",
      refusal: firstReason([
        !down && !node.isDamaged,
        `${name} runs and its disk is sound, so there is nothing to repair.`,
      ]),
      does: does({ kind: "repair", node: name }),
    },
    {
      id: `removeNode:${name}`,
      name: `Remove ${name}`,
      short: "Remove",
      words: "node member leave cluster",
      section: "member",
      refusal: firstReason(
        [node.membership === "outside", `${name} is no member.`],
        [!down, `${name} runs. Cut its power first.`],
      ),
      does: does({ kind: "removeNode", node: name }),
    },
  ];
}

/** A record for the partition that is selected, straight to this node. */
function sendTo({ name }: NodeView, state: PageState): Command {
  const partition = state.world?.partitions[state.selectedPartition ?? ""];
  const to = partition?.name ?? "a partition";
  return {
    id: `sendTo:${name}`,
    name: `Send a record to ${to} at ${name}`,
    short: `Send a record to ${to}`,
    words: "produce write",
    section: "member",
    refusal: firstReason([partition === undefined, "There is no topic yet."]),
    does:
      partition === undefined
        ? []
        : does({
            kind: "produce",
            node: name,
            topic: partition.topic,
            partition: partition.partition,
            ...RECORD,
          }),
  };
}

/** What is sent where nobody has written one. */
export const RECORD = { key: "k1", value: "paid", acks: "all" } as const;
