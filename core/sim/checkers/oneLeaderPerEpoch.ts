import type { LeaderEpoch, NodeId } from "../../base/ids.ts";
import { nodeName } from "./checker.ts";
import type { ReplicaChecker, Rule } from "./checker.ts";
import type { ReplicaStep } from "./replicaWatch.ts";

/**
 * What a leader epoch is for (KIP-101): offset and epoch of a record tell who gave it its place. In
 * mode "raft" the epoch is a term, of which Election Safety says the same.
 */
export class OneLeaderPerEpoch implements ReplicaChecker {
  static readonly rule: Rule = {
    name: "One leader per epoch",
    meaning: "No two brokers append to a partition as its leaders in the same leader epoch.",
  };
  readonly rule = OneLeaderPerEpoch.rule;
  readonly #leaders = new Map<LeaderEpoch, NodeId>();

  check({ node, history, log, leadingEpoch, newFrom }: ReplicaStep): string | null {
    const last = newFrom < log.batches.length ? log.batches.at(-1) : undefined;
    if (last === undefined || leadingEpoch === -1 || last.leaderEpoch !== leadingEpoch) return null;
    const leader = this.#leaders.get(leadingEpoch);
    if (leader === undefined) this.#leaders.set(leadingEpoch, node);
    if (leader === undefined || leader === node) return null;
    return (
      `${nodeName(leader)} and ${nodeName(node)} both appended to ${history.key} as its leaders in ` +
      `epoch ${leadingEpoch}, ${nodeName(node)} at offset ${last.baseOffset}.`
    );
  }
}
