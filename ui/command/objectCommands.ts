import { flightLabel } from "@chronik/core/view";
import type { PageState } from "../page.ts";
import {
  clientCommands,
  clusterCommands,
  isInternal,
  partitionCommands,
  powerCommands,
  requestCommands,
  topicCommands,
} from "./clusterCommands.ts";
import type { Command } from "./command.ts";
import { does } from "./command.ts";
import { linkCommands } from "./linkCommands.ts";
import { brushedFlight, messageCommands } from "./messageCommands.ts";
import { holdCommands, nodeCommands } from "./nodeCommands.ts";
import { pageCommands } from "./pageCommands.ts";
import { branchCommands, momentCommands, readySteps, timeCommands } from "./timeCommands.ts";

/** An object of the picture, and what can be done to it. */
export interface ObjectCommands {
  /** "n1", "link n1 to n2", "entry 20". */
  readonly title: string;
  readonly commands: readonly Command[];
}

/** By brush id (see `WorldView`); null when nothing can be done to it, or it is not there. */
export function objectCommands(ref: string, state: PageState): ObjectCommands | null {
  const own = ownCommands(ref, state);
  if (own === null) return null;
  const commands = [...own.commands, ...momentCommands(ref, own.title, state)];
  return commands.length === 0 ? null : { ...own, commands };
}

function ownCommands(ref: string, state: PageState): ObjectCommands | null {
  const [kind, name = "", more = ""] = ref.split(":");
  switch (kind) {
    case "node": {
      const own = nodeCommands(name, state);
      return { title: name, commands: own.length === 0 ? [] : [...own, ...powerCommands(state)] };
    }
    case "link": {
      const [from = "", to = ""] = name.split(">");
      return { title: `link ${from} to ${to}`, commands: linkCommands(from, to, state) };
    }
    case "message": {
      const flight = state.world?.flights.find(({ id }) => id === Number(name)) ?? null;
      if (flight === null) return null;
      return { title: flightLabel(flight), commands: messageCommands(flight, state) };
    }
    case "partition":
    case "record":
      return { title: name, commands: partitionCommands(name, state) };
    case "client":
      return { title: name, commands: clientCommands(name, state) };
    case "request":
      return { title: `request ${name}`, commands: requestCommands(Number(name), state) };
    case "batch": {
      const node = state.world?.nodes[name];
      if (node === undefined) return null;
      const commands = [...readySteps(name, state.selectedNode), ...holdCommands(node, state)];
      return { title: `Ready ${more} of ${name}`, commands };
    }
    case "entry":
    case "term":
      return { title: `${kind} ${name}`, commands: [] };
    default:
      return null;
  }
}

/** What keys do now: the message that is pointed at comes before the node that is selected. */
export function keyCommands(state: PageState): readonly Command[] {
  const flight = brushedFlight(state);
  const selected = state.selectedNode;
  return [
    ...(flight === null ? [] : messageCommands(flight, state)),
    ...timeCommands(state),
    ...nodeCommands(selected, state),
    ...branchCommands(state),
    ...pageCommands(state),
    ...selectCommands(state),
  ].filter(({ key }) => key !== undefined);
}

/** "1" selects the first node. */
export function selectCommands({ world, selectedNode }: PageState): readonly Command[] {
  return (world?.nodeNames ?? []).map((node, at) => ({
    id: `select:${node}`,
    name: `Select ${node}`,
    words: "node open",
    key: `${at + 1}`,
    section: "select",
    isOn: node === selectedNode,
    refusal: null,
    does: does({ kind: "selectNode", node }),
  }));
}

/** Everything that can be done at all, for a search by words. */
export function allCommands(state: PageState): readonly Command[] {
  const { world } = state;
  const nodes = world?.nodeNames ?? [];
  const nowUs = world?.nowUs ?? 0;
  const partitions = world?.partitionNames ?? [];
  const topics = [...new Set(partitions.flatMap((name) => world?.partitions[name]?.topic ?? []))];
  const underWay = (world?.flights ?? []).filter(
    ({ arrivesAtUs, lostAtUs, heldAtUs }) =>
      heldAtUs !== null || (arrivesAtUs > nowUs && (lostAtUs === null || lostAtUs > nowUs)),
  );
  const all = [
    ...timeCommands(state),
    ...selectCommands(state),
    ...nodes.flatMap((node) => nodeCommands(node, state)),
    ...clusterCommands(state),
    ...branchCommands(state),
    ...pageCommands(state),
    ...topics.filter((topic) => !isInternal(topic)).flatMap((topic) => topicCommands(topic, state)),
    ...partitions.flatMap((name) => partitionCommands(name, state)),
    ...(world?.clients ?? []).flatMap(({ name }) => clientCommands(name, state)),
    ...(underWay.length === 0 ? messageCommands(null, state) : []),
    ...underWay.flatMap((flight) => messageCommands(flight, state)),
    ...nodes.flatMap((from, at) =>
      nodes.slice(at + 1).flatMap((to) => linkCommands(from, to, state)),
    ),
  ];
  return [...new Map(all.map((command): [string, Command] => [command.id, command])).values()];
}
