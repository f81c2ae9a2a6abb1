import { assert } from "../../base/assert.ts";
import { nodeId } from "../../base/ids.ts";
import { applyCommand, assignReplicas, EMPTY_METADATA, memberIds } from "../../metadata/index.ts";
import type { ClusterMetadata, CreateTopic, MetadataCommand } from "../../metadata/index.ts";

/** The state after commands each of which must change something. */
export function applyAll(
  before: ClusterMetadata,
  ...commands: readonly MetadataCommand[]
): ClusterMetadata {
  return commands.reduce((state, command) => {
    const { state: after, noOpReason } = applyCommand(state, command);
    assert(noOpReason === null, `${command.kind} does something: ${noOpReason}`);
    return after;
  }, before);
}

/** Nodes 1 to `nodeCount`, each registered once, when it was its id's time. */
export function nodesOf(nodeCount: number): ClusterMetadata {
  return Array.from({ length: nodeCount }, (_, at) => nodeId(at + 1)).reduce(
    (state, node) =>
      applyAll(
        state,
        { kind: "addNode", node, address: `n${node}:9092`, generation: 0 },
        { kind: "registerBroker", node, incarnation: node },
      ),
    EMPTY_METADATA,
  );
}

/** With a topic more, spread round-robin as the controller does it. */
export function withTopic(
  before: ClusterMetadata,
  topic: string,
  partitionCount: number,
  replicationFactor: number,
  config: Partial<CreateTopic["config"]> = {},
): ClusterMetadata {
  const topicId = `${before.topics.size + 1}`.padStart(32, "0");
  const defaults = {
    minInsyncReplicas: 1,
    replicationMode: "isr",
    uncleanLeaderElection: false,
  } as const;
  const created = applyAll(before, {
    kind: "createTopic",
    topic,
    topicId,
    partitionCount,
    replicationFactor,
    assignment: null,
    config: { ...defaults, ...config },
  });
  return assignReplicas(memberIds(before), partitionCount, replicationFactor).reduce(
    (state, replicas, partition) =>
      applyAll(state, { kind: "assignPartition", topic, partition, replicas }),
    created,
  );
}

/** The broker of that node has no session any more, or has one again. */
export function fence(before: ClusterMetadata, id: number, isFenced = true): ClusterMetadata {
  const node = nodeId(id);
  const brokerEpoch = before.nodes.get(node)!.brokerEpoch;
  return applyAll(before, { kind: isFenced ? "fenceBroker" : "unfenceBroker", node, brokerEpoch });
}
