import { assert } from "../base/assert.ts";
import type { NodeId } from "../base/ids.ts";

/**
 * The replicas of each partition of a new topic, preferred leader first: partition p starts at the
 * p-th node and goes round, so that leaders and replicas spread evenly. With nodes 1, 2, 3 that is
 * p0 → 1,2,3; p1 → 2,3,1; p2 → 3,1,2. The ids are the members', never assumed.
 */
export function assignReplicas(
  nodeIds: readonly NodeId[],
  partitionCount: number,
  replicationFactor: number,
): NodeId[][] {
  assert(
    nodeIds.every((id, at) => at === 0 || nodeIds[at - 1]! < id),
    "node ids are sorted and distinct",
  );
  assert(
    replicationFactor >= 1 && replicationFactor <= nodeIds.length,
    `${replicationFactor} replicas fit on ${nodeIds.length} nodes`,
  );
  return Array.from({ length: partitionCount }, (_, partition) =>
    Array.from(
      { length: replicationFactor },
      (_unused, replica) => nodeIds[(partition + replica) % nodeIds.length]!,
    ),
  );
}
