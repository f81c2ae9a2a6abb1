import { isAwake } from "./sceneWords.ts";
import type { Scene } from "./sentence.ts";
import type { NodeView } from "./view.ts";

/** Whether messages pass from here to there; that some are lost on the way does not matter. */
export function reaches({ cuts, links }: Scene, from: string, to: string): boolean {
  if (from === to) return true;
  if (cuts.some(({ nodes }) => nodes.includes(from) !== nodes.includes(to))) return false;
  return !links.some((link) => link.isCut && link.from === from && link.to === to);
}

/** Whether two nodes can talk: what one says arrives, and so does the answer. */
const canTalk = (scene: Scene, a: string, b: string): boolean =>
  reaches(scene, a, b) && reaches(scene, b, a);

/** The voters that can do something now for whoever leads, itself included if it has a vote. */
export function helpersOf(scene: Scene, leader: string, voters: readonly NodeView[]): NodeView[] {
  return voters.filter((node) => isAwake(node) && canTalk(scene, leader, node.name));
}

/** Why a node is of no help: in the order in which it is said. */
export type Lack = "down" | "cut off" | "half cut off" | "paused";
export const LACKS: readonly Lack[] = ["down", "cut off", "half cut off", "paused"];

/** Null for a node that runs, is awake and can talk to the leader. */
export function lackOf(scene: Scene, node: NodeView, leader: string): Lack | null {
  if (node.process !== "running") return "down";
  if (node.isPaused) return "paused";
  const there = reaches(scene, leader, node.name);
  const back = reaches(scene, node.name, leader);
  if (there && back) return null;
  return there || back ? "half cut off" : "cut off";
}
