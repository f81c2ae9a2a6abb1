import type { NodeId } from "../../base/ids.ts";
import { isAlive, isMember, partitionKey } from "../../metadata/index.ts";
import type { ClusterMetadata, PartitionMetadata } from "../../metadata/index.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { AdminCommand } from "../../wire/index.ts";
import { preferredLeader, seenEpochs, targetOf } from "../elector.ts";
import { PARTITIONS_MAX } from "../creatableTopic.ts";
import { done, proposing, refused, waiting } from "./change.ts";
import type { Change, Proposal } from "./change.ts";
import { nodeNames } from "./names.ts";
import { planRebalance } from "./rebalance.ts";
import type { Move } from "./rebalance.ts";

/** Changes of topics and partitions that go on by themselves once they are committed. */

export function deleteTopic(before: ClusterMetadata, topic: string): Change {
  const known = before.topics.get(topic);
  if (known === undefined) return () => noTopic(topic);
  const { topicId, partitionCount } = known;
  return ({ topics }) => {
    if (topics.get(topic)?.topicId === topicId) {
      const command = { kind: "deleteTopic", topic, topicId } as const;
      return proposing(`Topic ${topic} is not deleted yet.`, `deletion ${topic}`, command, known);
    }
    return done([
      { name: "topic", value: topic },
      { name: "partitions deleted", value: partitionCount },
    ]);
  };
}

/** Done when each of the new ones has a leader. */
export function createPartitions(
  before: ClusterMetadata,
  topic: string,
  partitionCount: number,
): Change {
  const first = before.topics.get(topic);
  if (first === undefined) return () => noTopic(topic);
  const isMore = partitionCount > first.partitionCount && partitionCount <= PARTITIONS_MAX;
  if (!Number.isSafeInteger(partitionCount) || !isMore) {
    const message = `Topic ${topic} has ${first.partitionCount} partitions: ask for more, up to ${PARTITIONS_MAX}.`;
    return () => refused(ErrorCode.INVALID_PARTITIONS, message);
  }
  const { topicId } = first;
  return (metadata) => {
    const known = metadata.topics.get(topic);
    if (known?.topicId !== topicId) return noTopic(topic);
    if (known.partitionCount < partitionCount) {
      const command = { kind: "createPartitions", topic, topicId, partitionCount } as const;
      const obstacle = `Topic ${topic} has no more partitions yet.`;
      return proposing(obstacle, `partitions ${topic}`, command, known);
    }
    for (let partition = first.partitionCount; partition < partitionCount; partition++) {
      const of = metadata.partitions.get(partitionKey(topic, partition));
      if (of === undefined || !isAlive(metadata, of.leader))
        return waiting(`Partition ${partition} has no leader yet.`);
    }
    return done([
      { name: "topic", value: topic },
      { name: "partitions", value: partitionCount },
    ]);
  };
}

/** Done when the cluster has agreed on it; leaders go by it from then on. */
export function alterTopic(
  before: ClusterMetadata,
  asked: Extract<AdminCommand, { readonly kind: "alterTopic" }>,
): Change {
  const { topic, minInsyncReplicas, uncleanLeaderElection } = asked;
  const first = before.topics.get(topic);
  if (first === undefined) return () => noTopic(topic);
  const { topicId, replicationFactor } = first;
  const isPossible = minInsyncReplicas >= 1 && minInsyncReplicas <= replicationFactor;
  if (!Number.isSafeInteger(minInsyncReplicas) || !isPossible) {
    const message = `min.insync.replicas of ${topic} is a whole number from 1 to ${replicationFactor}, its copies.`;
    return () => refused(ErrorCode.INVALID_CONFIG, message);
  }
  return (metadata) => {
    const known = metadata.topics.get(topic);
    if (known?.topicId !== topicId) return noTopic(topic);
    const { config } = known;
    const isDone =
      config.minInsyncReplicas === minInsyncReplicas &&
      config.uncleanLeaderElection === uncleanLeaderElection;
    if (!isDone) {
      const command = { ...asked, topicId } as const;
      return proposing(`Topic ${topic} is not altered yet.`, `alteration ${topic}`, command, known);
    }
    return done([
      { name: "topic", value: topic },
      { name: "min.insync.replicas", value: minInsyncReplicas },
      { name: "unclean.leader.election.enable", value: String(uncleanLeaderElection) },
    ]);
  };
}

