import { assert } from "../base/assert.ts";
import { NO_INDEX, NO_TERM } from "../base/ids.ts";
import type { Index, Term } from "../base/ids.ts";
import { EMPTY_METADATA } from "../metadata/clusterMetadata.ts";
import type { ClusterMetadata, PartitionKey } from "../metadata/clusterMetadata.ts";
import { applyCommand, decodeCommand, decodeMetadata } from "../metadata/index.ts";
import type { Entry, Snapshot } from "../raft/message.ts";
import type { Outbox } from "./outbox.ts";
import type { Partitions } from "./partitions.ts";

/** The replicated state machine as this broker has applied it, and how far that is. */
export class MetadataState {
  #metadata: ClusterMetadata = EMPTY_METADATA;
  #appliedIndex: Index = NO_INDEX;
  #appliedTerm: Term = NO_TERM;
  readonly partitions: Partitions;
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
    const { state, noOpReason, changedPartitions } = applyCommand(this.#metadata, command);
    this.#metadata = state;
    const { index } = entry;
    if (this.#out.wantsEvents) {
      this.#out.event({ kind: "commandApplied", index, command, noOpReason });
    }
    for (const key of changedPartitions) this.#partitionChanged(key, index);
  }

  /** A membership change of the Raft group is committed: it is not for this state machine. */
  passOver(entry: Entry): void {
    assert(entry.index === this.#appliedIndex + 1, "committed entries are applied one by one");
    this.#appliedIndex = entry.index;
    this.#appliedTerm = entry.term;
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
    for (const [key, partition] of decoded.metadata.partitions) {
      const known = before.partitions.get(key);
      const isSame =
        known?.leaderEpoch === partition.leaderEpoch &&
        known.partitionEpoch === partition.partitionEpoch;
      if (!isSame) this.#partitionChanged(key, null);
    }
  }

  #partitionChanged(key: PartitionKey, index: Index | null): void {
    const partition = this.#metadata.partitions.get(key);
    assert(partition !== undefined, "a partition that changed is there");
    const config = this.#metadata.topics.get(partition.topic)?.config;
    assert(config !== undefined, "every partition belongs to a topic");
    this.partitions.changed(partition, config, index);
  }
}
