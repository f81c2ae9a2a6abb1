import { NO_INDEX } from "../base/index.ts";
import type { ClusterMetadata, PartitionMetadata } from "../metadata/index.ts";
import { nodeName } from "./richText.ts";
import type { RecordReader } from "./recordReader.ts";
import type { BrokerSource, ProcessSource, ReplicaSource } from "./source.ts";
import { partitionName } from "./story.ts";
import type { PartitionView, RecordView, ReplicaLogView } from "./view.ts";

const RECORDS_MAX = 12;

/** What some node has made of the log up to `appliedIndex`. */
export type AppliedMetadata = Pick<BrokerSource, "metadata" | "appliedIndex">;

export const NO_METADATA: AppliedMetadata = {
  metadata: { nodes: new Map(), topics: new Map(), partitions: new Map() },
  appliedIndex: NO_INDEX,
};

/** The newest of `known` and of what the running nodes have applied by now. */
export function newestMetadata(
  processes: readonly ProcessSource[],
  known: AppliedMetadata,
): AppliedMetadata {
  let newest = known;
  for (const { state, broker } of processes) {
    if (state !== "running" || broker === null) continue;
    if (broker.appliedIndex > newest.appliedIndex) {
      newest = { metadata: broker.metadata, appliedIndex: broker.appliedIndex };
    }
  }
  return newest;
}

/** In order of topic and partition number. */
export function partitionViews(
  metadata: ClusterMetadata,
  processes: readonly ProcessSource[],
  records: RecordReader,
): readonly PartitionView[] {
  return [...metadata.partitions.values()]
    .sort((a, b) => compareText(a.topic, b.topic) || a.partition - b.partition)
    .map((partition) => {
      const min = metadata.topics.get(partition.topic)?.config.minInsyncReplicas ?? 1;
      return partitionView(partition, min, processes, records);
    });
}

function partitionView(
  partition: PartitionMetadata,
  minInsyncReplicas: number,
  processes: readonly ProcessSource[],
  records: RecordReader,
): PartitionView {
  const { topic, leader, replicas, isr } = partition;
  const running = new Set(processes.filter(isRunning).map(({ node }) => node));
  const leaderAlive = running.has(leader);
  const replicaLogs = processes
    .filter(({ node }) => replicas.includes(node))
    .map((process) => replicaLogView(partition, process, records));
  return {
    name: partitionName(topic, partition.partition),
    topic,
    partition: partition.partition,
    leader: nodeName(leader),
    leaderAlive,
    leaderEpoch: partition.leaderEpoch,
    partitionEpoch: partition.partitionEpoch,
    replicas: replicas.map(nodeName),
    isr: isr.map(nodeName),
    minInsyncReplicas,
    underReplicated: isr.length < replicas.length,
    belowMinIsr: isr.length < minInsyncReplicas,
    offline: !leaderAlive && !isr.some((member) => running.has(member)),
    highWatermark: highWatermark(replicaLogs),
    replicaLogs,
  };
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
    const isDurable = batch.lastOffset < log.durableEndOffset;
    last.unshift(...reader.recordsOf(batch.bytes, isDurable));
  }
  return last.slice(-RECORDS_MAX);
}

const isRunning = ({ state }: ProcessSource): boolean => state === "running";

/** By code unit: the order must not depend on a locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
