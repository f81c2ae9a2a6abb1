import type { AcknowledgedRecord, UnacknowledgedRecord } from "../sim/history.ts";
import type { LossView } from "./brokerPart.ts";
import type { RecordReader } from "./recordReader.ts";
import { nodeName, seconds } from "./richText.ts";
import type { ProcessSource, ReplicaSource, WorldSource } from "./source.ts";
import { clientName, partitionName } from "./story.ts";
import type { ClusterMetadata, PartitionMetadata } from "../metadata/index.ts";

const LOSSES_MAX = 100;
/** What was sent without asking for an answer may still be on its way for that long. */
const ON_ITS_WAY_US = 2_000_000;

/**
 * Which records that a client counts on are gone. A log loses records only where its leader changes
 * or starts anew, so that a partition is looked through once for each of those.
 */
export class Losses {
  readonly #records: RecordReader;
  readonly #valueName: (value: string) => string;
  /** Which life of which leader was looked through last, by partition. */
  readonly #seen = new Map<string, string>();
  readonly #lost = new Map<string, LossView>();
  #list: readonly LossView[] = [];

  constructor(records: RecordReader, valueName: (value: string) => string) {
    this.#records = records;
    this.#valueName = valueName;
  }

  of(world: WorldSource, metadata: ClusterMetadata): readonly LossView[] {
    const before = this.#lost.size;
    for (const partition of metadata.partitions.values()) this.#look(world, partition);
    if (this.#lost.size > before) this.#list = [...this.#lost.values()].slice(-LOSSES_MAX);
    return this.#list;
  }

  #look(world: WorldSource, partition: PartitionMetadata): void {
    const { topic, leader, leaderEpoch } = partition;
    const name = partitionName(topic, partition.partition);
    const process = world.processes.find(({ node }) => node === leader);
    const log = logOf(process, name, leaderEpoch);
    if (process === undefined || log === null) return;
    const life = `${leader} ${leaderEpoch} ${process.incarnation}`;
    if (this.#seen.get(name) === life) return;
    this.#seen.set(name, life);
    const leads = `${nodeName(leader)} leads without it`;
    const isHere = (one: { readonly topic: string; readonly partition: number }): boolean =>
      one.topic === topic && one.partition === partition.partition;
    for (const record of world.history.acknowledged.filter(isHere)) {
      if (this.#isKept(log, record)) continue;
      const told = `offset ${record.offset}, acknowledged at ${seconds(record.atUs)}`;
      this.#add(name, record, record.acks === 1 ? "1" : "all", `${told}; ${leads}`);
    }
    this.#lookForUnanswered(world, name, log, isHere, leads);
  }

  /** acks=0: nobody said at which offset they are, so they are looked for everywhere. */
  #lookForUnanswered(
    { history, nowUs }: WorldSource,
    name: string,
    log: ReplicaSource,
    isHere: (record: UnacknowledgedRecord) => boolean,
    leads: string,
  ): void {
    const sent = history.unacknowledged.filter(
      (record) =>
        record.reason === "acks0" && isHere(record) && record.atUs < nowUs - ON_ITS_WAY_US,
    );
    if (sent.length === 0) return;
    const kept = new Set<string>();
    for (const { bytes } of log.batches) {
      // What was moved to segments was committed before, and is not looked at again.
      if (bytes === null) return;
      for (const { value } of this.#records.recordsOf(bytes, true))
        kept.add(this.#valueName(value));
    }
    for (const record of sent) {
      if (kept.has(record.value)) continue;
      this.#add(name, record, "0", `sent at ${seconds(record.atUs)} without an answer; ${leads}`);
    }
  }

  #isKept(log: ReplicaSource, { offset, value }: AcknowledgedRecord): boolean {
    if (offset < 0) return true;
    const batch = log.batches.find(({ lastOffset }) => lastOffset >= offset);
    if (batch === undefined) return false;
    if (batch.bytes === null) return true;
    return this.#records
      .recordsOf(batch.bytes, true)
      .some((record) => record.offset === offset && this.#valueName(record.value) === value);
  }

  #add(
    partition: string,
    { client, value, atUs }: Pick<AcknowledgedRecord, "client" | "value" | "atUs">,
    acks: LossView["acks"],
    text: string,
  ): void {
    const id = `${clientName(client)} ${partition} ${value} ${atUs}`;
    this.#lost.set(id, { id, partition, value, client: clientName(client), acks, atUs, text });
  }
}

/** Null while its leader does not lead it yet: until then its log is not what clients will see. */
function logOf(
  process: ProcessSource | undefined,
  name: string,
  leaderEpoch: number,
): ReplicaSource | null {
  if (process === undefined || process.state !== "running") return null;
  const { broker } = process;
  const leads = broker?.led.get(name)?.leaderEpoch === leaderEpoch;
  const isRaft = broker?.raftPartitions?.isReadable(name) === true;
  return leads || isRaft ? (broker?.replicas.get(name) ?? null) : null;
}
