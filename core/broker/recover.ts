import { assert, unreachable } from "../base/assert.ts";
import { leaderEpoch, NO_INDEX, NO_NODE, NO_TERM } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { confStateOf, MemoryStorage } from "../raft/index.ts";
import type { Entry, HardState } from "../raft/index.ts";
import type { DiskImage } from "../wal/disk.ts";
import { recoverWal } from "../wal/index.ts";
import type { RecoveredRecord, WalReport, WalStart } from "../wal/index.ts";
import type { BrokerConfig } from "./config.ts";
import { METADATA_GROUP } from "./metadataLog.ts";
import type { Outbox } from "./outbox.ts";
import { ReplicaLog } from "./replicaLog.ts";

/** All that a broker knows when it starts. */
export interface Recovered {
  readonly storage: MemoryStorage;
  readonly logs: Map<PartitionKey, ReplicaLog>;
  readonly walStart: WalStart;
}

export type Recovery =
  | { readonly ok: true; readonly recovered: Recovered }
  /** The disk must not be served from. */
  | { readonly ok: false; readonly reason: string };

/** Rebuilds the metadata log and all replicas from the bytes on the disk, and from nothing else. */
export function recover(config: BrokerConfig, image: DiskImage, out: Outbox): Recovery {
  const wal = recoverWal(image);
  if (wal.outcome === "damaged") return { ok: false, reason: wal.sentence };
  const storage = new MemoryStorage(confStateOf(config.peers));
  const logs = new Map<PartitionKey, ReplicaLog>();
  for (const record of wal.records) replay(record, storage, logs);
  for (const log of logs.values()) log.makeDurable(wal.start.lastSequence);
  const stranger = strangersDisk(config, storage);
  if (stranger !== null) return { ok: false, reason: stranger };
  if (wal.outcome === "recovered") tell(storage, wal.report, out);
  return { ok: true, recovered: { storage, logs, walStart: wal.start } };
}

function replay(
  { record, sequence }: RecoveredRecord,
  storage: MemoryStorage,
  logs: Map<PartitionKey, ReplicaLog>,
): void {
  switch (record.kind) {
    case "entry": {
      assert(record.group === METADATA_GROUP, "there is no other group than the metadata group");
      const { term, index, entryType: type, data } = record;
      storage.append([{ term, index, type, data }]);
      return;
    }
    case "hardState": {
      const { term, vote, commit } = record;
      storage.setHardState(neverBack(storage.initialState().hardState, { term, vote, commit }));
      return;
    }
    case "produce": {
      const { baseOffset, lastOffset, recordCount, batch: bytes } = record;
      logOf(logs, record.topic, record.partition).append({
        baseOffset,
        lastOffset,
        leaderEpoch: leaderEpoch(record.leaderEpoch),
        recordCount,
        bytes,
        sequence,
      });
      return;
    }
    case "truncateReplica":
      logOf(logs, record.topic, record.partition).truncate(record.toOffset);
      return;
    default:
      unreachable(record);
  }
}

function neverBack(before: HardState | null, after: HardState): HardState {
  if (before === null) return after;
  assert(after.term >= before.term, "a stored term never goes back");
  const sameVote = before.vote === NO_NODE || after.vote === before.vote;
  assert(after.term > before.term || sameVote, "a stored vote never changes within its term");
  assert(after.commit >= before.commit, "a stored commit index never goes back");
  return after;
}

function logOf(logs: Map<PartitionKey, ReplicaLog>, topic: string, partition: number): ReplicaLog {
  const key = partitionKey(topic, partition);
  let log = logs.get(key);
  if (log === undefined) {
    log = new ReplicaLog(topic, partition);
    logs.set(key, log);
  }
  return log;
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

function tell(storage: MemoryStorage, report: WalReport, out: Outbox): void {
  const hardState = storage.initialState().hardState;
  out.event({
    kind: "recovered",
    entryCount: storage.lastIndex(),
    term: hardState?.term ?? NO_TERM,
    vote: hardState?.vote ?? NO_NODE,
    commit: hardState?.commit ?? NO_INDEX,
    recordCount: report.recordCount,
    cutBytes: report.cutBytes,
  });
}

/** Every entry that the disk held, in order. */
export function entriesOf(storage: MemoryStorage): readonly Entry[] {
  if (storage.lastIndex() === NO_INDEX) return [];
  const end = (storage.lastIndex() + 1) as Index;
  const entries = storage.entries(storage.firstIndex(), end, Number.POSITIVE_INFINITY);
  assert(typeof entries !== "string", "the log starts at its first index");
  return entries;
}
