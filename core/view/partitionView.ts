import { NO_NODE } from "../base/index.ts";
import type { NodeId } from "../base/index.ts";
import type {
  ClusterMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicConfig,
} from "../metadata/index.ts";
import type { IsrEntries } from "./isrEntries.ts";
import { Memo, Memos } from "./memo.ts";
import { nodeName } from "./richText.ts";
import type { RecordReader } from "./recordReader.ts";
import { reuse } from "./reuse.ts";
import type { ProcessSource, ReplicaSource, WorldSource } from "./source.ts";
import { partitionName } from "./story.ts";
import type { PartitionView, RecordView, ReplicaLogView } from "./view.ts";

const RECORDS_MAX = 12;

/** Topics of the brokers' own, such as that of the committed offsets. */
export const isInternal = (topic: string): boolean => topic.startsWith("__");

/**
 * All partitions, in order of topic and partition number, internal topics last. There may be a
 * hundred, of which few change in a frame: each is made anew only when something about it is new.
 */
export class PartitionViews {
  readonly #records: RecordReader;
  readonly #inOrder = new Memo<readonly PartitionMetadata[]>();
  #running: readonly NodeId[] = [];
  readonly #partitions = new Memos<PartitionKey, PartitionView>();
  readonly #replicaLogs = new Memos<string, ReplicaLogView>();

  constructor(records: RecordReader) {
    this.#records = records;
  }

  of(
    metadata: ClusterMetadata,
    processes: readonly ProcessSource[],
    losses: WorldSource["losses"],
    isrEntries: IsrEntries,
    shown: Readonly<Record<string, PartitionView>>,
  ): readonly PartitionView[] {
    const sorted = (): PartitionMetadata[] => [...metadata.partitions.values()].sort(byPlace);
    const partitions = this.#inOrder.of([metadata], sorted, null);
    const running = reuse(
      this.#running,
      processes.filter(isRunning).map(({ node }) => node),
    );
    this.#running = running;
    return partitions.map((partition) => {
      const { topic, replicas } = partition;
      const key = partitionName(topic, partition.partition);
      const config = metadata.topics.get(topic)?.config ?? NO_CONFIG;
      const replicaLogs = processes
        .filter(({ node }) => replicas.includes(node))
        .map((process) => this.#replicaLogView(key, partition, process));
      const proposedIsr = proposedIsrOf(key, partition, processes);
      const proposedInEntry = proposedIsr === null ? null : isrEntries.indexOf(key, proposedIsr);
      const lossCount = uncleanLossCount(partition, losses);
      const state = { running, proposedIsr, proposedInEntry, lossCount, replicaLogs };
      const from = [partition, config, running, proposedIsr, proposedInEntry, lossCount];
      const make = (): PartitionView => partitionView(key, partition, config, state);
      return this.#partitions.at(key).of([...from, ...replicaLogs], make, shown[key]);
    });
  }

  #replicaLogView(
    key: PartitionKey,
    partition: PartitionMetadata,
    process: ProcessSource,
  ): ReplicaLogView {
    const { node } = process;
    const log = (process.broker ?? process.remains)?.replicas.get(key);
    const isAlive = isRunning(process);
    const from =
      log === undefined
        ? [partition, isAlive]
        : [
            partition,
            isAlive,
            log.durableEndOffset,
            log.highWatermark,
            log.batches.length,
            ...lastBatches(log),
          ];
    return this.#replicaLogs
      .at(`${key}@${node}`)
      .of(from, () => replicaLogView(partition, node, isAlive, log, this.#records));
  }
}

/** Of a topic that is being deleted. */
const NO_CONFIG: TopicConfig = {
  minInsyncReplicas: 1,
  replicationMode: "isr",
  uncleanLeaderElection: false,
};

/** What is known of a partition besides its metadata. */
interface PartitionState {
  readonly running: readonly NodeId[];
  readonly proposedIsr: readonly NodeId[] | null;
  readonly proposedInEntry: number | null;
  readonly lossCount: number;
  readonly replicaLogs: readonly ReplicaLogView[];
}

function partitionView(
  name: PartitionKey,
  partition: PartitionMetadata,
  config: TopicConfig,
  { running, proposedIsr, proposedInEntry, lossCount, replicaLogs }: PartitionState,
): PartitionView {
  const { topic, leader, replicas, isr, group } = partition;
  const leaderAlive = running.includes(leader);
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
    proposedIsr: proposedIsr?.map(nodeName) ?? null,
    proposedInEntry,
    minInsyncReplicas: least,
    uncleanElection: config.uncleanLeaderElection,
    underReplicated: isr.length < replicas.length - partition.addingReplicas.length,
    belowMinIsr: group === 0 && isr.length < least,
    offline: !leaderAlive && !isr.some((member) => running.includes(member)),
    highWatermark: highWatermark(replicaLogs),
    uncleanLossCount: lossCount,
    replicaLogs,
  };
}

function proposedIsrOf(
  key: PartitionKey,
  { leader }: PartitionMetadata,
  processes: readonly ProcessSource[],
): readonly NodeId[] | null {
  const process = processes.find(({ node, state }) => node === leader && state === "running");
  return process?.broker?.led.get(key)?.proposals.at(-1)?.isr ?? null;
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
  { leader, isr }: PartitionMetadata,
  node: NodeId,
  alive: boolean,
  log: ReplicaSource | undefined,
  records: RecordReader,
): ReplicaLogView {
  return {
    node: nodeName(node),
    role: leader === node ? "leader" : isr.includes(node) ? "inIsr" : "outOfIsr",
    alive,
    logEndOffset: log?.logEndOffset ?? 0,
    durableOffset: log?.durableEndOffset ?? 0,
    highWatermark: log?.highWatermark ?? 0,
    records: log === undefined ? [] : lastRecords(log, records),
  };
}

/** Each holds a record at least. */
const lastBatches = ({ batches }: ReplicaSource): ReplicaSource["batches"] =>
  batches.slice(-RECORDS_MAX);

function lastRecords(log: ReplicaSource, reader: RecordReader): RecordView[] {
  const batches = lastBatches(log);
  const last: RecordView[] = [];
  for (let at = batches.length - 1; at >= 0 && last.length < RECORDS_MAX; at--) {
    const batch = batches[at]!;
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
