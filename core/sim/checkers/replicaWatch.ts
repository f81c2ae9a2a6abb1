import { leaderEpoch } from "../../base/ids.ts";
import type { LeaderEpoch, NodeId } from "../../base/ids.ts";
import type { BatchProbe, GroupProbe, LedProbe, ReplicaProbe } from "./brokerProbe.ts";
import { isCommittedBatch } from "./partitionHistory.ts";
import type { PartitionHistory } from "./partitionHistory.ts";

/** What one step of one node changed in its replica of a partition. Valid until its next step. */
export interface ReplicaStep {
  readonly node: NodeId;
  readonly history: PartitionHistory;
  readonly log: ReplicaProbe;
  /** The epoch in which the node leads, or believes to lead; -1 while it does not. */
  readonly leadingEpoch: LeaderEpoch | -1;
  /** It leads and serves consumers. */
  readonly isServing: boolean;
  /** The first of its batches that this step may have put there; 0 after a cut. */
  readonly newFrom: number;
  /** How many of its first batches are below its high watermark. */
  readonly belowCount: number;
  /** How many of its first batches are the committed ones. */
  readonly agreedCount: number;
}

/** Watches a replica through one life of its node, so that a step costs only what it changed. */
export class ReplicaWatch implements ReplicaStep {
  readonly node: NodeId;
  readonly history: PartitionHistory;
  readonly log: ReplicaProbe;
  leadingEpoch: LeaderEpoch | -1 = -1;
  isServing = false;
  newFrom = 0;
  belowCount = 0;
  agreedCount = 0;
  #led: LedProbe | null = null;
  #group: GroupProbe | null = null;
  /** So many batches there were, and this was the last: another one in its place is a cut. */
  #count = 0;
  #last: BatchProbe | undefined;
  #highWatermark = 0;
  #lossCount = 0;

  constructor(node: NodeId, history: PartitionHistory, log: ReplicaProbe) {
    this.node = node;
    this.history = history;
    this.log = log;
  }

  /** The node's part in it, in mode "isr" or in mode "raft". */
  setRole(led: LedProbe | null, group: GroupProbe | null): void {
    this.#led = led;
    this.#group = group;
  }

  /** The epoch in which the node leads in mode "isr"; -1 while it does not. */
  get ledEpoch(): LeaderEpoch | -1 {
    return this.#led?.leaderEpoch ?? -1;
  }

  /** Takes over the state after a step. False when nothing that is checked has changed. */
  look(): boolean {
    const isLogChanged = this.#lookAtLog();
    const isRoleChanged = this.#lookAtRole();
    if (!isLogChanged && !isRoleChanged) return false;
    this.agree();
    return true;
  }

  /** Goes on comparing with what is committed, and returns how far they agree. */
  agree(): number {
    const { committed, lossCount } = this.history;
    const { batches } = this.log;
    if (lossCount !== this.#lossCount) this.agreedCount = 0;
    this.#lossCount = lossCount;
    const end = Math.min(committed.length, batches.length);
    // A log may have been cut since it was looked at.
    let agreed = Math.min(this.agreedCount, end);
    while (agreed < end && isCommittedBatch(committed[agreed]!, batches[agreed]!)) agreed++;
    return (this.agreedCount = agreed);
  }

  #lookAtLog(): boolean {
    const { batches, highWatermark } = this.log;
    const { length } = batches;
    const known = this.#count;
    const isCut = known > 0 && (known > length || batches[known - 1] !== this.#last);
    this.newFrom = isCut ? 0 : known;
    if (!isCut && length === known && highWatermark === this.#highWatermark) return false;
    if (isCut || highWatermark < this.#highWatermark) this.belowCount = 0;
    if (isCut) this.agreedCount = 0;
    this.#highWatermark = highWatermark;
    this.#count = length;
    this.#last = batches.at(-1);
    while (this.belowCount < length && batches[this.belowCount]!.lastOffset < highWatermark) {
      this.belowCount++;
    }
    return true;
  }

  #lookAtRole(): boolean {
    const { isServing, leadingEpoch } = this;
    const group = this.#group;
    if (group === null) {
      this.leadingEpoch = this.ledEpoch;
      this.isServing = this.#led?.isHighWatermarkKnown ?? false;
    } else {
      const { role, term } = group.raft;
      this.leadingEpoch = role === "leader" ? leaderEpoch(term) : -1;
      this.isServing = group.isReadable;
    }
    return isServing !== this.isServing || leadingEpoch !== this.leadingEpoch;
  }
}