/** Done when it has begun, as Kafka's AlterPartitionReassignments: it ends by itself (KIP-455). */
export function reassign(
  before: ClusterMetadata,
  topic: string,
  partition: number,
  replicas: readonly NodeId[],
): Change {
  const current = before.partitions.get(partitionKey(topic, partition));
  if (current === undefined) return () => noPartition(topic, partition);
  if (current.group !== 0) {
    const message = `${topic}-${partition} is kept by a Raft group, which cannot be moved.`;
    return () => refused(ErrorCode.INVALID_REQUEST, message);
  }
  const problem = replicasProblem(before, current, replicas);
  if (problem !== null) return () => refused(ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
  return moveAll([{ of: current, replicas }]);
}

/** Replicas move to where there are fewest, and each node is to lead equally many. */
export function rebalance(before: ClusterMetadata): Change {
  return moveAll(planRebalance(before));
}

/** Leadership goes back to the first replica of each partition, of one topic or of all. */
export function electPreferredLeaders(before: ClusterMetadata, topic: string | null): Change {
  if (topic !== null && !before.topics.has(topic)) return () => noTopic(topic);
  const asked = [...before.partitions].filter(
    ([, of]) => of.group === 0 && (topic === null || of.topic === topic),
  );
  return (metadata) => {
    const proposals: Proposal[] = [];
    const rows: (string | number)[][] = [];
    for (const [key, { leader }] of asked) {
      const of = metadata.partitions.get(key);
      if (of === undefined) continue;
      const command = preferredLeader(metadata, of);
      if (command !== null) proposals.push({ purpose: key, command, basis: of });
      if (of.leader === of.replicas[0] && of.leader === leader) continue;
      const outcome = of.leader === of.replicas[0] ? "elected" : "not in sync or not alive";
      rows.push([of.topic, of.partition, nodeNames([of.replicas[0]!]), outcome]);
    }
    if (proposals.length > 0) return waiting("Not all leaders are elected yet.", proposals);
    const elected = rows.filter((row) => row[3] === "elected").length;
    const columns = ["topic", "partition", "preferred leader", "outcome"];
    return done([{ name: "leaders elected", value: elected }], columns, rows);
  };
}

function moveAll(moves: readonly Move[]): Change {
  return (metadata) => {
    const proposals: Proposal[] = [];
    for (const { of: before, replicas } of moves) {
      const key = partitionKey(before.topic, before.partition);
      const of = metadata.partitions.get(key);
      if (of === undefined || targetOf(of).join() === replicas.join()) continue;
      const command = { kind: "reassignPartition", ...seenEpochs(of), replicas } as const;
      proposals.push({ purpose: key, command, basis: of });
    }
    if (proposals.length > 0) return waiting("Not all moves have begun yet.", proposals);
    const rows = moves.map(({ of, replicas }) => {
      return [of.topic, of.partition, nodeNames(targetOf(of)), nodeNames(replicas)];
    });
    const facts = [{ name: "partitions that change", value: moves.length }];
    return done(facts, ["topic", "partition", "from", "to"], rows);
  };
}

function replicasProblem(
  metadata: ClusterMetadata,
  { topic, partition }: PartitionMetadata,
  replicas: readonly NodeId[],
): string | null {
  const needed = metadata.topics.get(topic)?.replicationFactor ?? 0;
  if (replicas.length !== needed) {
    return `${topic}-${partition} needs ${needed} replicas, not ${replicas.length}.`;
  }
  if (new Set(replicas).size < replicas.length) return "A replica is named twice.";
  const stranger = replicas.find((node) => !isMember(metadata, node));
  return stranger === undefined ? null : `Node ${stranger} is not a member.`;
}

function noTopic(topic: string) {
  return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `There is no topic ${topic}.`);
}

function noPartition(topic: string, partition: number) {
  const message = `There is no partition ${partition} of topic ${topic}.`;
  return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message);
}
