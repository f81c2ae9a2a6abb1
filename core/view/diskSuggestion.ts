import type { Action } from "../sim/index.ts";
import type { Scene } from "./sentence.ts";
import { produceAction } from "./suggestion.ts";
import type { DiskSuggestions, ServedPartition } from "./suggestion.ts";
import type { DiskView, NodeView, SuggestionView } from "./view.ts";

export const diskSuggestions: DiskSuggestions = { followUp, next };

function followUp(
  scene: Scene,
  tried: ReadonlySet<Action["kind"]>,
  partition: ServedPartition | null,
): SuggestionView | null {
  const { nodeNames, diskFaults } = scene;
  const full = nodeNames.find((name) => diskFaults[name]?.full);
  if (full !== undefined) return makeRoom(full);
  // Nothing else damages what a node that runs has read, and all disks are much to read.
  const flipped = tried.has("flipBit") ? nodeNames.find(isDamaged(scene)) : undefined;
  if (flipped !== undefined) return killToFind(flipped);
  const armed = nodeNames.find((name) => diskFaults[name]?.tear);
  return armed === undefined || partition === null ? null : produceToBeTorn(partition, armed);
}

const isDamaged =
  ({ diskOf }: Scene) =>
  (name: string): boolean =>
    diskOf(name)?.unreadable?.kind === "damaged";

function next(
  scene: Scene,
  tried: ReadonlySet<Action["kind"]>,
  leader: NodeView,
): SuggestionView | null {
  const follower = scene.nodeNames.find((name) => name !== leader.name);
  if (follower === undefined) return null;
  if (!tried.has("tear")) return tear(follower);
  if (!tried.has("powerCut")) return powerCut();
  const disk = tried.has("flipBit") ? null : scene.diskOf(follower);
  if (disk !== null) return flipBit(disk);
  return tried.has("snapshot") ? null : snapshot(leader);
}

function powerCut(): SuggestionView {
  return {
    id: "power-cut",
    title: "Cut the power of all nodes",
    text: "Nothing is left in memory anywhere. Is what was committed still there?",
    watchFor:
      "What was solid in the log is there again after the start; what was hatched may not be.",
    action: { kind: "powerCut", label: "Power cut" },
  };
}

function makeRoom(node: string): SuggestionView {
  return {
    id: "make-room",
    title: `Make room on the disk of ${node}`,
    text: "It is full: what needs a write waits, and new records are refused.",
    watchFor: "The write that found no room is cut off and repeated.",
    action: { kind: "diskFault", node, fault: "full", on: false, label: `Make room on ${node}` },
  };
}

function killToFind(node: string): SuggestionView {
  return {
    id: "kill-to-find",
    title: `Cut the power of ${node}`,
    text: "A bit on its disk has flipped, and it does not know.",
    watchFor: "It reads its log when it starts again, and finds the damage.",
    action: { kind: "kill", node, label: `Cut power of ${node}` },
  };
}

function tear(node: string): SuggestionView {
  return {
    id: "tear",
    title: `Tear the next write of ${node}`,
    text: "Its power goes in the middle of a write.",
    watchFor: "A first part of the record is on the disk; a restart cuts it off.",
    action: { kind: "tear", node, label: `Tear a write of ${node}` },
  };
}

function produceToBeTorn(partition: ServedPartition, node: string): SuggestionView {
  return {
    id: "produce-to-be-torn",
    title: `Send a record to ${partition.name}`,
    text: `The next write of ${node} will be torn; a record makes it write.`,
    watchFor: `${node} loses its power in the middle of that write.`,
    action: produceAction(partition, partition.leader),
  };
}

/** In the middle of what is durable, where no torn write can be. */
function flipBit({ node, items }: DiskView): SuggestionView | null {
  const records = items.filter(
    ({ kind, state }) => kind !== "segmentHeader" && state === "durable",
  );
  const record = records[Math.floor(records.length / 2)];
  if (record === undefined) return null;
  const { file, position, sizeBytes } = record;
  const byte = position + sizeBytes - 2;
  return {
    id: "flip-bit",
    title: `Flip a bit on the disk of ${node}`,
    text: "Disks forget. What was written and synced is no longer what is read.",
    watchFor: `Nothing yet: ${node} reads its log when it starts.`,
    action: { kind: "flipBit", node, file, byte, bit: 0, label: `Flip a bit of ${node}` },
  };
}

function snapshot({ name }: NodeView): SuggestionView {
  return {
    id: "snapshot",
    title: `Let ${name} take a snapshot`,
    text: "Its state goes to disk as a whole, and old segments of the log may go.",
    watchFor: "A file of its own, written aside and then renamed; then a new segment.",
    action: { kind: "snapshot", node: name, label: `Snapshot of ${name}` },
  };
}
