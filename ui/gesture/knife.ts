import type { Spot } from "./nearest.ts";

/** Where a node stands. */
export interface Standing extends Spot {
  readonly name: string;
}

/** A link by the names of its two ends. */
export type Pair = readonly [string, string];

/** The links that a straight line crosses, in order of their ends. */
export function crossedLinks(from: Spot, to: Spot, nodes: readonly Standing[]): readonly Pair[] {
  return pairsOf(nodes).flatMap(([a, b]): readonly Pair[] =>
    crosses(from, to, a, b) ? [[a.name, b.name]] : [],
  );
}

/**
 * The smaller side that these links, and no others, connect with the rest; null when cutting them
 * divides the cluster in no such way. Of two equal sides, the one without the first node.
 */
export function severedSide(
  links: readonly Pair[],
  names: readonly string[],
): readonly string[] | null {
  const [first] = names;
  if (first === undefined || links.length === 0) return null;
  // In a whole mesh the first node keeps its links to its own side.
  const lost = new Set(links.flatMap(([a, b]) => (a === first ? [b] : b === first ? [a] : [])));
  const other = names.filter((name) => lost.has(name));
  const own = names.filter((name) => !lost.has(name));
  const isBetween = ([a, b]: Pair): boolean => lost.has(a) !== lost.has(b);
  if (other.length === 0 || links.length !== own.length * other.length) return null;
  if (!links.every(isBetween)) return null;
  return own.length < other.length ? own : other;
}

function pairsOf<Node>(nodes: readonly Node[]): readonly (readonly [Node, Node])[] {
  return nodes.flatMap((a, at) => nodes.slice(at + 1).map((b): readonly [Node, Node] => [a, b]));
}

/** Whether two segments cross in a point that is inside both. */
function crosses(a: Spot, b: Spot, c: Spot, d: Spot): boolean {
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** On which side of a line a spot stands: the sign of twice a triangle's area. */
function side(a: Spot, b: Spot, spot: Spot): number {
  return Math.sign((b.x - a.x) * (spot.y - a.y) - (b.y - a.y) * (spot.x - a.x));
}
