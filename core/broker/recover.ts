import { unreachable } from "../base/assert.ts";
import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Offset } from "../base/ids.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { confStateOf } from "../raft/index.ts";
import type { ConfState, MemoryStorage, SnapshotMetadata } from "../raft/index.ts";
import type { DiskImage } from "../wal/disk.ts";
import { findSnapshots, recoverWal } from "../wal/index.ts";
import type {
  RecoveredRecord,
  SnapshotFile,
  SnapshotsFound,
  WalDamaged,
  WalReport,
  WalStart,
} from "../wal/index.ts";
import { snapshotFileName } from "../wal/snapshotFile.ts";
import type { BrokerConfig } from "./config.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { Outbox } from "./outbox.ts";
import { decodePartitionSnapshot } from "./raftPartitions/partitionSnapshot.ts";
import { RecoveredGroup } from "./recoveredGroup.ts";
import { RecoveredReplicas } from "./recoveredReplicas.ts";
import type { ReplicaLog } from "./replicaLog.ts";

/** What the disk holds of one Raft group. */
interface GroupFound {
  readonly storage: MemoryStorage;
  /** A snapshot that took the place of the log: the first thing that the log is to say. */
  readonly unmarked: SnapshotMetadata | null;
}

/** All that a broker knows when it starts. */
export interface Recovered {
  /** Which of the node's disks this is: 0 for its first. */
  readonly generation: number;
  /** By their numbers, the metadata group first. */
  readonly groups: ReadonlyMap<number, GroupFound>;
  readonly logs: Map<PartitionKey, ReplicaLog>;
  /** Segment files of partitions that hold nothing that counts. */
  readonly leftovers: readonly string[];
  readonly walStart: WalStart;
  readonly snapshots: SnapshotsFound;
}

export type Recovery =
  | { readonly ok: true; readonly recovered: Recovered }
  /** The disk must not be served from; `damage` is null when it is sound, but of somebody else. */
  | { readonly ok: false; readonly reason: string; readonly damage: Damage | null };

/** What cannot be read, for people. */
export interface Damage {
  readonly sentence: string;
  /** Where in the log; null when it is a snapshot that is missing. */
  readonly wal: WalDamaged | null;
}

/** Rebuilds the logs of all groups and all replicas from the bytes on the disk, and from nothing else. */
export function recover(config: BrokerConfig, image: DiskImage, out: Outbox): Recovery {
  const recovering = new Map([[METADATA_GROUP, new RecoveredGroup()]]);
  const replicas = new RecoveredReplicas();
  const identity = { node: config.id, generation: config.joinGeneration ?? 0 };
  const wal = recoverWal(image, identity, (record) => replay(record, recovering, replicas));
  if (wal.outcome === "damaged") return damaged(wal.sentence, wal);
  const snapshots = withoutStrays(findSnapshots(image), recovering);
  const groups = finishGroups(recovering, confStateOf(config.peers), snapshots.snapshots);
  if (typeof groups === "string") return damaged(`${groups} ${UNTIL_REPAIRED}`, null);
  const { generation, start: walStart } = wal;
  const owner = { node: config.id, generation };
  const found = replicas.finish(image, owner, segmentEndsOf(groups));
  if (!found.ok) return damaged(`${found.sentence} ${UNTIL_REPAIRED}`, null);
  const { storage } = groups.get(METADATA_GROUP)!;
  const stranger = strangersDisk(config, storage);
  if (stranger !== null) return { ok: false, reason: stranger, damage: null };
  if (wal.outcome === "recovered") tell(storage, wal.report, snapshots, out);
  const { logs, leftovers } = found;
  return { ok: true, recovered: { generation, groups, logs, leftovers, walStart, snapshots } };
}

/**
 * Every segment of the log speaks of every group that this node is in (`WalStorage.carryOver`). A
 * snapshot of another is of a group that has gone, whose segments may have gone already; or of one
 * that it was to join, and to which it has promised nothing yet.
 */
function withoutStrays(
  { snapshots: all, ignored, leftovers }: SnapshotsFound,
  groups: ReadonlyMap<number, RecoveredGroup>,
): SnapshotsFound {
  const strays = all.filter(({ group }) => !groups.has(group)).map(snapshotFileName);
  const snapshots = all.filter(({ group }) => groups.has(group));
  return { snapshots, ignored, leftovers: [...leftovers, ...strays] };
}

