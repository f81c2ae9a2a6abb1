import { leaderEpoch, NO_NODE } from "../../base/ids.ts";
import type { Index, LeaderEpoch, NodeId, Offset } from "../../base/ids.ts";
import { EMPTY_METADATA, partitionKey } from "../../metadata/clusterMetadata.ts";
import type {
  ClusterMetadata,
  PartitionKey,
  PartitionMetadata,
} from "../../metadata/clusterMetadata.ts";
import type { ProduceRequest, ProduceResponse } from "../../wire/request.ts";
import { ErrorCode } from "../../wire/errorCode.ts";
import { nodeName } from "./checker.ts";

/** What this checker reads of a broker. A Broker has all of it, and so has a stub in a test. */
export interface BrokerProbe {
  readonly id: NodeId;
  readonly metadata: ClusterMetadata;
  readonly appliedIndex: Index;
  readonly replicas: ReadonlyMap<PartitionKey, ReplicaProbe>;
  /**
   * Its sequence grows with every record that is written, hence with every change of a partition's
   * log. Null on a broker that stopped because its disk is damaged.
   */
  readonly wal: { readonly lastSequence: number } | null;
}
export interface ReplicaProbe {
  readonly logEndOffset: Offset;
  readonly lastEpoch: LeaderEpoch | -1;
  readonly batches: readonly {
    readonly baseOffset: Offset;
    readonly lastOffset: Offset;
    readonly bytes: Uint8Array;
  }[];
}

/** A record batch that a client was told is safe. */
interface Acknowledged {
  readonly baseOffset: number;
  readonly bytes: Uint8Array;
  readonly by: NodeId;
}

/** One live broker, and how far its logs reached when they were looked at last. */
interface Live {
  readonly broker: BrokerProbe;
  lastSequence: number;
  readonly ends: Map<PartitionKey, { endOffset: Offset; epoch: LeaderEpoch | -1 }>;
}

/** Base offset, length and leader epoch are stamped by brokers; the rest is the producer's. */
const PRODUCERS_BYTES_START = 16;

/**
 * Kafka's promise for acks=all with unclean elections off: what was acknowledged stays at its
 * offset, on the partition's leader and on every member of the ISR that is alive. The ISR is the
 * committed one, as the node that has applied most knows it.
 */
export class AcknowledgedKept {
  readonly rule = {
    name: "Acknowledged records are kept",
    meaning: "A record acknowledged with acks=all is on the leader and all live in-sync replicas.",
  };
  readonly #acknowledged = new Map<PartitionKey, Acknowledged[]>();
  readonly #live = new Map<NodeId, Live>();
  #metadata: ClusterMetadata = EMPTY_METADATA;
  #appliedIndex = 0 as Index;

  started(broker: BrokerProbe): string | null {
    this.#live.set(broker.id, { broker, lastSequence: -1, ends: new Map() });
    for (const key of this.#acknowledged.keys()) {
      const text = this.#checkPartition(key);
      if (text !== null) return text;
    }
    return null;
  }

  ended(node: NodeId): void {
    this.#live.delete(node);
  }

  /** A broker has answered a produce request that asked for all replicas. */
  acknowledge(by: NodeId, request: ProduceRequest, response: ProduceResponse): string | null {
    for (const { topic, partition, errorCode, baseOffset } of response.partitions) {
      if (errorCode !== ErrorCode.NONE) continue;
      const asked = request.partitions.find((p) => p.topic === topic && p.partition === partition);
      if (asked === undefined) continue;
      const key = partitionKey(topic, partition);
      const acknowledged = { baseOffset, bytes: asked.records, by };
      const list = this.#acknowledged.get(key);
      if (list === undefined) this.#acknowledged.set(key, [acknowledged]);
      else list.push(acknowledged);
      const text = this.#checkKept(key, [acknowledged]);
      if (text !== null) return text;
    }
    return null;
  }

