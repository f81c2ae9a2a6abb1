import type { Action } from "../sim/index.ts";
import { isInternal } from "./partitionView.ts";
import { timeOut } from "./firstSuggestion.ts";
import { letGo, nextByHand } from "./handSuggestion.ts";
import { nextTimer } from "./firstSentence.ts";
import type { Scene } from "./sentence.ts";
import type { NodeView, PartitionView, SuggestionView } from "./view.ts";

export type ServedPartition = PartitionView & { readonly leader: string };

/** What to try on disks; a part of its own, like what shows them. */
export interface DiskSuggestions {
  /** What was done to a disk waits for what shows it. */
  followUp(
    scene: Scene,
    tried: ReadonlySet<Action["kind"]>,
    partition: ServedPartition | null,
  ): SuggestionView | null;
  /** What can go wrong on disks, once the rest is known. */
  next(scene: Scene, tried: ReadonlySet<Action["kind"]>, leader: NodeView): SuggestionView | null;
}

/**
 * One thing to try now. First what the cluster needs, then what has not been tried yet in this
 * run, easiest first.
 */
export function suggestionView(
  scene: Scene,
  tried: ReadonlySet<Action["kind"]>,
  onDisks: DiskSuggestions | null,
): SuggestionView {
  const { violation } = scene.safety;
  if (violation !== null) return beforeTheEnd(violation.atUs);
  const nodes = scene.nodeNames.flatMap((name) => scene.nodes[name] ?? []);
  const down = nodes.find((node) => node.process !== "running");
  const running = nodes.filter((node) => node.process === "running");
  if (running.length === 0) return powerOn();
  const isLost = running.length < (nodes[0]?.votesNeeded ?? 0);
  if (down !== undefined && isLost) return restartForQuorum(down, running.length, nodes.length);
  const leader = scene.nodes[scene.summary.leader ?? ""];
  const damaged = nodes.find(({ isDamaged }) => isDamaged);
  if (damaged !== undefined && leader !== undefined) return repair(damaged);
  const cut = scene.cuts[0]?.nodes[0];
  const partition = servedPartition(scene);
  if (cut !== undefined) {
    const wasTried = partition === null || hasTriedSince(scene, cutSinceUs(scene));
    return wasTried ? heal(cut) : produceDespite(partition, "cut");
  }
  if (leader === undefined) {
    const awake = running.filter(({ isPaused }) => !isPaused);
    const held = awake.length < (nodes[0]?.votesNeeded ?? 0) ? letGo(scene) : null;
    if (held !== null) return held;
    const campaigns = running.some(({ role }) => role === "candidate" || role === "preCandidate");
    // An election that is under way needs no second one beside it.
    if (campaigns && down !== undefined) return restart(down);
    return timeOut(nextTimer(awake) ?? awake[0] ?? nodes[0]!);
  }
  if (down !== undefined) {
    const wasTried = partition === null || hasTriedSince(scene, down.processSinceUs);
    return wasTried ? restart(down) : produceDespite(partition, "down");
  }
  const held = letGo(scene);
  if (held !== null) return held;
  const followUp = onDisks?.followUp(scene, tried, partition) ?? null;
  if (followUp !== null) return followUp;
  if (!tried.has("kill")) return killLeader(leader);
  const follower = partition?.replicas.find((name) => name !== partition.leader);
  if (partition !== null && !wasProduced(scene)) return produce(partition);
  if (partition !== null && follower !== undefined && !wasRefused(scene)) {
    return produceToFollower(partition, follower);
  }
  if (!tried.has("cut")) return cutLeader(leader);
  if (!tried.has("timeOut")) {
    const other = running.find((node) => node !== leader);
    if (other !== undefined) return timeOutAgainstLeader(other, leader);
  }
  const other = running.find((node) => node !== leader && node.membership === "voter");
  const byHand = other === undefined ? null : nextByHand(leader, other, tried);
  return byHand ?? onDisks?.next(scene, tried, leader) ?? killLeader(leader);
}

const cutSinceUs = (scene: Scene): number =>
  Math.max(0, ...scene.cuts.map(({ sinceUs }) => sinceUs));

const wasProduced = (scene: Scene): boolean =>
  scene.requests.some(({ kind }) => kind === "produce");

const wasRefused = (scene: Scene): boolean =>
  scene.requests.some(({ errorName }) => errorName === "NOT_LEADER_OR_FOLLOWER");

const hasTriedSince = (scene: Scene, sinceUs: number): boolean =>
  scene.requests.some(({ kind, sentAtUs }) => kind === "produce" && sentAtUs >= sinceUs);

/** The first partition whose leader can be reached, of the topics that people write to. */
function servedPartition(scene: Scene): ServedPartition | null {
  return Object.values(scene.partitions).find(isServed) ?? null;
}

const isServed = (partition: PartitionView): partition is ServedPartition =>
  partition.leader !== null && partition.leaderAlive && !isInternal(partition.topic);

