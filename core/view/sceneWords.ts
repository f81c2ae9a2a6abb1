import { nameNoun } from "./richText.ts";
import type { Noun } from "./richText.ts";
import type { Scene } from "./sentence.ts";
import type { NodeView, QuorumView, RichText } from "./view.ts";

/** In the order in which the page lists them. */
export const nodesOf = (scene: Scene): NodeView[] =>
  scene.nodeNames.flatMap((name) => scene.nodes[name] ?? []);

/** Its process runs and does not stand still. */
export const isAwake = (node: NodeView): boolean => node.process === "running" && !node.isPaused;

export const termOf = (node: NodeView): Noun => ({
  text: `term ${node.term}`,
  ref: `term:${node.term}`,
});

export function leaderTerm(scene: Scene): Noun {
  const node = scene.nodes[scene.summary.leader ?? ""];
  return node === undefined ? { text: "no term", ref: null } : termOf(node);
}

export const names = (nodes: readonly NodeView[]): RichText =>
  nameList(nodes.map(({ name }) => name));

export const isAre = (things: readonly unknown[]): string => (things.length === 1 ? "is" : "are");
export const hasHave = (things: readonly unknown[]): string =>
  things.length === 1 ? "has" : "have";

/** "n1", "n1 and n3", "n1, n2 and n3". */
export const nameList = (all: readonly string[]): RichText =>
  joined(all.map((name) => [nameNoun(name)]));

/** With commas, and "and" before the last. */
export function joined(parts: readonly RichText[]): RichText {
  return parts.flatMap((part, at) => {
    if (at === 0) return part;
    return [{ text: at === parts.length - 1 ? " and " : ", ", ref: null }, ...part];
  });
}

/** "Entry 20", at the head of a sentence. */
export const entryOf = ({ index }: QuorumView): Noun => ({
  text: `Entry ${index}`,
  ref: `entry:${index}`,
});

/** Those of the voters on whose disk it is. */
export const onDisk = ({ holders }: QuorumView): string[] =>
  holders.filter(({ state }) => state === "disk").map(({ node }) => node);
