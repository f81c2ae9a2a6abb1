import type { NodeId } from "../base/ids.ts";
import type { ClusterMetadata } from "../metadata/clusterMetadata.ts";
import type { MetadataRequest, MetadataResponse } from "../wire/index.ts";

/** What a broker tells clients of the cluster: the metadata as far as it has applied it. */
export function answerMetadata(
  request: MetadataRequest,
  metadata: ClusterMetadata,
  controllerId: NodeId,
): MetadataResponse {
  const { topics } = request;
  const isAsked = (topic: string): boolean => topics === null || topics.includes(topic);
  return {
    api: "metadata",
    brokers: [...metadata.nodes.values()]
      .filter(({ state }) => state === "member")
      .map(({ node, address }) => ({ nodeId: node, address })),
    controllerId,
    partitions: [...metadata.partitions.values()]
      .filter(({ topic }) => isAsked(topic))
      .map(({ topic, partition, leader, leaderEpoch, replicas, isr }) => {
        return { topic, partition, leaderId: leader, leaderEpoch, replicas, isr };
      }),
    unknownTopics: (topics ?? []).filter((topic) => !metadata.topics.has(topic)),
  };
}
