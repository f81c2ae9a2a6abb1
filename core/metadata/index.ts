/** The replicated state machine: commands in, cluster metadata out. */
export { applyCommand } from "./applyCommand.ts";
export { assignReplicas } from "./assignReplicas.ts";
export {
  aliveIds,
  EMPTY_METADATA,
  isAlive,
  isInternalTopic,
  isMember,
  isTopicName,
  memberIds,
  NO_TOPIC_ID,
  partitionKey,
  topicOfId,
} from "./clusterMetadata.ts";
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
  AllocateProducerIds,
  AlterTopic,
  AssignPartition,
  CompleteReassignment,
  CreatePartitions,
  CreateTopic,
  DeleteTopic,
  FenceBroker,
  MetadataCommand,
  ReassignPartition,
  RegisterBroker,
  RemoveNode,
  ReplicationMode,
  ReportPartitionLeader,
  SetPartitionLeader,
  TopicConfig,
  UnfenceBroker,
  UpdateIsr,
} from "./command.ts";
export type { CommandApplied } from "./commandApplied.ts";
export { metadataHash } from "./metadataHash.ts";
export { decodeMetadata, encodeMetadata } from "./snapshot.ts";
export type { MetadataDecoded } from "./snapshot.ts";
