import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { index, nodeId, term } from "../base/ids.ts";
import type { DiskOperation } from "./disk.ts";
import type { WalRecord } from "./record.ts";
import { recoverWal } from "./recoverWal.ts";
import { WalWriter } from "./walWriter.ts";

const RECORD: WalRecord = {
  kind: "hardState",
  group: 0,
  term: term(1),
  vote: nodeId(1),
  commit: index(0),
};
const RECORD_BYTES = 57;
const HEADER_BYTES = 36;

function freshWriter(): WalWriter {
  const recovery = recoverWal(new Map());
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);
  return new WalWriter(recovery.start);
}

function nextAppend(writer: WalWriter): Extract<DiskOperation, { kind: "append" }> {
  const operation = writer.nextOperation();
  if (operation?.kind !== "append") throw new Error(`no append but ${operation?.kind}`);
  return operation;
}

describe("group commit", () => {
  test("what gathers while the disk is busy goes out as one write", () => {
    const writer = freshWriter();
    expect(writer.append(RECORD)).toBe(1);
    writer.requestSync();
    const first = nextAppend(writer);
    expect(first).toMatchObject({ sync: true });
    expect(first.bytes).toHaveLength(HEADER_BYTES + RECORD_BYTES);
    expect(writer.append(RECORD)).toBe(2);
    expect(writer.append(RECORD)).toBe(3);
    writer.requestSync();
    expect(writer.nextOperation()).toBeNull();
    expect(writer.pendingBytes).toBe(2 * RECORD_BYTES);
    expect(writer.inFlight).toMatchObject({ id: first.id, firstSequence: 1, lastSequence: 1 });

    writer.complete({ id: first.id, error: null });
    const second = nextAppend(writer);
    expect(second.bytes).toHaveLength(2 * RECORD_BYTES);
    expect(writer.inFlight).toEqual({
      kind: "append",
      id: second.id,
      bytes: 2 * RECORD_BYTES,
      firstSequence: 2,
      lastSequence: 3,
      sync: true,
    });
    expect(writer.pendingBytes).toBe(0);
  });

  test("nothing to write is no operation", () => {
    expect(freshWriter().nextOperation()).toBeNull();
  });

  test("a record that is appended while its predecessors sync is not covered by that sync", () => {
    const writer = freshWriter();
    writer.append(RECORD);
    writer.requestSync();
    const { id } = nextAppend(writer);
    writer.append(RECORD);
    expect(writer.complete({ id, error: null })).toMatchObject({ durableSequence: 1 });
    expect(nextAppend(writer).sync).toBe(false);
  });
});

describe("durability", () => {
  test("a completed write without sync is not durable; a later sync makes it so", () => {
    const writer = freshWriter();
    writer.append(RECORD);
    const unsynced = nextAppend(writer);
    expect(unsynced.sync).toBe(false);
    writer.complete({ id: unsynced.id, error: null });
    expect(writer.durableSequence).toBe(0);

    writer.append(RECORD);
    writer.requestSync();
    const synced = nextAppend(writer);
    expect(writer.complete({ id: synced.id, error: null })).toEqual({
      outcome: "completed",
      operation: synced.id,
      durableSequence: 2,
    });
  });

  test("a sync that comes after the write needs no bytes", () => {
    const writer = freshWriter();
    writer.append(RECORD);
    const written = nextAppend(writer);
    writer.requestSync();
    writer.complete({ id: written.id, error: null });
    const sync = nextAppend(writer);
    expect(sync.bytes).toHaveLength(0);
    expect(sync.sync).toBe(true);
    writer.complete({ id: sync.id, error: null });
    expect(writer.durableSequence).toBe(1);
    writer.requestSync();
    expect(writer.nextOperation()).toBeNull();
  });
});

describe("after an error", () => {
  test("nothing becomes durable and nothing more is written", () => {
    const writer = freshWriter();
    writer.append(RECORD);
    writer.requestSync();
    const { id } = nextAppend(writer);
    writer.append(RECORD);
    expect(writer.complete({ id, error: "EIO" })).toEqual({
      outcome: "failed",
      operation: id,
      reason: "EIO",
    });
    expect(writer.failure).toBe("EIO");
    expect(writer.durableSequence).toBe(0);
    expect(writer.nextOperation()).toBeNull();
    expect(() => writer.append(RECORD)).toThrow(InvariantError);
  });
});

test("a completion of something else is a broken rule", () => {
  const writer = freshWriter();
  expect(() => writer.complete({ id: 1, error: null })).toThrow(InvariantError);
  writer.append(RECORD);
  const { id } = nextAppend(writer);
  expect(() => writer.complete({ id: id + 1, error: null })).toThrow(InvariantError);
});

test("a torn tail is cut before anything is appended behind it", () => {
  const before = freshWriter();
  before.append(RECORD);
  before.append(RECORD);
  const { file, bytes } = nextAppend(before);
  const torn = bytes.subarray(0, bytes.length - 1);
  const recovery = recoverWal(new Map([[file, torn]]));
  if (recovery.outcome === "damaged") throw new Error(recovery.sentence);

  const writer = new WalWriter(recovery.start);
  expect(writer.append(RECORD)).toBe(2);
  writer.requestSync();
  const cut = writer.nextOperation();
  const sizeBytes = HEADER_BYTES + RECORD_BYTES;
  expect(cut).toMatchObject({ kind: "truncate", file, sizeBytes });
  expect(writer.inFlight).toMatchObject({ kind: "truncate" });
  expect(writer.nextOperation()).toBeNull();
  expect(writer.complete({ id: cut!.id, error: null })).toMatchObject({ durableSequence: 1 });

  const repaired = Uint8Array.from([...torn.subarray(0, sizeBytes), ...nextAppend(writer).bytes]);
  expect(recoverWal(new Map([[file, repaired]]))).toMatchObject({
    outcome: "recovered",
    report: { recordCount: 2, cutBytes: 0 },
  });
});
