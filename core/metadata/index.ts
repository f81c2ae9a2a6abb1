/** The replicated state machine: commands in, cluster metadata out. */
export { applyCommand } from "./applyCommand.ts";
export type { CommandApplied } from "./applyCommand.ts";
export { assignReplicas } from "./assignReplicas.ts";
export { EMPTY_METADATA, isMember, memberIds, partitionKey } from "./clusterMetadata.ts";
export type {
  ClusterMetadata,
  NodeMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicMetadata,
} from "./clusterMetadata.ts";
export { decodeCommand, encodeCommand } from "./codec.ts";
export type { CommandDecoded } from "./codec.ts";
export type {
  AddNode,
  AdmitNode,
  AssignPartition,
  CreateTopic,
  MetadataCommand,
  RemoveNode,
  SetPartitionLeader,
  TopicConfig,
  UpdateIsr,
} from "./command.ts";
export { metadataHash } from "./metadataHash.ts";
export { decodeMetadata, encodeMetadata } from "./snapshot.ts";
export type { MetadataDecoded } from "./snapshot.ts";
