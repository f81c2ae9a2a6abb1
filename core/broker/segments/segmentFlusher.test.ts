import { beforeEach, describe, expect, test } from "vitest";
import type { DiskOperation } from "../../wal/disk.ts";
import { offset } from "../../base/ids.ts";
import { readBatchHeader } from "../../wire/index.ts";
import { storedBatch } from "../replicaLog.ts";
import { batchAt, ReplicasUnderTest } from "./testing/replicasUnderTest.ts";

const NEVER = 1_000_000;
const sizes = { segmentBytesMax: NEVER, partitionFlushBytes: 200, partitionMemoryBytes: NEVER };
let node = new ReplicasUnderTest(sizes);

beforeEach(() => {
  node = new ReplicasUnderTest(sizes);
});

/** Appends batches of 69 bytes; they are committed, and durable in the WAL. */
function commit(count: number): void {
  for (let at = 0; at < count; at++) node.append(0, 1, 1);
  node.settle();
  node.commit(0, 1);
}

/** What the disk is asked for, by kind and file, while the flusher alone is served. */
function operations(): string[] {
  const all: string[] = [];
  for (
    let next = node.flusher.nextOperation();
    next !== null;
    next = node.flusher.nextOperation()
  ) {
    all.push(textOf(next));
    node.disk.start(next);
    node.complete();
  }
  return all;
}

function textOf(operation: DiskOperation): string {
  if (operation.kind === "syncDirectory") return operation.kind;
  return `${operation.kind} ${operation.file.split(".").at(-2)}`;
}

const FIRST = "00000000000000000000";

describe("a flush", () => {
  test("waits for a tick, and for enough that is committed", () => {
    commit(2);
    node.flusher.tick();
    expect(operations()).toEqual([]);
    commit(1);
    expect(operations()).toEqual([]);
    node.flusher.tick();
    expect(operations()).toEqual([`create ${FIRST}`, "syncDirectory", `append ${FIRST}`]);
    expect(node.log(0).flushedEndOffset).toBe(3);
    node.append(0, 3, 200);
    node.settle();
    node.flusher.tick();
    expect(operations()).toEqual([]);
  });

  test("goes on in the same file, until that is large enough", () => {
    commit(3);
    node.flusher.tick();
    operations();
    commit(3);
    node.flusher.tick();
    expect(operations()).toEqual([`append ${FIRST}`]);
    expect(node.log(0).flushed.files).toHaveLength(1);

    node = new ReplicasUnderTest({ ...sizes, segmentBytesMax: 300 });
    commit(6);
    node.flusher.tick();
    const next = "00000000000000000004";
    expect(operations()).toEqual([`create ${FIRST}`, "syncDirectory", `append ${FIRST}`]);
    commit(1);
    node.flusher.tick();
    expect(operations()).toEqual([`create ${next}`, "syncDirectory", `append ${next}`]);
  });

  test("comes early for a log that keeps much of the WAL alive", () => {
    node = new ReplicasUnderTest({ ...sizes, segmentBytesMax: 400, partitionFlushBytes: NEVER });
    node.append(1, 1, 1);
    commit(1);
    node.flusher.tick();
    expect(operations()).toEqual([]);
    commit(8);
    node.commit(1, 1);
    node.flusher.tick();
    operations();
    expect(node.log(1).flushedEndOffset).toBe(1);
    node.settle();
    expect(node.counts.walRemoved).toBeGreaterThan(0);
  });

  test("takes bytes from memory that are far from the end", () => {
    node = new ReplicasUnderTest({ ...sizes, partitionMemoryBytes: 100 });
    commit(4);
    node.flusher.tick();
    operations();
    expect(node.log(0).batches.map(({ bytes }) => bytes !== null)).toEqual([
      false,
      false,
      false,
      true,
    ]);
    node.readAll();
  });
});

describe("a disk that is full", () => {
  test("is tried again on a tick, after what was written in part is cut off", () => {
    commit(3);
    node.disk.roomBytes = node.disk.usedBytes + 50;
    node.flusher.tick();
    expect(operations()).toEqual([`create ${FIRST}`, "syncDirectory", `append ${FIRST}`]);
    expect([node.flusher.isFull, node.log(0).flushedEndOffset]).toEqual([true, 0]);
    expect(operations()).toEqual([]);
    node.disk.roomBytes = NEVER;
    node.flusher.tick();
    expect(operations()).toEqual([
      `remove ${FIRST}`,
      "syncDirectory",
      `create ${FIRST}`,
      "syncDirectory",
      `append ${FIRST}`,
    ]);
    expect([node.flusher.isFull, node.log(0).flushedEndOffset]).toEqual([false, 3]);
  });
});

test("a disk that fails is what the node must hear of", () => {
  commit(3);
  node.flusher.tick();
  const { id } = node.flusher.nextOperation()!;
  expect(node.flusher.owns(id)).toBe(true);
  const error = { kind: "failed", message: "input/output error" } as const;
  expect(node.flusher.complete({ id, error, bytes: null })).toBe("input/output error");
});

