import { describe, expect, test } from "vitest";
import { leaderEpoch, offset } from "../base/ids.ts";
import type { ProduceRecord, TruncateReplicaRecord } from "../wal/index.ts";
import { RecoveredReplicas } from "./recoveredReplicas.ts";

const PLACE = { topic: "orders", partition: 0 };

function batch(at: number, epoch = 0, partition = 0, recordCount = 1): ProduceRecord {
  const offsets = { baseOffset: offset(at), lastOffset: offset(at + recordCount - 1), recordCount };
  const place = { ...PLACE, partition, leaderEpoch: leaderEpoch(epoch) };
  return { kind: "produce", ...place, ...offsets, batch: Uint8Array.of(at) };
}

function cut(to: number): TruncateReplicaRecord {
  return { kind: "truncateReplica", ...PLACE, toOffset: offset(to) };
}

function replay(...records: (ProduceRecord | TruncateReplicaRecord)[]): RecoveredReplicas {
  const replicas = new RecoveredReplicas();
  for (const [at, record] of records.entries()) {
    if (record.kind === "produce") replicas.produce(record, at + 1);
    else replicas.truncate(record);
  }
  return replicas;
}

function found({ logs }: RecoveredReplicas): (readonly number[])[] {
  const log = logs.get("orders-0")!;
  return log.batches.map((one) => [one.baseOffset, one.leaderEpoch, one.sequence]);
}

describe("replicas of a log", () => {
  test("hold what was appended and not cut off", () => {
    const replicas = replay(batch(0), batch(1), batch(2), cut(1), batch(1, 1), batch(0, 0, 1));
    expect(replicas.problem()).toBe(null);
    expect(found(replicas)).toEqual([
      [0, 0, 1],
      [1, 1, 5],
    ]);
    expect(replicas.logs.get("orders-1")!.batches[0]).toMatchObject({
      recordCount: 1,
      sequence: 6,
    });
  });

  test("may begin with what was cut off, though what came before it has gone", () => {
    const replicas = replay(batch(3), batch(4), cut(4), cut(0), batch(0, 1), batch(1, 1));
    expect(replicas.problem()).toBe(null);
    expect(found(replicas)).toEqual([
      [0, 1, 5],
      [1, 1, 6],
    ]);
  });

  test("are cut where whole batches end", () => {
    const replicas = replay(batch(0, 0, 0, 2), batch(2, 0, 0, 2), batch(9), cut(3), batch(2, 1));
    expect(replicas.problem()).toBe(null);
    expect(found(replicas)).toEqual([
      [0, 0, 1],
      [2, 1, 5],
    ]);
  });

  test("lack something when no cut follows that goes so far", () => {
    expect(replay(batch(3), batch(4)).problem()).toBe(
      "Record 0 of orders-0 is missing from the log.",
    );
    expect(replay(batch(3), cut(1), batch(1, 1)).problem()).toContain("Record 0 of orders-0");
    expect(replay(batch(0), batch(2)).problem()).toBe(
      "Record 1 of orders-0 is missing from the log.",
    );
    expect(replay(batch(0), batch(2), batch(1)).problem()).toContain("Record 1 of orders-0");
    expect(replay(batch(0), batch(2), cut(1), batch(1)).problem()).toBe(null);
  });
});