/** Up to where each group's snapshot leaves the log of its partition to the segments. */
function segmentEndsOf(groups: ReadonlyMap<number, GroupFound>): Map<number, Offset> {
  const ends = new Map<number, Offset>();
  for (const [group, { storage }] of groups) {
    const { metadata, data } = storage.snapshot();
    if (group === METADATA_GROUP || metadata.index === NO_INDEX) continue;
    ends.set(group, decodePartitionSnapshot(data).segmentsEnd);
  }
  return ends;
}

/** The groups of the disk, or the sentence that says what one of them lacks. */
function finishGroups(
  recovering: Map<number, RecoveredGroup>,
  metadataMembers: ConfState,
  snapshots: readonly SnapshotFile[],
): Map<number, GroupFound> | string {
  const groups = new Map<number, GroupFound>();
  for (const [group, recovered] of recovering) {
    // The members of any other group than the metadata group stand in its log.
    const initial = group === METADATA_GROUP ? metadataMembers : NOBODY;
    const own = snapshots.filter((snapshot) => snapshot.group === group);
    const result = recovered.finish(initial, own);
    if (!result.ok && group === METADATA_GROUP) return result.sentence;
    if (!result.ok) return `Raft group ${group}: ${result.sentence}`;
    groups.set(group, { storage: result.storage, unmarked: result.unmarked });
  }
  return groups;
}

function groupOf(recovering: Map<number, RecoveredGroup>, group: number): RecoveredGroup {
  let recovered = recovering.get(group);
  if (recovered === undefined) {
    recovered = new RecoveredGroup();
    recovering.set(group, recovered);
  }
  return recovered;
}

const NOBODY = confStateOf([]);
const UNTIL_REPAIRED = "This node does not serve or vote until it is repaired.";

function damaged(sentence: string, wal: WalDamaged | null): Recovery {
  return { ok: false, reason: sentence, damage: { sentence, wal } };
}

function replay(
  { record, sequence }: RecoveredRecord,
  groups: Map<number, RecoveredGroup>,
  replicas: RecoveredReplicas,
): void {
  switch (record.kind) {
    case "entry":
      return groupOf(groups, record.group).entry(record);
    case "hardState": {
      const { term, vote, commit } = record;
      return groupOf(groups, record.group).hardState({ term, vote, commit });
    }
    case "snapshot":
      // Nothing has taken the place of its log: the group has gone.
      if (record.installed && record.index === NO_INDEX) groups.delete(record.group);
      else groupOf(groups, record.group).marker(record);
      return;
    case "produce":
      return replicas.produce(record, sequence);
    case "truncateReplica":
      return replicas.truncate(record);
    case "openReplica":
      return replicas.open(record);
    case "logStart":
      return;
    default:
      unreachable(record);
  }
}

/** A standalone node's entries have term 0 and no hard state; a cluster member's never do. */
function strangersDisk(config: BrokerConfig, storage: MemoryStorage): string | null {
  const isStandalone = config.peers.length === 0;
  const last = storage.term(storage.lastIndex());
  if (isStandalone && storage.initialState().hardState !== null) {
    return "The disk belongs to a member of a cluster, and this is a standalone node.";
  }
  if (!isStandalone && storage.lastIndex() > NO_INDEX && last === NO_TERM) {
    return "The disk belongs to a standalone node, and this is a member of a cluster.";
  }
  return null;
}

function tell(
  storage: MemoryStorage,
  report: WalReport,
  { ignored }: SnapshotsFound,
  out: Outbox,
): void {
  const hardState = storage.initialState().hardState;
  out.event({
    kind: "recovered",
    entryCount: storage.lastIndex(),
    term: hardState?.term ?? NO_TERM,
    vote: hardState?.vote ?? NO_NODE,
    commit: hardState?.commit ?? NO_INDEX,
    snapshotIndex: storage.snapshot().metadata.index,
    segmentCount: report.segmentCount,
    recordCount: report.recordCount,
    cutBytes: report.cutBytes,
    ignored,
  });
}
