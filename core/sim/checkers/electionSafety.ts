import type { NodeId, Term } from "../../base/ids.ts";
import { nodeName } from "./checker.ts";
import type { RaftChecker } from "./checker.ts";
import type { RaftStep } from "./raftStep.ts";

/** Raft paper, figure 3. Remembers every leader of the run, over all crashes. */
export class ElectionSafety implements RaftChecker {
  readonly rule = {
    name: "Election Safety",
    meaning: "At most one node leads in any term.",
  };
  readonly #leaders = new Map<Term, NodeId>();

  check({ node, term, becameLeader }: RaftStep): string | null {
    if (!becameLeader) return null;
    const leader = this.#leaders.get(term);
    if (leader === undefined) this.#leaders.set(term, node);
    if (leader === undefined || leader === node) return null;
    return `${nodeName(leader)} and ${nodeName(node)} both became leader of term ${term}.`;
  }
}