const SHORTLY_US = 10_000;

/** Nothing happens after a rule was broken. */
function beforeTheEnd(brokenAtUs: number): SuggestionView {
  return {
    id: "before-the-end",
    title: "Look at the moment before",
    text: "Time has ended here: what is broken stays broken.",
    watchFor: "Every rule holds. What is done there makes another future beside this one.",
    action: { kind: "seek", atUs: Math.max(0, brokenAtUs - SHORTLY_US), label: "Go back 10 ms" },
  };
}

function powerOn(): SuggestionView {
  return {
    id: "power-on",
    title: "Switch the power on",
    text: "No node runs. All that is left of the cluster is on its disks.",
    watchFor: "Every node comes back with the same log, and one of them is elected.",
    action: { kind: "powerOn", label: "Power on" },
  };
}

function repair({ name }: NodeView): SuggestionView {
  return {
    id: "repair",
    title: `Repair ${name}`,
    text: "What it cannot read may have been acknowledged, so it neither serves nor votes.",
    watchFor: `${name} is removed, wiped, comes back as a learner and votes once it has caught up.`,
    action: { kind: "repair", node: name, label: `Repair ${name}` },
  };
}

function restartForQuorum(node: NodeView, running: number, all: number): SuggestionView {
  return {
    id: "restart-for-quorum",
    title: `Restart ${node.name}`,
    text: `${running} of ${all} nodes run: too few to elect a leader or to commit.`,
    watchFor: `${node.name} comes back with what its disk held, and a leader can be elected again.`,
    action: { kind: "restart", node: node.name, label: `Restart ${node.name}` },
  };
}

function restart(node: NodeView): SuggestionView {
  return {
    id: "restart",
    title: `Restart ${node.name}`,
    text: "A new broker starts from the bytes on its disk and from nothing else.",
    watchFor: `The leader finds where the log of ${node.name} ends and sends it what it missed.`,
    action: { kind: "restart", node: node.name, label: `Restart ${node.name}` },
  };
}

function heal(name: string): SuggestionView {
  return {
    id: "heal",
    title: `Heal the links of ${name}`,
    text: "Both sides have gone on without each other.",
    watchFor: "The side with the older term gives way, and its log becomes that of the leader.",
    action: { kind: "heal", node: name, label: `Heal links of ${name}` },
  };
}

function timeOutAgainstLeader(node: NodeView, leader: NodeView): SuggestionView {
  return {
    id: "time-out-against-leader",
    title: `Let the timer of ${node.name} run out`,
    text: `It will ask for votes although ${leader.name} leads and is well.`,
    watchFor: "The others still hear the leader, so they do not help to remove it.",
    action: { kind: "timeOut", node: node.name, label: `Time out ${node.name}` },
  };
}

function killLeader(leader: NodeView): SuggestionView {
  return {
    id: "kill-leader",
    title: `Kill ${leader.name}, the leader`,
    text: "Its memory is gone at once, and so is what its disk had not synced.",
    watchFor: "The election timers of the others run out; the first asks for votes.",
    action: { kind: "kill", node: leader.name, label: `Cut power of ${leader.name}` },
  };
}

function cutLeader(leader: NodeView): SuggestionView {
  return {
    id: "cut-leader",
    title: `Cut off ${leader.name}, the leader`,
    text: "It goes on running and does not know that nobody hears it.",
    watchFor: `The others elect a new leader; ${leader.name} steps down for want of a majority.`,
    action: { kind: "cut", node: leader.name, label: `Cut links of ${leader.name}` },
  };
}

function produce(partition: ServedPartition): SuggestionView {
  return {
    id: "produce",
    title: `Send a record to ${partition.name}`,
    text: `${partition.leader} leads it and answers when every in-sync replica has the record.`,
    watchFor: "The followers fetch it, their fsyncs end, and the high watermark moves.",
    action: produceAction(partition, partition.leader),
  };
}

function produceToFollower(partition: ServedPartition, follower: string): SuggestionView {
  return {
    id: "produce-to-follower",
    title: `Send a record to ${follower}`,
    text: `${follower} has a copy of ${partition.name}, but ${partition.leader} leads it.`,
    watchFor: "The answer is NOT_LEADER_OR_FOLLOWER (6), and it names the leader.",
    action: produceAction(partition, follower),
  };
}

function produceDespite(partition: ServedPartition, state: "down" | "cut"): SuggestionView {
  return {
    id: `produce-despite-${state}`,
    title: `Send a record to ${partition.name}`,
    text: state === "down" ? "One copy is down. Is the record safe?" : "One copy is cut off.",
    watchFor: "acks=all waits for the missing copy until it leaves the ISR.",
    action: produceAction(partition, partition.leader),
  };
}

export function produceAction(partition: PartitionView, node: string): SuggestionView["action"] {
  return {
    kind: "produce",
    node,
    topic: partition.topic,
    partition: partition.partition,
    label: `Send to ${node}`,
  };
}
