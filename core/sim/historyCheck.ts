import { NO_NODE } from "../base/ids.ts";
import { partitionKey } from "../metadata/clusterMetadata.ts";
import type { PartitionKey } from "../metadata/clusterMetadata.ts";
import { decodeRecordBatch } from "../wire/index.ts";
import { bestInformed } from "./bestInformed.ts";
import { textOf, valueName } from "./client/records.ts";
import type {
  AcknowledgedRecord,
  CommittedOffset,
  History,
  ReadRun,
  Seek,
  StaleRead,
} from "./history.ts";
import type { Process } from "./process.ts";

/** What a leader holds at one offset. */
interface LoggedRecord {
  readonly offset: number;
  readonly key: string;
  /** "c2-17" of a generated record; null while its bytes are only on the disk. */
  readonly value: string | null;
}

/** Of each partition that has a leader everything that is in its log, by offset. */
export type Logs = ReadonlyMap<PartitionKey, ReadonlyMap<number, LoggedRecord>>;

/** How what clients saw differs from what is there in the end. Empty lists are good news. */
export interface HistoryReport {
  /** Acknowledged, and not where it was acknowledged: `acks` says what was promised. */
  readonly lost: readonly AcknowledgedRecord[];
  /** Generated records that are in a log more than once. */
  readonly duplicates: readonly Duplicate[];
  /** Of idempotent producers: a record stands before one of the same key that was made earlier. */
  readonly reordered: readonly Reordered[];
  /** Read by a consumer, and not in the log: it was read before it was safe. */
  readonly unsafeReads: readonly UnsafeRead[];
  /** A consumer's reads jumped without anybody having told it to. */
  readonly gaps: readonly Gap[];
  /** A group went on from before what it had committed. */
  readonly lostCommits: readonly LostCommit[];
  readonly staleReads: readonly StaleRead[];
}
interface Duplicate {
  readonly key: PartitionKey;
  readonly value: string;
  readonly offsets: readonly number[];
  readonly idempotent: boolean;
}
interface Reordered {
  readonly key: PartitionKey;
  readonly recordKey: string;
  readonly first: string;
  readonly second: string;
}
interface UnsafeRead {
  readonly client: number;
  readonly key: PartitionKey;
  readonly offset: number;
  readonly value: string;
  readonly atUs: number;
}
interface Gap {
  readonly client: number;
  readonly key: PartitionKey;
  readonly expected: number;
  readonly found: number;
  readonly atUs: number;
}
interface LostCommit {
  readonly group: string;
  readonly key: PartitionKey;
  readonly committed: CommittedOffset;
  readonly found: Seek;
}

const GENERATED = /^c(\d+)-(\d+)$/;

/** Only what `logs` has is judged: of a topic that was deleted nothing is expected. */
export function checkHistory(history: History, logs: Logs): HistoryReport {
  const idempotent = new Set(
    [...history.acknowledged, ...history.unacknowledged]
      .filter((record) => record.idempotent)
      .map(({ value }) => value),
  );
  return {
    lost: lostRecords(history, logs),
    duplicates: duplicatesIn(logs, idempotent),
    reordered: reorderedIn(logs, idempotent),
    unsafeReads: unsafeReads(history.reads, logs),
    gaps: gapsIn(history),
    lostCommits: lostCommits(history),
    staleReads: history.staleReads,
  };
}

/** What the leaders hold now, as the running node knows them that has applied most. */
export function logsOf(processes: readonly Process[]): Logs {
  const logs = new Map<PartitionKey, ReadonlyMap<number, LoggedRecord>>();
  for (const [key, { leader }] of bestInformed(processes)?.metadata.partitions ?? []) {
    if (leader === NO_NODE) continue;
    const process = processes.find(({ node }) => node === leader);
    const held = process?.state === "running" ? process.broker?.replicas.get(key) : undefined;
    if (held === undefined) continue;
    const records = new Map<number, LoggedRecord>();
    for (const { bytes, baseOffset, lastOffset } of held.batches) {
      const decoded = bytes === null ? null : decodeRecordBatch(bytes);
      for (let offset: number = baseOffset; offset <= lastOffset; offset++) {
        const record =
          decoded?.ok === true ? decoded.batch.records[offset - baseOffset] : undefined;
        const value = record === undefined ? null : valueName(textOf(record.value));
        records.set(offset, { offset, key: textOf(record?.key ?? null), value });
      }
    }
    logs.set(key, records);
  }
  return logs;
}

