import { NO_NODE } from "../base/index.ts";
import type { NodeId } from "../base/index.ts";
import type {
  ClusterMetadata,
  PartitionKey,
  PartitionMetadata,
  TopicConfig,
} from "../metadata/index.ts";
import type { IsrEntries } from "./isrEntries.ts";
import { Memo } from "./memo.ts";
import { nodeName } from "./richText.ts";
import type { RecordReader } from "./recordReader.ts";
import type { ProcessSource, ReplicaSource, WorldSource } from "./source.ts";
import { partitionName } from "./story.ts";
import type { PartitionView, RecordView, ReplicaLogView } from "./view.ts";

const RECORDS_MAX = 12;

/** Topics of the brokers' own, such as that of the committed offsets. */
export const isInternal = (topic: string): boolean => topic.startsWith("__");

/** What the metadata says of a partition, and what was made of it last. */
interface Placed {
  readonly key: PartitionKey;
  readonly partition: PartitionMetadata;
  readonly config: TopicConfig;
  readonly view: Memo<PartitionView>;
  /** Of each of its replicas, in order of node id. */
  readonly logs: readonly { readonly node: NodeId; readonly log: Memo<ReplicaLogView> }[];
}

/**
 * All partitions, in order of topic and partition number, internal topics last. There may be a
 * hundred, of which few change in a frame: each is made anew only when something about it is new.
 */
export class PartitionViews {
  readonly #records: RecordReader;
  readonly #placed = new Memo<readonly Placed[]>();
  readonly #known = new WeakMap<PartitionMetadata, Placed>();
  /** What a view is made from, filled anew for each: there are some hundreds in every frame. */
  readonly #from: unknown[] = [];
  #looksAt: ((key: PartitionKey) => boolean) | null = null;

  constructor(records: RecordReader) {
    this.#records = records;
  }

  /** Of all others it tells how far their replicas are, and none of their records. */
  lookAt(key: PartitionKey | null): void {
    this.#looksAt = (one) => one === key;
  }

  of(
    metadata: ClusterMetadata,
    processes: readonly ProcessSource[],
    losses: WorldSource["losses"],
    isrEntries: Pick<IsrEntries, "indexOf">,
    shown: Readonly<Record<string, PartitionView>>,
  ): readonly PartitionView[] {
    const byNode = new Map(processes.map((process) => [process.node, process]));
    const places = this.#placed.of([metadata], () => this.#inOrder(metadata), null);
    return places.map((place) => {
      const { key, partition, config } = place;
      const proposedIsr = proposedIsrOf(key, byNode.get(partition.leader));
      const proposedInEntry = proposedIsr === null ? null : isrEntries.indexOf(key, proposedIsr);
      const lossCount = uncleanLossCount(partition, losses);
      const replicaLogs: ReplicaLogView[] = [];
      for (const { node, log } of place.logs) {
        const process = byNode.get(node);
        if (process !== undefined) replicaLogs.push(this.#replicaLogView(place, process, log));
      }
      const from = this.#from;
      from.length = 0;
      from.push(proposedIsr, proposedInEntry, lossCount);
      for (const log of replicaLogs) from.push(log);
      const state = { proposedIsr, proposedInEntry, lossCount, replicaLogs };
      const make = (): PartitionView => partitionView(key, partition, config, state);
      return place.view.of(from, make, shown[key]);
    });
  }

  #inOrder({ partitions, topics }: ClusterMetadata): readonly Placed[] {
    return [...partitions.values()].sort(byPlace).map((partition) => {
      const config = topics.get(partition.topic)?.config ?? NO_CONFIG;
      const known = this.#known.get(partition);
      if (known?.config === config) return known;
      const place = placed(partition, config);
      this.#known.set(partition, place);
      return place;
    });
  }

  #replicaLogView(
    { key, partition }: Placed,
    process: ProcessSource,
    view: Memo<ReplicaLogView>,
  ): ReplicaLogView {
    const log = (process.broker ?? process.remains)?.replicas.get(key);
    const isAlive = isRunning(process);
    const reader = this.#looksAt?.(key) === false ? null : this.#records;
    const from = this.#from;
    from.length = 0;
    from.push(isAlive, reader);
    if (log !== undefined) {
      from.push(log.logEndOffset, log.durableEndOffset, log.highWatermark);
      if (reader !== null) pushShown(log, from);
    }
    const make = (): ReplicaLogView =>
      replicaLogView(partition, process.node, isAlive, log, reader);
    return view.of(from, make);
  }
}

function placed(partition: PartitionMetadata, config: TopicConfig): Placed {
  const { topic, replicas } = partition;
  return {
    key: partitionName(topic, partition.partition),
    partition,
    config,
    view: new Memo(),
    logs: replicas.toSorted((a, b) => a - b).map((node) => ({ node, log: new Memo() })),
  };
}

/** Of a topic that is being deleted. */
const NO_CONFIG: TopicConfig = {
  minInsyncReplicas: 1,
  replicationMode: "isr",
  uncleanLeaderElection: false,
};

/** What is known of a partition besides its metadata. */
interface PartitionState {
  readonly proposedIsr: readonly NodeId[] | null;
  readonly proposedInEntry: number | null;
  readonly lossCount: number;
  readonly replicaLogs: readonly ReplicaLogView[];
}

function partitionView(
  name: PartitionKey,
  partition: PartitionMetadata,
  config: TopicConfig,
  { proposedIsr, proposedInEntry, lossCount, replicaLogs }: PartitionState,
): PartitionView {
  const { topic, leader, replicas, isr, group } = partition;
  const alive = replicaLogs.filter((log) => log.alive).map(({ node }) => node);
  const leaderAlive = alive.includes(nodeName(leader));
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
    offline: !leaderAlive && !isr.some((member) => alive.includes(nodeName(member))),
    highWatermark: highWatermark(replicaLogs),
    uncleanLossCount: lossCount,
    replicaLogs,
  };
}

function proposedIsrOf(
  key: PartitionKey,
  leader: ProcessSource | undefined,
): readonly NodeId[] | null {
  if (leader === undefined || !isRunning(leader)) return null;
  return leader.broker?.led.get(key)?.proposals.at(-1)?.isr ?? null;
}

function uncleanLossCount(
  { topic, partition }: PartitionMetadata,
  losses: WorldSource["losses"],
): number {
  if (losses.length === 0) return 0;
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
  reader: RecordReader | null,
): ReplicaLogView {
  return {
    node: nodeName(node),
    role: leader === node ? "leader" : isr.includes(node) ? "inIsr" : "outOfIsr",
    alive,
    logEndOffset: log?.logEndOffset ?? 0,
    durableOffset: log?.durableEndOffset ?? 0,
    highWatermark: log?.highWatermark ?? 0,
    records: log === undefined || reader === null ? [] : lastRecords(log, reader),
  };
}

/** Each batch holds a record at least. */
const firstShown = ({ batches }: ReplicaSource): number =>
  Math.max(0, batches.length - RECORDS_MAX);

/** One that was cut and has grown anew may be as long as before, and older ones leave memory. */
function pushShown(log: ReplicaSource, from: unknown[]): void {
  const { batches } = log;
  from.push(batches.length);
  for (let at = firstShown(log); at < batches.length; at++) from.push(batches[at]);
}

function lastRecords(log: ReplicaSource, reader: RecordReader): RecordView[] {
  const { batches } = log;
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
