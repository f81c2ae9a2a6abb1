import * as fc from "fast-check";
import { leaderEpoch, NO_NODE, nodeId, partitionEpoch } from "../../base/ids.ts";
import type { NodeId } from "../../base/ids.ts";
import { applyCommand } from "../applyCommand.ts";
import { assignReplicas } from "../assignReplicas.ts";
import { EMPTY_METADATA, isAlive, memberIds, partitionKey } from "../clusterMetadata.ts";
import type { ClusterMetadata, PartitionMetadata } from "../clusterMetadata.ts";
import type { CreateTopic, MetadataCommand } from "../command.ts";
import { addNode, CONFIG, createTopic } from "./commands.ts";

export const anyNode = fc.integer({ min: 0, max: 5 }).map(nodeId);
/** Often the one that leads nothing at first, so that its disks come and go. */
const nodeOnTrial = fc.oneof(fc.constant(nodeId(3)), anyNode);
export const anyNodes = fc.oneof(
  { weight: 3, arbitrary: fc.shuffledSubarray([1, 2, 3, 4].map(nodeId)) },
  { weight: 2, arbitrary: fc.constant([4, 3, 2, 1].map(nodeId)) },
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(anyNode, { maxLength: 4 }) },
);
const count = fc.integer({ min: 0, max: 4 });
const topicId = fc.integer({ min: 0, max: 15 }).map((id) => id.toString(16).repeat(32));
const place = {
  topic: fc.constantFrom("a", "a", "a", "a", "r", "b", "a-1"),
  partition: fc.constantFrom(0, 0, 0, 1, 2),
};
const epochs = { leaderEpoch: count.map(leaderEpoch), partitionEpoch: count.map(partitionEpoch) };

function weighed<Command extends object>(
  weight: number,
  model: { [Key in keyof Command]: fc.Arbitrary<Command[Key]> },
) {
  return { weight, arbitrary: fc.record(model) };
}

/** Small numbers, so that commands often meet: many apply, many are stale or wrong. */
export const anyCommand: fc.Arbitrary<MetadataCommand> = fc.oneof(
  weighed(5, {
    kind: fc.constantFrom("addNode" as const, "admitNode" as const),
    node: nodeOnTrial,
    address: fc.constantFrom("x:1", "é", `"\\`, "\ud83d", "😀", ""),
    generation: count,
  }),
  weighed(4, { kind: fc.constant("removeNode" as const), node: nodeOnTrial, generation: count }),
  weighed(3, {
    kind: fc.constant("registerBroker" as const),
    node: nodeOnTrial,
    incarnation: count,
  }),
  weighed(8, {
    kind: fc.constantFrom("unfenceBroker", "unfenceBroker", "fenceBroker"),
    node: anyNode,
    brokerEpoch: count,
  }),
  weighed(3, {
    kind: fc.constant("createTopic" as const),
    topic: fc.oneof(place.topic, fc.string({ maxLength: 3 })),
    topicId: fc.oneof({ weight: 9, arbitrary: topicId }, fc.string({ maxLength: 3 })),
    partitionCount: count,
    replicationFactor: count,
    assignment: fc.option(fc.array(anyNodes, { maxLength: 4 })),
    config: fc.record(
      {
        minInsyncReplicas: count,
        replicationMode: fc.constantFrom("isr" as const, "raft" as const),
        uncleanLeaderElection: fc.boolean(),
      },
      { noNullPrototype: true },
    ),
  }),
  weighed(1, {
    kind: fc.constant("deleteTopic" as const),
    topic: fc.constantFrom("b", "b", "a-1", "a-1", "r", "a"),
    topicId,
  }),
  weighed(2, {
    kind: fc.constant("createPartitions" as const),
    topic: place.topic,
    topicId,
    partitionCount: count,
  }),
  weighed(1, {
    kind: fc.constant("alterTopic" as const),
    topic: place.topic,
    topicId,
    minInsyncReplicas: count,
    uncleanLeaderElection: fc.boolean(),
  }),
  weighed(5, { kind: fc.constant("assignPartition" as const), ...place, replicas: anyNodes }),
  weighed(8, {
    kind: fc.constant("setPartitionLeader" as const),
    ...place,
    leader: anyNode,
    unclean: fc.boolean(),
    ...epochs,
  }),
  weighed(10, {
    kind: fc.constant("updateIsr" as const),
    ...place,
    isr: anyNodes,
    brokerEpochs: fc.array(count, { maxLength: 4 }),
    ...epochs,
  }),
  weighed(4, {
    kind: fc.constant("reassignPartition" as const),
    ...place,
    replicas: anyNodes,
    ...epochs,
  }),
  weighed(9, { kind: fc.constant("completeReassignment" as const), ...place, ...epochs }),
  weighed(2, {
    kind: fc.constant("reportPartitionLeader" as const),
    topic: fc.constantFrom("r", "r", "b", "a"),
    partition: place.partition,
    leader: anyNode,
    leaderEpoch: epochs.leaderEpoch,
  }),
  weighed(1, {
    kind: fc.constant("allocateProducerIds" as const),
    node: anyNode,
    firstProducerId: count,
    count,
  }),
);

