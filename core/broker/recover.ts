import { assert, unreachable } from "../base/assert.ts";
import { NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { confStateOf } from "../raft/index.ts";
import type { MemoryStorage, SnapshotMetadata } from "../raft/index.ts";
import type { DiskImage } from "../wal/disk.ts";
import { findSnapshots, recoverWal } from "../wal/index.ts";
import type {
  RecoveredRecord,
  SnapshotsFound,
  WalDamaged,
  WalReport,
  WalStart,
} from "../wal/index.ts";
import type { BrokerConfig } from "./config.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { Outbox } from "./outbox.ts";
import { RecoveredGroup } from "./recoveredGroup.ts";
import { RecoveredReplicas } from "./recoveredReplicas.ts";
import type { ReplicaLog } from "./replicaLog.ts";

/** All that a broker knows when it starts. */
export interface Recovered {
  /** Which of the node's disks this is: 0 for its first. */
  readonly generation: number;
  readonly storage: MemoryStorage;
  /** A snapshot that took the place of the log: the first thing that the log is to say. */
  readonly unmarked: SnapshotMetadata | null;
  readonly logs: Map<PartitionKey, ReplicaLog>;
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

/** Rebuilds the metadata log and all replicas from the bytes on the disk, and from nothing else. */
export function recover(config: BrokerConfig, image: DiskImage, out: Outbox): Recovery {
  const group = new RecoveredGroup();
  const replicas = new RecoveredReplicas();
  const identity = { node: config.id, generation: config.joinGeneration ?? 0 };
  const wal = recoverWal(image, identity, (record) => replay(record, group, replicas));
  if (wal.outcome === "damaged") return damaged(wal.sentence, wal);
  const snapshots = findSnapshots(image, METADATA_GROUP);
  const result = group.finish(confStateOf(config.peers), snapshots.snapshots);
  if (!result.ok) return damaged(`${result.sentence} ${UNTIL_REPAIRED}`, null);
  const problem = replicas.problem();
  if (problem !== null) return damaged(`${problem} ${UNTIL_REPAIRED}`, null);
  const { storage, unmarked } = result;
  const { logs } = replicas;
  for (const log of logs.values()) log.makeDurable(wal.start.lastSequence);
  const stranger = strangersDisk(config, storage);
  if (stranger !== null) return { ok: false, reason: stranger, damage: null };
  if (wal.outcome === "recovered") tell(storage, wal.report, snapshots, out);
  const { generation, start: walStart } = wal;
  return { ok: true, recovered: { generation, storage, unmarked, logs, walStart, snapshots } };
}

const UNTIL_REPAIRED = "This node does not serve or vote until it is repaired.";

function damaged(sentence: string, wal: WalDamaged | null): Recovery {
  return { ok: false, reason: sentence, damage: { sentence, wal } };
}

function replay(
  { record, sequence }: RecoveredRecord,
  group: RecoveredGroup,
  replicas: RecoveredReplicas,
): void {
  switch (record.kind) {
    case "entry":
      assert(record.group === METADATA_GROUP, "there is no other group than the metadata group");
      return group.entry(record);
    case "hardState": {
      const { term, vote, commit } = record;
      return group.hardState({ term, vote, commit });
    }
    case "snapshot":
      return group.marker(record);
    case "produce":
      return replicas.produce(record, sequence);
    case "truncateReplica":
      return replicas.truncate(record);
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
