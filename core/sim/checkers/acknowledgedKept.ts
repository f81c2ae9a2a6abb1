import { NO_NODE } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { nodeName } from "./checker.ts";
import type { Rule } from "./checker.ts";
import { isSentBatch } from "./partitionHistory.ts";
import type { PartitionHistory } from "./partitionHistory.ts";
import type { ReplicaWatch } from "./replicaWatch.ts";

/**
 * Kafka's promise for acks=all with unclean elections off: what was acknowledged stays at its
 * offset, on every member of the ISR that is alive, and so on the leader. The ISR is the committed
 * one, as the node that has applied most knows it. A Raft group acknowledges by quorum: there the
 * promise is that whoever can lead, and serves, has it.
 *
 * What is acknowledged is committed, so that a replica that agrees with what is committed, up to the
 * last batch that was acknowledged, has kept all of it.
 */
export class AcknowledgedKept {
  static readonly rule: Rule = {
    name: "Acknowledged records are kept",
    meaning: "A record acknowledged with acks=all is on the leader and all live in-sync replicas.",
  };
  readonly #history: PartitionHistory;
  /** By position in what is committed. */
  readonly #acknowledgedBy = new Map<number, NodeId>();
  /** So many of the committed batches are acknowledged, or come before one that is. */
  #count = 0;

  constructor(history: PartitionHistory) {
    this.#history = history;
  }

  /** A producer was told that its batch is kept there. A repeated one is told where the first is. */
  acknowledge(by: NodeId, baseOffset: number, sent: Uint8Array): string | null {
    const { key, committed } = this.#history;
    const position = this.#history.positionOf(baseOffset);
    const batch = committed[position];
    if (batch === undefined || !isSentBatch(batch, sent)) {
      const instead = batch === undefined ? "nothing" : "another record";
      return `${nodeName(by)} acknowledged offset ${baseOffset} of ${key}, but ${instead} is committed there.`;
    }
    this.#acknowledgedBy.set(position, by);
    this.#count = Math.max(this.#count, position + 1);
    return null;
  }

  /** Whether a node that runs has what it must; `watch` is null if it has no such log at all. */
  check(node: NodeId, watch: ReplicaWatch | null): string | null {
    if (this.#count === 0 || !this.#history.isClean || !this.#mustHold(node, watch)) return null;
    const agreed = watch === null ? 0 : watch.agree();
    if (agreed >= this.#count) return null;
    let position = agreed;
    while (!this.#acknowledgedBy.has(position)) position++;
    const by = this.#acknowledgedBy.get(position) ?? NO_NODE;
    const { baseOffset } = this.#history.committed[position]!;
    const isThere = watch?.log.batches.some((batch) => batch.lastOffset >= baseOffset) === true;
    return (
      `${nodeName(by)} acknowledged offset ${baseOffset} of ${this.#history.key}, but ` +
      `${nodeName(node)}, ${this.#rank(node, watch)}, has ${isThere ? "another record" : "nothing"} ` +
      "there."
    );
  }

  #mustHold(node: NodeId, watch: ReplicaWatch | null): boolean {
    const { metadata, committed } = this.#history;
    if (metadata.group === 0) return metadata.isr.includes(node);
    // A leader of an older term may not have heard that it is none any more.
    const lastEpoch = committed[this.#count - 1]!.leaderEpoch;
    return watch !== null && watch.isServing && watch.leadingEpoch >= lastEpoch;
  }

  #rank(node: NodeId, watch: ReplicaWatch | null): string {
    const { leader, leaderEpoch, group } = this.#history.metadata;
    if (group > 0) return `its leader in epoch ${watch?.leadingEpoch ?? leaderEpoch}`;
    return node === leader ? `its leader in epoch ${leaderEpoch}` : "a member of the ISR";
  }
}
