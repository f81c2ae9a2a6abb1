import type { NodeId } from "../base/ids.ts";
import { isMember, isTopicName, memberIds } from "../metadata/index.ts";
import type { ClusterMetadata, CreateTopic, TopicConfig } from "../metadata/index.ts";
import { ErrorCode } from "../wire/index.ts";
import type { CreatableTopic } from "../wire/index.ts";
import type { BrokerConfig } from "./config.ts";

/**
 * Each partition is a command of its own, and each command copies the list of partitions: a single
 * request must not keep the controller busy for seconds.
 */
export const PARTITIONS_MAX = 2_000;

/** What is to be made, with nothing left to the broker's defaults but who keeps it. */
export type TopicSpec = Omit<CreateTopic, "kind" | "topicId">;

export interface TopicRefused {
  readonly errorCode: ErrorCode;
  readonly errorMessage: string;
}

const DEFAULT_CONFIG: TopicConfig = {
  minInsyncReplicas: 1,
  replicationMode: "isr",
  uncleanLeaderElection: false,
};

/** A topic that nobody has described: with as many replicas as there are nodes for. */
export function defaultTopic(
  topic: string,
  partitionCount: number,
  metadata: ClusterMetadata,
  { defaultReplicationFactor }: BrokerConfig,
): TopicSpec {
  const replicationFactor = Math.min(defaultReplicationFactor, memberIds(metadata).length);
  return { topic, partitionCount, replicationFactor, assignment: null, config: DEFAULT_CONFIG };
}

/** What a client asks for, or why it cannot be had; the codes are those of Kafka's controller. */
export function readCreatableTopic(
  asked: CreatableTopic,
  metadata: ClusterMetadata,
  broker: BrokerConfig,
): TopicSpec | TopicRefused {
  const { topic } = asked;
  if (!isTopicName(topic)) {
    return refusal("INVALID_TOPIC_EXCEPTION", `${quoted(topic)} is not a topic name.`);
  }
  if (metadata.topics.has(topic)) return alreadyExists(topic);
  const defaults = defaultTopic(topic, broker.defaultPartitions, metadata, broker);
  const shape =
    asked.assignments.length > 0 ? manual(asked, metadata) : counts(asked, metadata, defaults);
  if ("errorCode" in shape) return shape;
  const config = readConfigs(asked.configs);
  if ("errorCode" in config) return config;
  if (config.replicationMode === "raft" && broker.peers.length === 0) {
    return refusal("INVALID_CONFIG", "replication.mode raft needs a cluster.");
  }
  return { ...defaults, ...shape, config };
}

export function alreadyExists(topic: string): TopicRefused {
  return refusal("TOPIC_ALREADY_EXISTS", `Topic ${topic} exists already.`);
}

type Shape = Pick<TopicSpec, "partitionCount" | "replicationFactor" | "assignment">;

function counts(
  asked: CreatableTopic,
  metadata: ClusterMetadata,
  defaults: TopicSpec,
): Shape | TopicRefused {
  const partitionCount =
    asked.partitionCount === -1 ? defaults.partitionCount : asked.partitionCount;
  if (partitionCount < 1 || partitionCount > PARTITIONS_MAX) {
    const message = `A topic has 1 to ${PARTITIONS_MAX} partitions, not ${partitionCount}.`;
    return refusal("INVALID_PARTITIONS", message);
  }
  const { replicationFactor: wanted } = asked;
  const replicationFactor = wanted === -1 ? defaults.replicationFactor : wanted;
  const memberCount = memberIds(metadata).length;
  if (replicationFactor < 1 || replicationFactor > memberCount) {
    const message = `Replication factor ${replicationFactor}, but brokers: ${memberCount}.`;
    return refusal("INVALID_REPLICATION_FACTOR", message);
  }
  return { partitionCount, replicationFactor, assignment: null };
}

/** The client says who keeps which partition. Then it cannot say how many there are. */
function manual(asked: CreatableTopic, metadata: ClusterMetadata): Shape | TopicRefused {
  if (asked.partitionCount !== -1 || asked.replicationFactor !== -1) {
    const message = "With assignments, partition count and replication factor must be -1.";
    return refusal("INVALID_REQUEST", message);
  }
  const invalid = (message: string) => refusal("INVALID_REPLICA_ASSIGNMENT", message);
  const { assignments } = asked;
  const assignment: (readonly NodeId[])[] = [];
  for (const [at, { partition, brokerIds }] of sorted(assignments).entries()) {
    if (partition !== at) return invalid(`Partition ${at} is missing, or named twice.`);
    if (brokerIds.length !== assignments[0]!.brokerIds.length || brokerIds.length === 0) {
      return invalid(`Partition ${at} has ${brokerIds.length} replicas, unlike others.`);
    }
    if (new Set(brokerIds).size < brokerIds.length) {
      return invalid(`Partition ${at} names a replica twice.`);
    }
    const stranger = brokerIds.find((node) => !isMember(metadata, node));
    if (stranger !== undefined) return invalid(`Partition ${at}: there is no node ${stranger}.`);
    assignment.push(brokerIds);
  }
  const partitionCount = assignment.length;
  if (partitionCount > PARTITIONS_MAX) {
    const message = `A topic has 1 to ${PARTITIONS_MAX} partitions, not ${partitionCount}.`;
    return refusal("INVALID_PARTITIONS", message);
  }
  return { partitionCount, replicationFactor: assignment[0]!.length, assignment };
}

function sorted(assignments: CreatableTopic["assignments"]): CreatableTopic["assignments"] {
  return assignments.toSorted((a, b) => a.partition - b.partition);
}

function readConfigs(configs: CreatableTopic["configs"]): TopicConfig | TopicRefused {
  let config = DEFAULT_CONFIG;
  for (const { name, value } of configs) {
    const read = READERS.get(name);
    if (read === undefined) {
      return refusal("INVALID_CONFIG", `There is no topic config ${quoted(name)}.`);
    }
    const given = value === null ? null : read(value);
    if (given === null) {
      return refusal(
        "INVALID_CONFIG",
        `${quoted(`${value}`)} is not a value of topic config ${name}.`,
      );
    }
    config = { ...config, ...given };
  }
  return config;
}

/** By a config's name: what a value of it means; null when it means nothing. */
const READERS = new Map<string, (value: string) => Partial<TopicConfig> | null>([
  [
    "min.insync.replicas",
    (value) => (/^[1-9]\d{0,8}$/.test(value) ? { minInsyncReplicas: Number(value) } : null),
  ],
  [
    "replication.mode",
    (value) => (value === "isr" || value === "raft" ? { replicationMode: value } : null),
  ],
  [
    "unclean.leader.election.enable",
    (value) =>
      value === "true" || value === "false" ? { uncleanLeaderElection: value === "true" } : null,
  ],
]);

const QUOTED_CHARS_MAX = 100;

/** A client's word in a message, which must stay a string of the protocol: 32,767 bytes at most. */
export function quoted(word: string): string {
  const isLong = word.length > QUOTED_CHARS_MAX;
  return `"${isLong ? `${word.slice(0, QUOTED_CHARS_MAX)}...` : word}"`;
}

function refusal(name: keyof typeof ErrorCode, errorMessage: string): TopicRefused {
  return { errorCode: ErrorCode[name], errorMessage };
}