  /** Looks at what a step of this broker may have changed. */
  check(node: NodeId): string | null {
    const live = this.#live.get(node);
    if (live === undefined) return null;
    const { broker } = live;
    if (broker.appliedIndex > this.#appliedIndex) {
      const text = this.#adoptMetadata(broker);
      if (text !== null) return text;
    }
    const lastSequence = broker.wal?.lastSequence ?? 0;
    if (lastSequence === live.lastSequence) return null;
    live.lastSequence = lastSequence;
    for (const [key, acknowledged] of this.#acknowledged) {
      if (!isCut(live, key) || !this.#holders(key).includes(node)) continue;
      const text = this.#checkHolder(key, acknowledged, broker);
      if (text !== null) return text;
    }
    return null;
  }

  #adoptMetadata(broker: BrokerProbe): string | null {
    const before = this.#metadata;
    this.#metadata = broker.metadata;
    this.#appliedIndex = broker.appliedIndex;
    for (const key of this.#acknowledged.keys()) {
      if (before.partitions.get(key) === this.#metadata.partitions.get(key)) continue;
      const text = this.#checkPartition(key);
      if (text !== null) return text;
    }
    return null;
  }

  #checkPartition(key: PartitionKey): string | null {
    return this.#checkKept(key, this.#acknowledged.get(key) ?? []);
  }

  #checkKept(key: PartitionKey, acknowledged: readonly Acknowledged[]): string | null {
    for (const node of this.#holders(key)) {
      const live = this.#live.get(node);
      if (live === undefined) continue;
      const text = this.#checkHolder(key, acknowledged, live.broker);
      if (text !== null) return text;
    }
    return null;
  }

  /** Who must have every acknowledged record of a partition. */
  #holders(key: PartitionKey): readonly NodeId[] {
    const partition = this.#metadata.partitions.get(key);
    if (partition === undefined) return [];
    const { isr, leader } = partition;
    return leader === NO_NODE || isr.includes(leader) ? isr : [...isr, leader];
  }

  #checkHolder(
    key: PartitionKey,
    acknowledged: readonly Acknowledged[],
    holder: BrokerProbe,
  ): string | null {
    const replica = holder.replicas.get(key);
    for (const { baseOffset, bytes, by } of acknowledged) {
      const held = replica === undefined ? undefined : batchAt(replica, baseOffset);
      if (held !== undefined && isSameBatch(held.bytes, bytes)) continue;
      const partition = this.#metadata.partitions.get(key);
      const instead = held === undefined ? "nothing" : "another record";
      return (
        `${nodeName(by)} acknowledged offset ${baseOffset} of ${key}, but ` +
        `${nodeName(holder.id)}, ${rank(holder.id, partition)}, has ${instead} there.`
      );
    }
    return null;
  }
}

function rank(node: NodeId, partition: PartitionMetadata | undefined): string {
  const isLeader = node === (partition?.leader ?? NO_NODE);
  if (!isLeader) return "a member of the ISR";
  return `its leader in epoch ${partition?.leaderEpoch ?? leaderEpoch(0)}`;
}

/** True if the end of this log has gone back or is of another epoch than when it was last seen. */
function isCut(live: Live, key: PartitionKey): boolean {
  const replica = live.broker.replicas.get(key);
  const seen = live.ends.get(key);
  const endOffset = replica?.logEndOffset ?? (0 as Offset);
  const epoch = replica?.lastEpoch ?? -1;
  live.ends.set(key, { endOffset, epoch });
  return seen === undefined || endOffset < seen.endOffset || epoch !== seen.epoch;
}

/** The batch that starts at this offset. */
function batchAt({ batches }: ReplicaProbe, baseOffset: number): { bytes: Uint8Array } | undefined {
  let low = 0;
  let high = batches.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (batches[middle]!.baseOffset < baseOffset) low = middle + 1;
    else high = middle;
  }
  return batches[low]?.baseOffset === baseOffset ? batches[low] : undefined;
}

function isSameBatch(stored: Uint8Array, sent: Uint8Array): boolean {
  if (stored.length !== sent.length) return false;
  for (let i = PRODUCERS_BYTES_START; i < sent.length; i++) {
    if (stored[i] !== sent[i]) return false;
  }
  return true;
}
