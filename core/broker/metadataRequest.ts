import { NO_NODE } from "../base/ids.ts";
import type { NodeId } from "../base/ids.ts";
import { isAlive, isInternalTopic, memberIds, partitionKey, topicOfId } from "../metadata/index.ts";
import type { ClusterMetadata, PartitionMetadata, TopicMetadata } from "../metadata/index.ts";
import { ErrorCode, NO_TOPIC_ID } from "../wire/index.ts";
import type {
  MetadataPartition,
  MetadataRequest,
  MetadataResponse,
  MetadataTopic,
} from "../wire/index.ts";
import { endpointOf } from "./endpoints.ts";
import { lookUpLeadership } from "./leadership.ts";
import type { ServingContext } from "./servingContext.ts";

const CLUSTER_ID = "chronik";
const NO_PARTITIONS: readonly MetadataPartition[] = [];

/** What a broker tells clients of the cluster: the metadata as far as it has applied it. */
export function answerMetadata(
  context: ServingContext,
  { topics: asked }: MetadataRequest,
): MetadataResponse {
  const { state, metadataLog } = context;
  const { metadata } = state;
  const topics =
    asked === null
      ? [...metadata.topics.values()].map((topic) => known(context, topic))
      : once(asked).map((one) => answerTopic(context, one));
  const { leader } = metadataLog;
  return {
    api: "metadata",
    brokers: memberIds(metadata)
      .filter((id) => isAlive(metadata, id))
      .map((id) => endpointOf(metadata, id)!),
    clusterId: CLUSTER_ID,
    controllerId: leader === NO_NODE ? -1 : leader,
    topics,
  };
}

/** The names of topics that were asked for and do not exist. */
export function unknownTopics({ topics }: MetadataRequest, metadata: ClusterMetadata): string[] {
  const names: string[] = [];
  for (const { topic } of topics ?? []) {
    if (topic !== null && !metadata.topics.has(topic)) names.push(topic);
  }
  return names;
}

/** A topic is answered once (Kafka: KafkaApis), or a short question would have an answer of any size. */
function once(asked: NonNullable<MetadataRequest["topics"]>): typeof asked {
  return [...new Map(asked.map((one) => [`${one.topic} ${one.topicId}`, one])).values()];
}

function answerTopic(
  context: ServingContext,
  { topic, topicId }: { readonly topic: string | null; readonly topicId: string },
): MetadataTopic {
  const { topics } = context.state.metadata;
  const isById = topic === null || topic === "";
  const found = isById ? topicOfId(topics, topicId) : topics.get(topic);
  if (found !== undefined) return known(context, found);
  return {
    errorCode: isById ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    topic,
    topicId: isById ? topicId : NO_TOPIC_ID,
    isInternal: false,
    partitions: NO_PARTITIONS,
  };
}

function known(context: ServingContext, of: TopicMetadata): MetadataTopic {
  const { topic, topicId, partitionCount } = of;
  const partitions: MetadataPartition[] = [];
  for (let partition = 0; partition < partitionCount; partition++) {
    const metadata = context.state.metadata.partitions.get(partitionKey(topic, partition));
    // It exists, and the controller is about to say where.
    partitions.push(metadata === undefined ? unassigned(partition) : assigned(context, metadata));
  }
  const isInternal = isInternalTopic(topic);
  return { errorCode: ErrorCode.NONE, topic, topicId, isInternal, partitions };
}

function assigned(context: ServingContext, of: PartitionMetadata): MetadataPartition {
  const { topic, partition, replicas, isr } = of;
  const { metadata } = context.state;
  const leadership = lookUpLeadership(context.leadershipSources, topic, partition)!;
  const { leader, leaderEpoch } = leadership;
  const isOffline = leader === NO_NODE;
  return {
    errorCode: isOffline ? ErrorCode.LEADER_NOT_AVAILABLE : ErrorCode.NONE,
    partition,
    leaderId: isOffline ? -1 : leader,
    leaderEpoch,
    replicas,
    isr,
    offlineReplicas: replicas.filter((id: NodeId) => !isAlive(metadata, id)),
  };
}

function unassigned(partition: number): MetadataPartition {
  return {
    errorCode: ErrorCode.LEADER_NOT_AVAILABLE,
    partition,
    leaderId: -1,
    leaderEpoch: -1,
    replicas: [],
    isr: [],
    offlineReplicas: [],
  };
}
