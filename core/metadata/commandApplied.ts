import type { ClusterMetadata, PartitionKey, PartitionMetadata } from "./clusterMetadata.ts";

/** What a committed command did. */
export interface CommandApplied {
  /** The very state that was given, when the command changed nothing. */
  readonly state: ClusterMetadata;
  /** Why nothing changed; null when something did. */
  readonly noOpReason: string | null;
  /** The partitions whose records in `state` are new. */
  readonly changedPartitions: readonly PartitionKey[];
  /** The records that are gone, as they were. */
  readonly removedPartitions: readonly PartitionMetadata[];
}

export function changed(
  state: ClusterMetadata,
  changedPartitions: readonly PartitionKey[] = [],
  removedPartitions: readonly PartitionMetadata[] = [],
): CommandApplied {
  return { state, noOpReason: null, changedPartitions, removedPartitions };
}

export function noOp(state: ClusterMetadata, noOpReason: string): CommandApplied {
  return { state, noOpReason, changedPartitions: [], removedPartitions: [] };
}

export function isCountFrom(min: number, value: number): boolean {
  return Number.isSafeInteger(value) && value >= min;
}