describe("what was flushed and is taken back", () => {
  test("goes from the files once the WAL says so durably", () => {
    commit(3);
    node.flusher.tick();
    operations();
    node.truncate(0, 0.4);
    node.flusher.tick();
    expect(operations()).toEqual([]);
    expect(node.log(0).neededSequence).toBe(node.wal.lastSequence);
    node.settle();
    node.flusher.tick();
    expect(operations()).toEqual([`truncate ${FIRST}`]);
    expect(node.log(0).neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("twice goes once the WAL says the second time durably", () => {
    commit(3);
    node.flusher.tick();
    operations();
    node.truncate(0, 0.7);
    node.issue(0);
    node.complete();
    node.truncate(0, 0.4);
    node.flusher.tick();
    expect(operations()).toEqual([]);
    expect(node.wal.durableSequence).toBe(node.wal.lastSequence - 1);
    node.issue(0);
    node.complete();
    node.flusher.tick();
    expect(operations()).toEqual([`remove ${FIRST}`, "syncDirectory"]);
  });

  test("while it is being flushed is not flushed", () => {
    commit(3);
    node.flusher.tick();
    for (const kind of ["create", "syncDirectory", "append"]) {
      const next = node.flusher.nextOperation()!;
      expect(next.kind).toBe(kind);
      node.disk.start(next);
      if (kind === "append") node.truncate(0, 0.4);
      node.complete();
    }
    expect(node.log(0).flushedEndOffset).toBe(1);
    node.settle();
    node.flusher.tick();
    expect(operations()).toEqual([`truncate ${FIRST}`]);
    expect(node.log(0).neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("with the whole log, while its first file is being made, leaves none either", () => {
    commit(3);
    node.flusher.tick();
    const create = node.flusher.nextOperation()!;
    expect(textOf(create)).toBe(`create ${FIRST}`);
    node.replace(0, false);
    node.disk.start(create);
    node.complete();
    node.settle();
    expect([...node.disk.image().keys()].filter((name) => !name.startsWith("wal"))).toEqual([]);
    expect(node.flusher.neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("with its Raft group, whose snapshot had it, leaves none either", () => {
    const log = node.log(0);
    log.group = 7;
    const bytes = batchAt(0, 1, 0, 1, 300);
    log.append(storedBatch(readBatchHeader(bytes)!, bytes));
    log.raiseHighWatermark(offset(1));
    expect(log.neededSequence).toBe(Number.POSITIVE_INFINITY);
    node.flusher.tick();
    const create = node.flusher.nextOperation()!;
    expect(textOf(create)).toBe(`create ${FIRST}`);
    const { lastSequence } = node.wal;
    node.replace(0, false);
    // The record that the group has gone is not the flusher's to write.
    expect(node.wal.lastSequence).toBe(lastSequence);
    node.disk.start(create);
    node.complete();
    node.settle();
    expect([...node.disk.image().keys()].filter((name) => !name.startsWith("wal"))).toEqual([]);
    expect(node.flusher.neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("with the whole log leaves no file", () => {
    commit(3);
    node.flusher.tick();
    operations();
    node.replace(0, false);
    expect(node.flusher.neededSequence).toBeLessThan(NEVER);
    expect(operations()).toEqual([]);
    node.settle();
    expect([...node.disk.image().keys()].filter((name) => !name.startsWith("wal"))).toEqual([]);
    expect(node.flusher.neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("and the power goes: no record of the WAL goes before the files that it explains", () => {
    commit(3);
    node.flusher.tick();
    operations();
    node.replace(0, false);
    // The WAL alone is served.
    while (node.wal.durableSequence < node.wal.lastSequence) {
      node.issue(0);
      node.complete();
    }
    node.crash({ keepsSector: () => true, keepsName: () => true });
    expect(node.flusher.neededSequence).toBe(0);
    const remove = node.flusher.nextOperation()!;
    expect(textOf(remove)).toBe(`remove ${FIRST}`);
    node.disk.start(remove);
    node.complete();
    expect(node.flusher.neededSequence).toBe(0);
    expect(operations()).toEqual(["syncDirectory"]);
    expect(node.flusher.neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("while its first file is being made keeps the WAL until that file is of use", () => {
    commit(3);
    const needed = node.log(0).neededSequence;
    node.flusher.tick();
    const create = node.flusher.nextOperation()!;
    expect(textOf(create)).toBe(`create ${FIRST}`);
    node.truncate(0, 0);
    expect(node.log(0).neededSequence).toBe(needed);
    node.disk.start(create);
    node.complete();
    expect(node.log(0).neededSequence).toBe(needed);
    commit(3);
    node.flusher.tick();
    expect(operations()).toEqual([`append ${FIRST}`]);
    expect(node.log(0).neededSequence).toBe(Number.POSITIVE_INFINITY);
  });
});
