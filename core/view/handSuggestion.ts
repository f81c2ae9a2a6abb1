import type { Action, ActionBody } from "../sim/index.ts";
import type { Scene } from "./sentence.ts";
import type { NodeView, SuggestionView } from "./view.ts";

/** What a person has stopped, held or cut goes on, once it was seen what comes of it. */
export function letGo(scene: Scene): SuggestionView | null {
  const nodes = scene.nodeNames.flatMap((name) => scene.nodes[name] ?? []);
  const paused = nodes.find(({ isPaused }) => isPaused);
  if (paused !== undefined) return resume(paused);
  for (const node of nodes) {
    const held = scene.readies[node.name]?.stages.find(({ isHeld }) => isHeld);
    if (held !== undefined && node.process === "running") return stopHolding(node, held.name);
  }
  const link = scene.links[0];
  const [from, to] = [scene.nodes[link?.from ?? ""], scene.nodes[link?.to ?? ""]];
  return from === undefined || to === undefined ? null : clearLink(from, to);
}

/** What a person can do to processes, Ready loops and links, each once. */
export function nextByHand(
  leader: NodeView,
  follower: NodeView,
  tried: ReadonlySet<Action["kind"]>,
): SuggestionView | null {
  if (!tried.has("pause")) return pauseLeader(leader);
  if (!tried.has("holdStage")) return holdPersist(follower);
  return tried.has("setLink") ? null : cutOneWay(leader, follower);
}

const act = (action: ActionBody, label: string): SuggestionView["action"] => ({
  kind: "act",
  action,
  label,
});

function resume({ name, id }: NodeView): SuggestionView {
  return {
    id: "resume",
    title: `Let ${name} go on`,
    text: "It does not know how long it has stood still.",
    watchFor: "What came for it meanwhile comes first; if another leads by then, it follows.",
    action: act({ kind: "resume", node: id }, `Resume ${name}`),
  };
}

function stopHolding(
  { name, id }: NodeView,
  stage: Extract<ActionBody, { kind: "holdStage" }>["stage"],
): SuggestionView {
  return {
    id: "stop-holding",
    title: `Let the Ready loop of ${name} go on`,
    text: "One batch waits at your breakpoint, and what came since waits behind it.",
    watchFor: "The stages that were held back follow at once, in their order.",
    action: act({ kind: "holdStage", node: id, stage, on: false }, `Release ${name}`),
  };
}

function clearLink(from: NodeView, to: NodeView): SuggestionView {
  return {
    id: "clear-link",
    title: `Clear the link from ${from.name} to ${to.name}`,
    text: "Nodes ask again for what they miss; let it arrive.",
    watchFor: `${to.name} hears ${from.name} again and catches up.`,
    action: act(
      {
        kind: "setLink",
        from: from.id,
        to: to.id,
        bothWays: false,
        isCut: false,
        lossPercent: 0,
        extraLatencyUs: 0,
      },
      `Clear link ${from.name} to ${to.name}`,
    ),
  };
}

function pauseLeader({ name, id }: NodeView): SuggestionView {
  return {
    id: "pause-leader",
    title: `Pause ${name}, the leader`,
    text: "Long garbage collections do that: the process stands still and does not know it.",
    watchFor: `The others elect a new leader; when ${name} goes on it still believes that it leads.`,
    action: act({ kind: "pause", node: id }, `Pause ${name}`),
  };
}

function holdPersist({ name, id }: NodeView): SuggestionView {
  return {
    id: "hold-persist",
    title: `Hold ${name} before Persist`,
    text: "What it has in memory does not reach its disk as long as you hold it.",
    watchFor: `${name} gets entries and acknowledges none: without a durable write no ack leaves.`,
    action: act(
      { kind: "holdStage", node: id, stage: "persist", on: true },
      `Hold ${name} before Persist`,
    ),
  };
}

function cutOneWay(leader: NodeView, follower: NodeView): SuggestionView {
  const [from, to] = [leader.name, follower.name];
  return {
    id: "cut-one-way",
    title: `Cut the link from ${from} to ${to}`,
    text: `${to} hears no leader any more, but everybody still hears ${to}.`,
    watchFor: `${to} asks for pre-votes and gets none: the others hear their leader, which stays.`,
    action: act(
      {
        kind: "setLink",
        from: leader.id,
        to: follower.id,
        bothWays: false,
        isCut: true,
        lossPercent: 0,
        extraLatencyUs: 0,
      },
      `Cut link ${from} to ${to}`,
    ),
  };
}