/** Acknowledged records that are not where their clients were told. */
export function lostRecords({ acknowledged }: History, logs: Logs): readonly AcknowledgedRecord[] {
  return acknowledged.filter((record) => {
    const { topic, partition, offset, value } = record;
    const log = logs.get(partitionKey(topic, partition));
    if (log === undefined) return false;
    if (offset < 0) return ![...log.values()].some((held) => held.value === value);
    const held = log.get(offset);
    return held === undefined || (held.value !== null && held.value !== value);
  });
}

function duplicatesIn(logs: Logs, idempotent: ReadonlySet<string>): Duplicate[] {
  const duplicates: Duplicate[] = [];
  for (const [key, log] of logs) {
    const offsets = new Map<string, number[]>();
    for (const { offset, value } of log.values()) {
      if (value === null || !GENERATED.test(value)) continue;
      const before = offsets.get(value);
      if (before === undefined) offsets.set(value, [offset]);
      else before.push(offset);
    }
    for (const [value, at] of offsets) {
      if (at.length === 1) continue;
      duplicates.push({ key, value, offsets: at, idempotent: idempotent.has(value) });
    }
  }
  return duplicates;
}

function reorderedIn(logs: Logs, idempotent: ReadonlySet<string>): Reordered[] {
  const reordered: Reordered[] = [];
  for (const [key, log] of logs) {
    const last = new Map<string, string>();
    for (const { key: recordKey, value } of log.values()) {
      if (value === null || !idempotent.has(value)) continue;
      const { client, number } = madeBy(value);
      const row = `${client} ${recordKey}`;
      const before = last.get(row);
      if (before !== undefined && madeBy(before).number > number) {
        reordered.push({ key, recordKey, first: before, second: value });
      }
      last.set(row, value);
    }
  }
  return reordered;
}

function unsafeReads(reads: readonly ReadRun[], logs: Logs): UnsafeRead[] {
  return reads.flatMap(({ client, topic, partition, firstOffset, values, atUs }) => {
    const key = partitionKey(topic, partition);
    const log = logs.get(key);
    if (log === undefined) return [];
    return values.flatMap((value, at) => {
      const offset = firstOffset + at;
      const held = log.get(offset);
      const isThere = held !== undefined && (held.value === null || held.value === value);
      return isThere ? [] : [{ client, key, offset, value, atUs }];
    });
  });
}

function gapsIn({ reads, seeks }: History): Gap[] {
  const gaps: Gap[] = [];
  const expected = new Map<string, number>();
  let nextSeek = 0;
  const seekUntil = (atUs: number): void => {
    for (let seek = seeks[nextSeek]; seek !== undefined && seek.atUs <= atUs;) {
      const { client, topic, partition, offset } = seek;
      expected.set(`${client} ${partitionKey(topic, partition)}`, offset);
      seek = seeks[++nextSeek];
    }
  };
  for (const { client, topic, partition, firstOffset, values, atUs } of reads) {
    seekUntil(atUs);
    const key = partitionKey(topic, partition);
    const row = `${client} ${key}`;
    const next = expected.get(row) ?? 0;
    if (next !== firstOffset) gaps.push({ client, key, expected: next, found: firstOffset, atUs });
    expected.set(row, firstOffset + values.length);
  }
  return gaps;
}

/**
 * What was committed and confirmed before somebody asked must be what is found, or something later.
 * A group whose consumer was sent back to an earlier offset may have committed that.
 */
function lostCommits({ commits, seeks }: History): LostCommit[] {
  const lost: LostCommit[] = [];
  const latest = new Map<string, CommittedOffset>();
  const sentBack = new Set<string>();
  const events = [
    ...commits.map((commit) => ({ atUs: commit.atUs, commit })),
    ...seeks.map((seek) => ({
      atUs: seek.cause === "committed" ? seek.askedAtUs : seek.atUs,
      seek,
    })),
  ].sort((a, b) => a.atUs - b.atUs);
  for (const event of events) {
    const { group, topic, partition } = "commit" in event ? event.commit : event.seek;
    const key = partitionKey(topic, partition);
    const row = `${group} ${key}`;
    if ("commit" in event) latest.set(row, event.commit);
    else if (event.seek.cause === "outOfRange" || event.seek.cause === "truncated")
      sentBack.add(row);
    else if (group !== null) {
      const committed = latest.get(row);
      const isBefore = committed !== undefined && event.seek.offset < committed.offset;
      if (isBefore && !sentBack.has(row)) lost.push({ group, key, committed, found: event.seek });
    }
  }
  return lost;
}

/** Which client made a generated record, and which of its records it is. */
function madeBy(value: string): { readonly client: number; readonly number: number } {
  const [, client, number] = GENERATED.exec(value) ?? [];
  return { client: Number(client), number: Number(number) };
}
