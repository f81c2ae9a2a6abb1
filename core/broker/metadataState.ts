import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, Term } from "../base/ids.ts";
import { EMPTY_METADATA } from "../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../metadata/clusterMetadata.ts";
import type { AllocateProducerIds } from "../metadata/command.ts";
import { applyCommand, decodeCommand, decodeMetadata, encodeMetadata } from "../metadata/index.ts";
import type { Entry, Snapshot } from "../raft/message.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";

/** The replicated state machine as this broker has applied it, and how far that is. */
export class MetadataState {
  #metadata: ClusterMetadata = EMPTY_METADATA;
  #appliedIndex: Index = NO_INDEX;
  #appliedTerm: Term = NO_TERM;
  readonly partitions: Partitions;
  /** Called when some broker was given producer ids. */
  producerIdsAllocated: ((command: AllocateProducerIds, index: Index) => void) | null = null;
  readonly #out: Outbox;

  constructor(partitions: Partitions, out: Outbox) {
    this.partitions = partitions;
    this.#out = out;
  }

  get metadata(): ClusterMetadata {
    return this.#metadata;
  }

  get appliedIndex(): Index {
    return this.#appliedIndex;
  }

  /** Term of the entry that was applied last. */
  get appliedTerm(): Term {
    return this.#appliedTerm;
  }

  /** Applies one committed entry: the command it holds, and what that means for this broker. */
  apply(entry: Entry): void {
    this.passOver(entry);
    // A new leader's first entry is empty: it commits what came before (Raft paper, section 8).
    if (entry.data.length === 0) return;
    const decoded = decodeCommand(entry.data);
    if (!decoded.ok) {
      assert(false, `committed entry ${entry.index}: ${decoded.path}: ${decoded.message}`);
    }
    const { command } = decoded;
    const applied = applyCommand(this.#metadata, command);
    const { noOpReason, changedPartitions, removedPartitions } = applied;
    this.#metadata = applied.state;
    const { index } = entry;
    if (this.#out.wantsEvents) {
      this.#out.event({ kind: "commandApplied", index, command, noOpReason });
    }
    for (const removed of removedPartitions) this.partitions.removed(removed);
    for (const key of changedPartitions) this.#partitionChanged(key, index);
    this.partitions.applied(this.#metadata, index);
    if (noOpReason !== null) return;
    if (command.kind === "allocateProducerIds") this.producerIdsAllocated?.(command, index);
    if (command.kind === "alterTopic") this.#configured(command.topic);
  }

  /** A membership change of the Raft group is committed: it is not for this state machine. */
  passOver(entry: Entry): void {
    assert(entry.index === this.#appliedIndex + 1, "committed entries are applied one by one");
    this.#appliedIndex = entry.index;
    this.#appliedTerm = entry.term;
  }

  /** All of it, as a snapshot holds it. */
  encode(): Uint8Array {
    return encodeMetadata(this.#metadata);
  }

  /**
   * A snapshot takes the place of what was applied.
   *
   * @throws InvariantError if its bytes are no metadata: they have passed their checksum.
   */
  restore({ metadata, data }: Snapshot): void {
    assert(metadata.index > this.#appliedIndex, "a snapshot never takes the state back");
    const decoded = decodeMetadata(data);
    if (!decoded.ok) {
      assert(false, `snapshot ${metadata.index}: ${decoded.path}: ${decoded.message}`);
    }
    const before = this.#metadata;
    this.#metadata = decoded.metadata;
    this.#appliedIndex = metadata.index;
    this.#appliedTerm = metadata.term;
    for (const [key, partition] of before.partitions) {
      if (!decoded.metadata.partitions.has(key)) this.partitions.removed(partition);
    }
    for (const [key, partition] of decoded.metadata.partitions) {
      const known = before.partitions.get(key);
      const isSame =
        known?.leaderEpoch === partition.leaderEpoch &&
        known.partitionEpoch === partition.partitionEpoch;
      if (!isSame) this.#partitionChanged(key, null);
    }
    this.partitions.applied(this.#metadata, metadata.index);
    for (const topic of decoded.metadata.topics.keys()) this.#configured(topic);
  }

  #configured(topic: string): void {
    const known = this.#metadata.topics.get(topic);
    if (known !== undefined) this.partitions.configured(known);
  }

  #partitionChanged(key: PartitionKey, index: Index | null): void {
    const partition = this.#metadata.partitions.get(key);
    assert(partition !== undefined, "a partition that changed is there");
    const topic = this.#metadata.topics.get(partition.topic);
    assert(topic !== undefined, "every partition belongs to a topic");
    this.partitions.changed(partition, topic, index);
  }
}