/** Four members and two topics, so that there is something to change; a-2 has no replicas yet. */
export const OPENING: readonly MetadataCommand[] = [
  ...[1, 2, 3, 4].map((id) => addNode(id)),
  createTopic(
    { topic: "a", topicId: "a".repeat(32), partitionCount: 3 },
    { uncleanLeaderElection: true },
  ),
  createTopic(
    { topic: "r", topicId: "b".repeat(32), partitionCount: 2 },
    { ...CONFIG, replicationMode: "raft" },
  ),
  { kind: "assignPartition", topic: "a", partition: 0, replicas: [1, 2, 3].map(nodeId) },
  { kind: "assignPartition", topic: "a", partition: 1, replicas: [2, 3, 1].map(nodeId) },
  { kind: "assignPartition", topic: "r", partition: 0, replicas: [1, 2, 3].map(nodeId) },
];

/** A log whose commands were often, but not always, made by someone who saw the state before. */
function logOf(size: fc.ArrayConstraints): fc.Arbitrary<MetadataCommand[]> {
  return fc
    .array(fc.tuple(anyCommand, fc.constantFrom(true, true, true, false)), size)
    .map((draws) => {
      const log = [...OPENING];
      let state = applyAll(OPENING);
      for (const [drawn, upToDate] of draws) {
        const command = upToDate ? asSeenIn(state, drawn) : drawn;
        state = applyCommand(state, command).state;
        log.push(command);
      }
      return log;
    });
}

export const anyLog = logOf({ maxLength: 60, size: "max" });
/** Long enough for what takes some steps, such as a whole reassignment. */
export const longLog = logOf({ minLength: 60, maxLength: 80 });

export function applyAll(
  commands: readonly MetadataCommand[],
  start: ClusterMetadata = EMPTY_METADATA,
): ClusterMetadata {
  return commands.reduce((state, command) => applyCommand(state, command).state, start);
}

/** The command as its proposer makes it that knows this state. */
export function asSeenIn(state: ClusterMetadata, command: MetadataCommand): MetadataCommand {
  switch (command.kind) {
    case "addNode":
    case "admitNode":
      return { ...command, generation: state.nodes.get(command.node)?.generation ?? 0 };
    case "removeNode":
      return { ...command, generation: (state.nodes.get(command.node)?.generation ?? 0) + 1 };
    case "registerBroker": {
      const before = state.nodes.get(command.node)?.incarnation ?? -1;
      return { ...command, incarnation: before + 1 + command.incarnation };
    }
    case "fenceBroker":
    case "unfenceBroker":
      return { ...command, brokerEpoch: state.nodes.get(command.node)?.brokerEpoch ?? 0 };
    case "createTopic":
      return { ...command, assignment: assignmentSeenIn(state, command) };
    case "deleteTopic":
    case "alterTopic":
      return { ...command, topicId: state.topics.get(command.topic)?.topicId ?? command.topicId };
    case "createPartitions": {
      const known = state.topics.get(command.topic);
      if (known === undefined) return command;
      return { ...command, topicId: known.topicId, partitionCount: known.partitionCount + 1 };
    }
    case "assignPartition": {
      const known = state.topics.get(command.topic);
      if (known === undefined) return command;
      return { ...command, replicas: memberIds(state).slice(0, known.replicationFactor) };
    }
    case "allocateProducerIds":
      return { ...command, firstProducerId: state.nextProducerId };
    default: {
      const current = state.partitions.get(partitionKey(command.topic, command.partition));
      return current === undefined ? command : partitionSeenIn(state, current, command);
    }
  }
}

function partitionSeenIn(
  state: ClusterMetadata,
  current: PartitionMetadata,
  command: Extract<MetadataCommand, { readonly leaderEpoch: unknown }>,
): MetadataCommand {
  const seen = { leaderEpoch: current.leaderEpoch, partitionEpoch: current.partitionEpoch };
  switch (command.kind) {
    case "completeReassignment":
      return { ...command, ...seen };
    case "setPartitionLeader": {
      const isOnline = current.isr.some((id) => isAlive(state, id));
      return {
        ...command,
        ...seen,
        leader: isOnline || command.unclean ? command.leader : NO_NODE,
      };
    }
    case "updateIsr": {
      // A reassignment goes on when all are in sync who can be.
      const isMoving = current.addingReplicas.length > 0;
      const ready = current.replicas.filter((id) => isAlive(state, id));
      const due = [current.leader, ...(isMoving ? ready : command.isr)];
      const isr = current.replicas.filter((id) => due.includes(id));
      const brokerEpochs = isr.map((id) => state.nodes.get(id)?.brokerEpoch ?? 0);
      return { ...command, ...seen, isr, brokerEpochs };
    }
    case "reassignPartition": {
      const wanted = new Set<NodeId>([...command.replicas, ...memberIds(state)]);
      const replicas = [...wanted].slice(0, state.topics.get(current.topic)?.replicationFactor);
      return { ...command, ...seen, replicas };
    }
    case "reportPartitionLeader":
      return { ...command, leaderEpoch: leaderEpoch(current.leaderEpoch + 1) };
  }
}

function assignmentSeenIn(
  state: ClusterMetadata,
  { assignment, partitionCount, replicationFactor }: CreateTopic,
): CreateTopic["assignment"] {
  const members = memberIds(state);
  if (assignment === null || replicationFactor < 1) return null;
  if (replicationFactor > members.length) return null;
  return assignReplicas(members, partitionCount, replicationFactor);
}
