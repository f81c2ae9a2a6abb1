import { index } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import { isConfChange } from "../message.ts";
import type { ConfState } from "../message.ts";
import { JointConfig } from "../quorum.ts";
import type { Cluster } from "./cluster.ts";

/**
 * The rules by which a group changes its members safely (Raft thesis, section 4), looked at from
 * outside. Throws an Error that names the rule.
 */
export class MembershipWatch {
  #known = 0;

  look(cluster: Cluster, committed: Index): void {
    if (cluster.configs.size > this.#known) {
      this.#known = cluster.configs.size;
      const history = [...cluster.configs].sort(([a], [b]) => a - b);
      for (const [i, [at, config]] of history.entries()) {
        const before = history[i - 1];
        if (before !== undefined && !quorumsMeet(before[1], config)) {
          throw new Error(`majorities at ${before[0]} and ${at} do not meet`);
        }
      }
    }
    for (const { node } of cluster.members) {
      if (node === null || node.lastIndex <= committed) continue;
      const lo = Math.max(node.firstIndex, committed + 1);
      const entries = node.entries(index(lo), index(node.lastIndex + 1));
      if (typeof entries === "string") throw new Error(entries);
      if (entries.filter(isConfChange).length > 1) {
        throw new Error(`node ${node.id} has two changes of members in its log that may be undone`);
      }
    }
  }
}

/** Tries every set of nodes: no set that decides in one group may leave out one that does in the other. */
function quorumsMeet(one: ConfState, other: ConfState): boolean {
  const a = new JointConfig(one.voters, one.votersOutgoing);
  const b = new JointConfig(other.voters, other.votersOutgoing);
  const all = [...new Set([...a.voters, ...b.voters])];
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const isIn = (id: NodeId): boolean => (mask >> all.indexOf(id)) % 2 === 1;
    if (a.voteResult(isIn) === "won" && b.voteResult((id) => !isIn(id)) === "won") return false;
  }
  return true;
}
