import { assert } from "../../base/assert.ts";
import { leaderEpoch, nodeId, partitionEpoch } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { applyCommand } from "../applyCommand.ts";
import { EMPTY_METADATA } from "../clusterMetadata.ts";
import type { ClusterMetadata } from "../clusterMetadata.ts";
import type {
  AddNode,
  AdmitNode,
  AssignPartition,
  CreateTopic,
  MetadataCommand,
  ReassignPartition,
  SetPartitionLeader,
  TopicConfig,
  UpdateIsr,
} from "../command.ts";

/** Commands for tests: topic "orders" of 2 partitions and 3 replicas, on brokers 1, 2, 3. */

export const TOPIC_ID = "0123456789abcdef0123456789abcdef";
export const OTHER_TOPIC_ID = "f".repeat(32);
export const CONFIG: TopicConfig = {
  minInsyncReplicas: 2,
  replicationMode: "isr",
  uncleanLeaderElection: false,
};

const ORDERS_0 = { topic: "orders", partition: 0 };
const FIRST_EPOCHS = { leaderEpoch: leaderEpoch(0), partitionEpoch: partitionEpoch(0) };

export const nodes = (...ids: number[]): NodeId[] => ids.map(nodeId);

export const epochs = (leader: number, partition: number) => ({
  leaderEpoch: leaderEpoch(leader),
  partitionEpoch: partitionEpoch(partition),
});

export const addNode = (id: number, changes: Partial<AddNode> = {}): MetadataCommand => ({
  kind: "addNode",
  node: nodeId(id),
  address: `broker-${id}:9092`,
  generation: 0,
  ...changes,
});

export const removeNode = (id: number, generation = 1): MetadataCommand => ({
  kind: "removeNode",
  node: nodeId(id),
  generation,
});

export const admitNode = (id: number, changes: Partial<AdmitNode> = {}): MetadataCommand => ({
  kind: "admitNode",
  node: nodeId(id),
  address: `broker-${id}:9092`,
  generation: 1,
  ...changes,
});

export const registerBroker = (id: number, incarnation: number): MetadataCommand => ({
  kind: "registerBroker",
  node: nodeId(id),
  incarnation,
});

export const fenceBroker = (id: number, brokerEpoch = 0): MetadataCommand => ({
  kind: "fenceBroker",
  node: nodeId(id),
  brokerEpoch,
});

export const unfenceBroker = (id: number, brokerEpoch = 0): MetadataCommand => ({
  kind: "unfenceBroker",
  node: nodeId(id),
  brokerEpoch,
});

export const createTopic = (
  changes: Partial<Omit<CreateTopic, "config">> = {},
  config: Partial<TopicConfig> = {},
): MetadataCommand => ({
  kind: "createTopic",
  topic: "orders",
  topicId: TOPIC_ID,
  partitionCount: 2,
  replicationFactor: 3,
  assignment: null,
  config: { ...CONFIG, ...config },
  ...changes,
});

export const deleteTopic = (topicId = TOPIC_ID): MetadataCommand => ({
  kind: "deleteTopic",
  topic: "orders",
  topicId,
});

export const createPartitions = (
  partitionCount: number,
  topicId: string = TOPIC_ID,
): MetadataCommand => ({ kind: "createPartitions", topic: "orders", topicId, partitionCount });

export const alterTopic = (
  minInsyncReplicas: number,
  uncleanLeaderElection: boolean,
  topicId: string = TOPIC_ID,
): MetadataCommand => ({
  kind: "alterTopic",
  topic: "orders",
  topicId,
  minInsyncReplicas,
  uncleanLeaderElection,
});

export const assignPartition = (changes: Partial<AssignPartition> = {}): MetadataCommand => ({
  kind: "assignPartition",
  ...ORDERS_0,
  replicas: nodes(1, 2, 3),
  ...changes,
});

export const setLeader = (
  leader: number,
  changes: Partial<SetPartitionLeader> = {},
): MetadataCommand => ({
  kind: "setPartitionLeader",
  ...ORDERS_0,
  leader: nodeId(leader),
  unclean: false,
  ...FIRST_EPOCHS,
  ...changes,
});

export const updateIsr = (isr: NodeId[], changes: Partial<UpdateIsr> = {}): MetadataCommand => ({
  kind: "updateIsr",
  ...ORDERS_0,
  isr,
  brokerEpochs: isr.map(() => 0),
  ...FIRST_EPOCHS,
  ...changes,
});

export const reassign = (
  replicas: NodeId[],
  changes: Partial<ReassignPartition> = {},
): MetadataCommand => ({
  kind: "reassignPartition",
  ...ORDERS_0,
  replicas,
  ...FIRST_EPOCHS,
  ...changes,
});

export const complete = (leader: number, partition: number): MetadataCommand => ({
  kind: "completeReassignment",
  ...ORDERS_0,
  ...epochs(leader, partition),
});

export const reportLeader = (leader: number, epoch: number): MetadataCommand => ({
  kind: "reportPartitionLeader",
  ...ORDERS_0,
  leader: nodeId(leader),
  leaderEpoch: leaderEpoch(epoch),
});

export const allocateIds = (firstProducerId: number, count: number): MetadataCommand => ({
  kind: "allocateProducerIds",
  node: nodeId(1),
  firstProducerId,
  count,
});

/** The state after commands of which each must take effect. */
export function after(state: ClusterMetadata, ...commands: MetadataCommand[]): ClusterMetadata {
  return commands.reduce((before, command) => {
    const { state: later, noOpReason } = applyCommand(before, command);
    assert(noOpReason === null, `${command.kind}: ${noOpReason}`);
    return later;
  }, state);
}

export const THREE_NODES = after(EMPTY_METADATA, addNode(1), addNode(2), addNode(3));
export const WITH_TOPIC = after(THREE_NODES, createTopic());
export const ASSIGNED = after(
  WITH_TOPIC,
  assignPartition(),
  assignPartition({ partition: 1, replicas: nodes(2, 3, 1) }),
);
/** The same topic in mode "raft". */
export const RAFT = after(
  THREE_NODES,
  createTopic({}, { replicationMode: "raft" }),
  assignPartition(),
);
