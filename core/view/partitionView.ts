import { NO_NODE } from "../base/index.ts";
import type { ClusterMetadata, PartitionMetadata, TopicConfig } from "../metadata/index.ts";
import type { IsrEntries } from "./isrEntries.ts";
import { nodeName } from "./richText.ts";
import type { RecordReader } from "./recordReader.ts";
import type { ProcessSource, ReplicaSource, WorldSource } from "./source.ts";
import { partitionName } from "./story.ts";
import type { PartitionView, RecordView, ReplicaLogView } from "./view.ts";

const RECORDS_MAX = 12;

/** Topics of the brokers' own, such as that of the committed offsets. */
export const isInternal = (topic: string): boolean => topic.startsWith("__");

/** In order of topic and partition number, internal topics last. */
export function partitionViews(
  metadata: ClusterMetadata,
  processes: readonly ProcessSource[],
  records: RecordReader,
  losses: WorldSource["losses"],
  isrEntries: IsrEntries,
): readonly PartitionView[] {
  return [...metadata.partitions.values()].sort(byPlace).map((partition) => {
    const config = metadata.topics.get(partition.topic)?.config ?? NO_CONFIG;
    return partitionView(partition, config, processes, records, losses, isrEntries);
  });
}

/** Of a topic that is being deleted. */
const NO_CONFIG: TopicConfig = {
  minInsyncReplicas: 1,
  replicationMode: "isr",
  uncleanLeaderElection: false,
};

function partitionView(
  partition: PartitionMetadata,
  config: TopicConfig,
  processes: readonly ProcessSource[],
  records: RecordReader,
  losses: WorldSource["losses"],
  isrEntries: IsrEntries,
): PartitionView {
  const { topic, leader, replicas, isr, group } = partition;
  const running = new Set(processes.filter(isRunning).map(({ node }) => node));
  const leaderAlive = running.has(leader);
  const replicaLogs = processes
    .filter(({ node }) => replicas.includes(node))
    .map((process) => replicaLogView(partition, process, records));
  const proposed = proposedIsr(partition, processes);
  const name = partitionName(topic, partition.partition);
  const least = Math.min(config.minInsyncReplicas, replicas.length);
  return {
    name,
    topic,
    partition: partition.partition,
    mode: group > 0 ? "raft" : "isr",
    leader: leader === NO_NODE ? null : nodeName(leader),
    leaderAlive,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    replicas: replicas.map(nodeName),
    addingReplicas: partition.addingReplicas.map(nodeName),
    removingReplicas: partition.removingReplicas.map(nodeName),
    isr: isr.map(nodeName),
    proposedIsr: proposed?.map(nodeName) ?? null,
    proposedInEntry: proposed === null ? null : isrEntries.indexOf(name, proposed),
    minInsyncReplicas: least,
    uncleanElection: config.uncleanLeaderElection,
    underReplicated: isr.length < replicas.length - partition.addingReplicas.length,
    belowMinIsr: group === 0 && isr.length < least,
    offline: !leaderAlive && !isr.some((member) => running.has(member)),
    highWatermark: highWatermark(replicaLogs),
    uncleanLossCount: uncleanLossCount(partition, losses),
    replicaLogs,
  };
}

function proposedIsr(
  { topic, partition, leader }: PartitionMetadata,
  processes: readonly ProcessSource[],
): readonly number[] | null {
  const process = processes.find(({ node, state }) => node === leader && state === "running");
  const led = process?.broker?.led.get(partitionName(topic, partition));
  return led?.proposals.at(-1)?.isr ?? null;
}

function uncleanLossCount(
  { topic, partition }: PartitionMetadata,
  losses: WorldSource["losses"],
): number {
  return losses
    .filter((loss) => loss.topic === topic && loss.partition === partition)
    .reduce((sum, { records }) => sum + records, 0);
}

/** The leader's; while it is down the highest that a live replica has heard of. */
function highWatermark(replicaLogs: readonly ReplicaLogView[]): number {
  const alive = replicaLogs.filter((log) => log.alive);
  const leader = alive.find(({ role }) => role === "leader");
  return leader?.highWatermark ?? Math.max(0, ...alive.map((log) => log.highWatermark));
}

function replicaLogView(
  partition: PartitionMetadata,
  process: ProcessSource,
  records: RecordReader,
): ReplicaLogView {
  const { node } = process;
  const broker = process.broker ?? process.remains;
  const log = broker?.replicas.get(partitionName(partition.topic, partition.partition));
  return {
    node: nodeName(node),
    role:
      partition.leader === node ? "leader" : partition.isr.includes(node) ? "inIsr" : "outOfIsr",
    alive: isRunning(process),
    logEndOffset: log?.logEndOffset ?? 0,
    durableOffset: log?.durableEndOffset ?? 0,
    highWatermark: log?.highWatermark ?? 0,
    records: log === undefined ? [] : lastRecords(log, records),
  };
}

function lastRecords(log: ReplicaSource, reader: RecordReader): RecordView[] {
  const last: RecordView[] = [];
  for (let at = log.batches.length - 1; at >= 0 && last.length < RECORDS_MAX; at--) {
    const batch = log.batches[at]!;
    // Older ones are on the disk alone.
    if (batch.bytes === null) break;
    const isDurable = batch.lastOffset < log.durableEndOffset;
    last.unshift(...reader.recordsOf(batch.bytes, isDurable));
  }
  return last.slice(-RECORDS_MAX);
}

const isRunning = ({ state }: ProcessSource): boolean => state === "running";

function byPlace(a: PartitionMetadata, b: PartitionMetadata): number {
  const internal = Number(isInternal(a.topic)) - Number(isInternal(b.topic));
  return internal || compareText(a.topic, b.topic) || a.partition - b.partition;
}

/** By code unit: the order must not depend on a locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
