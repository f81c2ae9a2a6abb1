import { leaderEpoch, nodeId, partitionEpoch } from "../../base/ids.ts";
import type {
  NodeMetadata,
  PartitionMetadata,
  TopicMetadata,
} from "../../metadata/clusterMetadata.ts";
import type { TopicConfig } from "../../metadata/command.ts";

/** orders-0, kept by n1 and n2 and led by n1, but for what is said otherwise. */
export function partitionFixture(of: Partial<PartitionMetadata> = {}): PartitionMetadata {
  const replicas = [nodeId(1), nodeId(2)];
  return {
    topic: "orders",
    partition: 0,
    replicas,
    addingReplicas: [],
    removingReplicas: [],
    group: 0,
    leader: nodeId(1),
    leaderEpoch: leaderEpoch(0),
    isr: of.replicas ?? replicas,
    partitionEpoch: partitionEpoch(0),
    ...of,
  };
}

export function topicFixture(
  of: Partial<TopicMetadata> = {},
  config: Partial<TopicConfig> = {},
): TopicMetadata {
  return {
    topic: "orders",
    topicId: "0123456789abcdef0123456789abcdef",
    partitionCount: 9,
    replicationFactor: 2,
    assignment: null,
    config: {
      minInsyncReplicas: 1,
      replicationMode: "isr",
      uncleanLeaderElection: false,
      ...config,
    },
    ...of,
  };
}

export function nodeFixture(node: number, of: Partial<NodeMetadata> = {}): NodeMetadata {
  return {
    node: nodeId(node),
    address: `n${node}:9092`,
    generation: 0,
    state: "member",
    brokerEpoch: 1,
    incarnation: 0,
    isFenced: false,
    ...of,
  };
}
