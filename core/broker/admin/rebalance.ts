import type { NodeId } from "../../base/ids.ts";
import { aliveIds, isMember } from "../../metadata/index.ts";
import type { ClusterMetadata, PartitionMetadata } from "../../metadata/index.ts";
import { targetOf } from "../elector.ts";

/** Who is to keep a partition from now on, the preferred leader first. */
export interface Move {
  readonly of: PartitionMetadata;
  readonly replicas: readonly NodeId[];
}

/**
 * An even spread with as few copies as possible: first replicas leave nodes that are no members any
 * more, then those with most for those with fewest, until no two differ by more than one; then
 * preferred leadership is passed on within the replicas, which copies nothing. Nothing moves to a
 * node that is fenced, nor out of a partition in mode "raft". Only what changes is listed.
 */
export function planRebalance(metadata: ClusterMetadata): Move[] {
  const spread = new Map(
    [...metadata.partitions.values()]
      .filter(({ group }) => group === 0)
      .map((of) => [of, [...targetOf(of)]]),
  );
  const alive = aliveIds(metadata);
  const loads = new Map(alive.map((node) => [node, 0]));
  for (const of of metadata.partitions.values()) {
    for (const node of targetOf(of)) if (loads.has(node)) loads.set(node, loads.get(node)! + 1);
  }
  for (const [of, replicas] of spread) {
    if (!replaceLost(metadata, replicas, loads)) spread.delete(of);
  }
  const lists = [...spread.values()];
  while (moveOne(lists, loads));
  const leads = new Map(alive.map((node) => [node, 0]));
  for (const [first] of lists) {
    if (first !== undefined && leads.has(first)) leads.set(first, leads.get(first)! + 1);
  }
  while (passOn(lists, leads));
  return [...spread]
    .filter(([of, replicas]) => targetOf(of).join() !== replicas.join())
    .map(([of, replicas]) => ({ of, replicas }));
}

/** False if there are too few nodes: then the partition stays as it is. */
function replaceLost(
  metadata: ClusterMetadata,
  replicas: NodeId[],
  loads: Map<NodeId, number>,
): boolean {
  for (const [at, node] of replicas.entries()) {
    if (isMember(metadata, node)) continue;
    const heir = ascending(loads).find((candidate) => !replicas.includes(candidate));
    if (heir === undefined) return false;
    replicas[at] = heir;
    loads.set(heir, loads.get(heir)! + 1);
  }
  return true;
}

/**
 * One replica goes from the node with most to the one with fewest. There always is one that can: the
 * first is in more partitions than the second, so in one where the second is not, unless all of
 * those are in mode "raft".
 */
function moveOne(spread: readonly NodeId[][], loads: Map<NodeId, number>): boolean {
  const nodes = ascending(loads);
  for (const to of nodes) {
    for (const from of nodes.toReversed()) {
      if (loads.get(from)! - loads.get(to)! < 2) break;
      // A follower rather than the preferred leader, whose leadership would have to move too.
      const movable = spread.filter(
        (replicas) => replicas.includes(from) && !replicas.includes(to),
      );
      const replicas = movable.find(([first]) => first !== from) ?? movable[0];
      if (replicas === undefined) continue;
      replicas[replicas.indexOf(from)] = to;
      loads.set(from, loads.get(from)! - 1);
      loads.set(to, loads.get(to)! + 1);
      return true;
    }
  }
  return false;
}

/** Preferred leadership goes from one that has most to one that has fewest, over others if need be. */
function passOn(spread: readonly NodeId[][], leads: Map<NodeId, number>): boolean {
  const nodes = ascending(leads);
  for (const from of nodes.toReversed()) {
    const reached = reachableFrom(from, spread, leads);
    const to = nodes.find((node) => leads.get(from)! - leads.get(node)! >= 2 && reached.has(node));
    if (to === undefined) continue;
    for (let node = to; node !== from;) {
      const replicas = reached.get(node)!;
      const before = replicas[0]!;
      replicas[replicas.indexOf(node)] = before;
      replicas[0] = node;
      node = before;
    }
    leads.set(from, leads.get(from)! - 1);
    leads.set(to, leads.get(to)! + 1);
    return true;
  }
  return false;
}

/** The nodes that leadership can get to, each by the replicas of the partition that takes it there. */
function reachableFrom(
  from: NodeId,
  spread: readonly NodeId[][],
  leads: ReadonlyMap<NodeId, number>,
): Map<NodeId, NodeId[]> {
  const reached = new Map<NodeId, NodeId[]>();
  const queue = [from];
  for (const leader of queue) {
    for (const replicas of spread) {
      if (replicas[0] !== leader) continue;
      for (const node of replicas) {
        if (node === from || reached.has(node) || !leads.has(node)) continue;
        reached.set(node, replicas);
        queue.push(node);
      }
    }
  }
  return reached;
}

/** By load, then by id. */
function ascending(loads: ReadonlyMap<NodeId, number>): NodeId[] {
  return [...loads].sort((a, b) => a[1] - b[1] || a[0] - b[0]).map(([node]) => node);
}
