import type { Index, LeaderEpoch, NodeId, Offset } from "../../base/ids.ts";
import type { ClusterMetadata, PartitionKey } from "../../metadata/clusterMetadata.ts";
import type { RaftProbe } from "./raftStep.ts";
import type { StorageProbe } from "./storageProbe.ts";

/** What the rules speak of in a broker. A Broker has all of it, and so has a stub in a test. */
export interface BrokerProbe {
  readonly id: NodeId;
  /** Counts how often its disk was wiped. */
  readonly generation: number;
  /** Of the metadata log; null on a node without Raft. */
  readonly raft: RaftProbe | null;
  /** What is on its disk for sure of that log; null where `raft` is. */
  readonly storage: StorageProbe | null;
  readonly metadata: ClusterMetadata;
  /** The next three change only when a step has applied something of the metadata log. */
  readonly appliedIndex: Index;
  readonly replicas: ReadonlyMap<PartitionKey, ReplicaProbe>;
  readonly led: ReadonlyMap<PartitionKey, LedProbe>;
  readonly raftPartitions: { readonly groups: ReadonlyMap<PartitionKey, GroupProbe> } | null;
}

/** The log of a partition on a node. */
export interface ReplicaProbe {
  readonly topicId: string;
  readonly batches: readonly BatchProbe[];
  readonly highWatermark: Offset;
}

export interface BatchProbe {
  readonly baseOffset: Offset;
  readonly lastOffset: Offset;
  readonly leaderEpoch: LeaderEpoch;
  readonly recordCount: number;
  /** -1 for a producer that is not idempotent. */
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly maxTimestampMs: number;
  readonly sizeBytes: number;
  /** Null while they are only on the disk. */
  readonly bytes: Uint8Array | null;
}

/** A partition in mode "isr" that a broker leads, or believes to lead. */
export interface LedProbe {
  readonly leaderEpoch: LeaderEpoch;
  /** It serves consumers. */
  readonly isHighWatermarkKnown: boolean;
}

/** A partition's Raft group on a node. */
export interface GroupProbe {
  readonly group: number;
  readonly raft: RaftProbe;
  readonly loop: { readonly storage: StorageProbe };
  /** What it has applied of the log of the group. */
  readonly state: { readonly appliedIndex: Index };
  /** It leads and serves consumers. */
  readonly isReadable: boolean;
}
