import { unreachable } from "../../base/assert.ts";
import { NO_NODE } from "../../base/ids.ts";
import type { Index, NodeId } from "../../base/ids.ts";
import { isAlive, metadataHash, partitionKey } from "../../metadata/index.ts";
import type { ClusterMetadata, PartitionMetadata } from "../../metadata/index.ts";
import type { ConfState } from "../../raft/index.ts";
import { ErrorCode } from "../../wire/index.ts";
import type { AdminCommand, AdminResult } from "../../wire/index.ts";
import { done, refused } from "./change.ts";
import type { ChangeStep } from "./change.ts";
import { nodeName, nodeNames } from "./names.ts";

/** What a broker knows of the cluster: the metadata as far as it has applied it. */
export interface KnownCluster {
  readonly metadata: ClusterMetadata;
  readonly appliedIndex: Index;
  /** 0 when nobody is known. */
  readonly controller: NodeId;
  readonly confState: ConfState;
}

const READ_KINDS = [
  "clusterStatus",
  "health",
  "listNodes",
  "listPartitions",
  "partitionInfo",
  "isrStatus",
] as const;

/** A command that changes nothing. */
export type ReadCommand = Extract<AdminCommand, { readonly kind: (typeof READ_KINDS)[number] }>;

export function isRead(command: AdminCommand): command is ReadCommand {
  return READ_KINDS.some((kind) => kind === command.kind);
}

/** How a partition is: the worst that can be said of it. */
type Condition = "whole" | "being moved" | "under-replicated" | "under min ISR" | "offline";

/** What any broker can answer from what it knows. */
export function readCluster(known: KnownCluster, command: ReadCommand): ChangeStep {
  const { metadata } = known;
  if ("topic" in command && command.topic !== null && !metadata.topics.has(command.topic)) {
    const message = `There is no topic ${command.topic}.`;
    return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message);
  }
  switch (command.kind) {
    case "clusterStatus":
      return clusterStatus(known);
    case "health":
      return health(known);
    case "listNodes":
      return listNodes(known);
    case "listPartitions":
      return listPartitions(metadata, command.topic);
    case "partitionInfo":
      return partitionInfo(metadata, command.topic, command.partition);
    case "isrStatus":
      return isrStatus(metadata, command.topic);
    default:
      return unreachable(command);
  }
}

function clusterStatus({
  metadata,
  appliedIndex,
  controller,
  confState,
}: KnownCluster): ChangeStep {
  const members = [...metadata.nodes.values()].filter(({ state }) => state === "member");
  const fenced = members.filter(({ isFenced }) => isFenced);
  return done([
    { name: "controller", value: nodeName(controller) },
    { name: "voters", value: nodeNames(confState.voters) },
    { name: "learners", value: nodeNames(confState.learners) },
    { name: "members", value: members.length },
    { name: "fenced", value: nodeNames(fenced.map(({ node }) => node)) },
    { name: "topics", value: metadata.topics.size },
    { name: "partitions", value: metadata.partitions.size },
    ...conditionCounts(metadata, null),
    { name: "applied index", value: appliedIndex },
    { name: "metadata hash", value: metadataHash(metadata) },
  ]);
}

/** Everything that is not as it should be, worst first. */
function health({ metadata, controller }: KnownCluster): ChangeStep {
  const rows: (readonly [string, string])[] = [];
  if (controller === NO_NODE) rows.push(["no controller", "cluster"]);
  for (const condition of ["offline", "under min ISR", "under-replicated"] as const) {
    for (const [key, of] of metadata.partitions) {
      if (conditionOf(metadata, of) === condition) rows.push([condition, key]);
    }
  }
  for (const { node, state, isFenced } of metadata.nodes.values()) {
    if (state !== "member") rows.push([state, nodeName(node)]);
    else if (isFenced) rows.push(["fenced", nodeName(node)]);
  }
  for (const { topic, partitionCount } of metadata.topics.values()) {
    for (let partition = 0; partition < partitionCount; partition++) {
      const key = partitionKey(topic, partition);
      if (!metadata.partitions.has(key)) rows.push(["no replicas yet", key]);
    }
  }
  const refusesWrites = rows.some(([what]) => /^(no controller|offline|under min)/.test(what));
  const verdict = rows.length === 0 ? "healthy" : refusesWrites ? "critical" : "degraded";
  return done([{ name: "health", value: verdict }], ["problem", "where"], rows);
}

function listNodes({ metadata, controller, confState }: KnownCluster): ChangeStep {
  const leads = new Map<NodeId, number>();
  const keeps = new Map<NodeId, number>();
  for (const { leader, replicas } of metadata.partitions.values()) {
    leads.set(leader, (leads.get(leader) ?? 0) + 1);
    for (const node of replicas) keeps.set(node, (keeps.get(node) ?? 0) + 1);
  }
  const nodes = [...metadata.nodes.values()].sort((a, b) => a.node - b.node);
  const rows = nodes.map(({ node, address, state, isFenced, brokerEpoch, generation }) => {
    const isVoter = confState.voters.includes(node);
    const role = isVoter ? "voter" : confState.learners.includes(node) ? "learner" : "none";
    const condition = state === "member" ? (isFenced ? "fenced" : "alive") : state;
    const counts = [leads.get(node) ?? 0, keeps.get(node) ?? 0];
    return [nodeName(node), address, condition, role, brokerEpoch, generation, ...counts];
  });
  const columns = ["node", "address", "state", "raft", "broker epoch", "disk", "leads", "keeps"];
  return done([{ name: "controller", value: nodeName(controller) }], columns, rows);
}

function listPartitions(metadata: ClusterMetadata, topic: string | null): ChangeStep {
  const rows = ofTopic(metadata, topic).map((of) => [...summary(of), conditionOf(metadata, of)]);
  const facts: AdminResult["facts"][number][] = [];
  const known = topic === null ? undefined : metadata.topics.get(topic);
  if (known !== undefined) {
    const { topicId, config, replicationFactor } = known;
    facts.push(
      { name: "topic", value: known.topic },
      { name: "topic id", value: topicId },
      { name: "partitions", value: known.partitionCount },
      { name: "replication factor", value: replicationFactor },
      { name: "replication.mode", value: config.replicationMode },
      { name: "min.insync.replicas", value: config.minInsyncReplicas },
      { name: "unclean.leader.election.enable", value: String(config.uncleanLeaderElection) },
    );
  }
  return done(facts, [...SUMMARY_COLUMNS, "state"], rows);
}

function partitionInfo(metadata: ClusterMetadata, topic: string, partition: number): ChangeStep {
  const of = metadata.partitions.get(partitionKey(topic, partition));
  if (of === undefined) {
    const message = `There is no partition ${partition} of topic ${topic}.`;
    return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message);
  }
  const { leader, leaderEpoch, partitionEpoch, isr, group, addingReplicas, removingReplicas } = of;
  const facts = [
    { name: "topic", value: topic },
    { name: "partition", value: partition },
    { name: "mode", value: group === 0 ? "isr" : `raft, group ${group}` },
    { name: "state", value: conditionOf(metadata, of) },
    { name: "leader", value: nodeName(leader) },
    { name: "leader epoch", value: leaderEpoch },
    { name: "partition epoch", value: partitionEpoch },
    { name: "min ISR", value: minIsrOf(metadata, of) },
  ];
  const rows = of.replicas.map((node) => {
    const role = node === leader ? "leader" : "follower";
    const isMoving = addingReplicas.includes(node)
      ? "coming"
      : removingReplicas.includes(node)
        ? "going"
        : "";
    const isInSync = isr.includes(node) ? "yes" : "no";
    return [nodeName(node), role, isInSync, isAlive(metadata, node) ? "yes" : "no", isMoving];
  });
  return done(facts, ["replica", "role", "in sync", "alive", "moving"], rows);
}

/** Only partitions that lack something. */
function isrStatus(metadata: ClusterMetadata, topic: string | null): ChangeStep {
  const rows = ofTopic(metadata, topic).flatMap((of) => {
    const condition = conditionOf(metadata, of);
    if (condition === "whole") return [];
    const missing = of.replicas.filter((node) => !inSync(metadata, of).includes(node));
    return [[...summary(of), nodeNames(missing), minIsrOf(metadata, of), condition]];
  });
  const columns = [...SUMMARY_COLUMNS, "out of sync", "min ISR", "state"];
  return done(conditionCounts(metadata, topic), columns, rows);
}

const SUMMARY_COLUMNS = ["topic", "partition", "leader", "leader epoch", "replicas", "ISR"];

function summary(of: PartitionMetadata): (string | number)[] {
  const { topic, partition, leader, leaderEpoch, replicas, isr } = of;
  return [topic, partition, nodeName(leader), leaderEpoch, nodeNames(replicas), nodeNames(isr)];
}

function conditionCounts(metadata: ClusterMetadata, topic: string | null): AdminResult["facts"] {
  const counts = new Map<Condition, number>([
    ["under-replicated", 0],
    ["under min ISR", 0],
    ["offline", 0],
  ]);
  for (const of of ofTopic(metadata, topic)) {
    const condition = conditionOf(metadata, of);
    const count = counts.get(condition);
    if (count !== undefined) counts.set(condition, count + 1);
  }
  return [...counts].map(([name, value]) => ({ name, value }));
}

/** By topic and partition. */
function ofTopic({ partitions }: ClusterMetadata, topic: string | null): PartitionMetadata[] {
  const asked = [...partitions.values()].filter((of) => topic === null || of.topic === topic);
  return asked.sort((a, b) =>
    a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
  );
}

function conditionOf(metadata: ClusterMetadata, of: PartitionMetadata): Condition {
  const { replicas, addingReplicas, group, leader } = of;
  const inSyncCount = inSync(metadata, of).length;
  const isLed = group === 0 ? leader !== NO_NODE : inSyncCount > replicas.length / 2;
  if (!isLed) return "offline";
  if (inSyncCount < minIsrOf(metadata, of)) return "under min ISR";
  if (inSyncCount < replicas.length - addingReplicas.length) return "under-replicated";
  return addingReplicas.length > 0 ? "being moved" : "whole";
}

/** Who can be counted on: of a Raft group, where no ISR is kept, the replicas that are alive. */
function inSync(metadata: ClusterMetadata, { group, isr, replicas }: PartitionMetadata) {
  return group === 0 ? isr : replicas.filter((node) => isAlive(metadata, node));
}

/** Never more than there are replicas (Kafka: effectiveMinIsr). In a Raft group a quorum decides. */
function minIsrOf(
  { topics }: ClusterMetadata,
  { topic, replicas, group }: PartitionMetadata,
): number {
  if (group !== 0) return Math.floor(replicas.length / 2) + 1;
  return Math.min(topics.get(topic)?.config.minInsyncReplicas ?? 1, replicas.length);
}
