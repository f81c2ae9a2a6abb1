import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { index, nodeId, term } from "../base/ids.ts";
import type { DiskOperation } from "./disk.ts";
import type { WalRecord } from "./record.ts";
import { segmentFileName } from "./segmentHeader.ts";
import {
  diskWithLog,
  done,
  entry,
  openWal,
  perform,
  recovered,
  settle,
} from "./testing/openWal.ts";
import { PlainDisk } from "./testing/plainDisk.ts";
import type { WalWriter, WalWriterOptions } from "./walWriter.ts";

const HARD_STATE: WalRecord = {
  kind: "hardState",
  group: 0,
  term: term(1),
  vote: nodeId(1),
  commit: index(0),
};
const RECORD_BYTES = 33 + 25;
/** Of a segment's header and its logStart record. */
const PREAMBLE_BYTES = 44 + 33 + 13;

/** A writer whose file is there, with the preamble and one record durable: sequences 1 and 2. */
function begun(options: Partial<WalWriterOptions> = {}): { writer: WalWriter; disk: PlainDisk } {
  const disk = new PlainDisk();
  const { writer } = openWal(disk, options);
  writer.append(HARD_STATE);
  writer.requestSync();
  settle(writer, disk);
  return { writer, disk };
}

function next<Kind extends DiskOperation["kind"]>(
  writer: WalWriter,
  kind: Kind,
): Extract<DiskOperation, { kind: Kind }> {
  const operation = writer.nextOperation();
  if (operation === null || !isOf(operation, kind)) throw new Error(`no ${kind}`);
  return operation;
}

function isOf<Kind extends DiskOperation["kind"]>(
  operation: DiskOperation,
  kind: Kind,
): operation is Extract<DiskOperation, { kind: Kind }> {
  return operation.kind === kind;
}

const kinds = (operations: readonly DiskOperation[]) => operations.map(({ kind }) => kind);

describe("group commit", () => {
  test("what gathers while the disk is busy goes out as one write", () => {
    const { writer } = begun();
    expect(writer.append(HARD_STATE)).toBe(3);
    writer.requestSync();
    const first = next(writer, "append");
    expect(first).toMatchObject({ sync: true });
    expect(first.bytes).toHaveLength(RECORD_BYTES);
    expect(writer.append(HARD_STATE)).toBe(4);
    expect(writer.append(HARD_STATE)).toBe(5);
    writer.requestSync();
    expect(writer.nextOperation()).toBeNull();
    expect(writer.pendingBytes).toBe(2 * RECORD_BYTES);
    expect(writer.inFlight).toMatchObject({ id: first.id, firstSequence: 3, lastSequence: 3 });

    writer.complete(done(first));
    const second = next(writer, "append");
    expect(second.bytes).toHaveLength(2 * RECORD_BYTES);
    expect(writer.inFlight).toEqual({
      kind: "append",
      id: second.id,
      bytes: 2 * RECORD_BYTES,
      firstSequence: 4,
      lastSequence: 5,
      sync: true,
    });
    expect(writer.pendingBytes).toBe(0);
  });

  test("nothing to write is no operation", () => {
    expect(openWal(new PlainDisk()).writer.nextOperation()).toBeNull();
    expect(begun().writer.nextOperation()).toBeNull();
  });

  test("a record that is appended while its predecessors sync is not covered by that sync", () => {
    const { writer } = begun();
    writer.append(HARD_STATE);
    writer.requestSync();
    const write = next(writer, "append");
    writer.append(HARD_STATE);
    expect(writer.complete(done(write))).toMatchObject({ durableSequence: 3 });
    expect(next(writer, "append").sync).toBe(false);
  });
});

describe("durability", () => {
  test("a completed write without sync is not durable; a later sync makes it so", () => {
    const { writer } = begun();
    writer.append(HARD_STATE);
    const unsynced = next(writer, "append");
    expect(unsynced.sync).toBe(false);
    writer.complete(done(unsynced));
    expect(writer.durableSequence).toBe(2);

    writer.append(HARD_STATE);
    writer.requestSync();
    const synced = next(writer, "append");
    expect(writer.complete(done(synced))).toEqual({
      outcome: "completed",
      operation: synced.id,
      durableSequence: 4,
    });
  });

  test("a sync that comes after the write needs no bytes", () => {
    const { writer } = begun();
    writer.append(HARD_STATE);
    const write = next(writer, "append");
    writer.requestSync();
    writer.complete(done(write));
    const sync = next(writer, "sync");
    expect(sync.file).toBe(write.file);
    expect(writer.inFlight).toMatchObject({ kind: "sync", bytes: 0, firstSequence: 4 });
    writer.complete(done(sync));
    expect(writer.durableSequence).toBe(3);
    writer.requestSync();
    expect(writer.nextOperation()).toBeNull();
  });
});

describe("after an error", () => {
  test("nothing becomes durable and nothing more is written", () => {
    const { writer } = begun();
    writer.append(HARD_STATE);
    writer.requestSync();
    const { id } = next(writer, "append");
    writer.append(HARD_STATE);
    const error = { kind: "failed", message: "input/output error" } as const;
    expect(writer.complete({ id, error, bytes: null })).toEqual({
      outcome: "failed",
      operation: id,
      reason: "input/output error",
    });
    expect(writer.failure).toBe("input/output error");
    expect(writer.durableSequence).toBe(2);
    writer.retry();
    expect(writer.nextOperation()).toBeNull();
    expect(() => writer.append(HARD_STATE)).toThrow(InvariantError);
  });

  test("a sync for which there is no room has failed: its bytes may be gone", () => {
    const { writer, disk } = begun();
    writer.append(HARD_STATE);
    perform(writer, disk);
    writer.requestSync();
    const { id } = next(writer, "sync");
    const error = { kind: "full", message: "no space" } as const;
    expect(writer.complete({ id, error, bytes: null })).toMatchObject({ outcome: "failed" });
  });
});

test("a completion of something else is a broken rule", () => {
  const { writer } = begun();
  const nothing = { error: null, bytes: null };
  expect(() => writer.complete({ id: 1, ...nothing })).toThrow(InvariantError);
  writer.append(HARD_STATE);
  const { id } = next(writer, "append");
  expect(() => writer.complete({ id: id + 1, ...nothing })).toThrow(InvariantError);
});

test("a torn tail is cut before anything is appended behind it", () => {
  const { writer: before, disk } = begun();
  before.append(HARD_STATE);
  const { file, bytes } = next(before, "append");
  const torn = bytes.subarray(0, bytes.length - 1);
  disk.start({ kind: "append", id: 0, file, bytes: torn, sync: true });
  disk.finishAll();

  const { writer } = openWal(disk);
  expect(writer.append(HARD_STATE)).toBe(3);
  writer.requestSync();
  const sizeBytes = PREAMBLE_BYTES + RECORD_BYTES;
  expect(perform(writer, disk)).toMatchObject({ kind: "truncate", file, sizeBytes });
  expect(writer.durableSequence).toBe(2);
  expect(kinds(settle(writer, disk))).toEqual(["append"]);
  expect(recovered(disk.image()).recovery.report).toMatchObject({ recordCount: 3, cutBytes: 0 });
});

describe("segments", () => {
  test("the first one is begun with the first record, and has a durable name before it has bytes", () => {
    const disk = new PlainDisk();
    const { writer } = openWal(disk);
    expect(writer.append(HARD_STATE)).toBe(2);
    writer.requestSync();
    expect(writer.segments).toEqual([
      expect.objectContaining({
        segment: 1,
        firstSequence: 1,
        sizeBytes: PREAMBLE_BYTES + RECORD_BYTES,
      }),
    ]);
    expect(kinds(settle(writer, disk))).toEqual(["create", "syncDirectory", "append"]);
  });

  test("a full one is closed with a sync, though none was asked for, before the next has a name", () => {
    const { writer, disk } = begun({ segmentBytesMax: PREAMBLE_BYTES + 2 * RECORD_BYTES });
    writer.append(HARD_STATE);
    expect(writer.segments).toHaveLength(1);
    writer.append(HARD_STATE);
    expect(writer.segments).toHaveLength(2);
    const operations = settle(writer, disk);
    const [first, second] = [segmentFileName(1), segmentFileName(2)];
    expect(operations).toMatchObject([
      { kind: "append", file: first, sync: true },
      { kind: "create", file: second },
      { kind: "syncDirectory" },
      { kind: "append", file: second, sync: false },
    ]);
    expect(writer.durableSequence).toBe(3);
    expect(writer.segments).toMatchObject([
      { segment: 1, firstSequence: 1 },
      { segment: 2, firstSequence: 4, sizeBytes: PREAMBLE_BYTES + RECORD_BYTES },
    ]);
  });

  test("one whose last bytes are written but not synced is synced before the next", () => {
    const { writer, disk } = begun({ segmentBytesMax: PREAMBLE_BYTES + 2 * RECORD_BYTES });
    writer.append(HARD_STATE);
    expect(settle(writer, disk)).toMatchObject([{ kind: "append", sync: false }]);
    writer.append(HARD_STATE);
    const operations = settle(writer, disk);
    expect(kinds(operations)).toEqual(["sync", "create", "syncDirectory", "append"]);
  });

  test("a new one repeats what must outlive the others, then holds the record", () => {
    const marker = { kind: "snapshot", group: 0, index: index(1), term: term(1) } as const;
    const carried: WalRecord[] = [{ ...marker, installed: false }, HARD_STATE];
    const { writer, disk } = begun({ segmentBytesMax: 1, carryOver: () => carried });
    expect(writer.append(entry(1))).toBe(8);
    settle(writer, disk);
    expect(recovered(disk.image()).records.slice(4)).toEqual([
      { kind: "logStart", segment: 1, carriedCount: 2 },
      ...carried,
      entry(1),
    ]);
  });

  test("a marker that came from a leader is not carried over as one", () => {
    const marker = { kind: "snapshot", group: 0, index: index(1), term: term(1) } as const;
    const { writer } = openWal(new PlainDisk(), {
      carryOver: () => [{ ...marker, installed: true }],
    });
    expect(() => writer.append(HARD_STATE)).toThrow(InvariantError);
  });
});

describe("the index", () => {
  test("knows where entries stand, over restarts", () => {
    const { writer, disk } = begun();
    for (const at of [1, 2, 3, 2]) writer.append(entry(at));
    writer.requestSync();
    settle(writer, disk);
    for (const { index: entries } of [writer, openWal(disk).writer]) {
      expect([1, 2, 3].map((at) => entries.sequenceOf(0, index(at)))).toEqual([3, 6, null]);
    }
  });
});

describe("release", () => {
  const oneRecordEach = { segmentBytesMax: 1 };
  const records = [1, 2, 3, 4].map((at) => [entry(at)]);
  /** Four segments: sequences 1 and 2, 3 and 4, 5 and 6, 7 and 8. */
  const open = () => {
    const disk = diskWithLog(records, oneRecordEach);
    return { disk, writer: openWal(disk, oneRecordEach).writer };
  };
  const files = (disk: PlainDisk) =>
    [...disk.image().keys()].map((file) => Number(file.slice(4, 24)));

  test.each([
    [1, [1, 2, 3, 4]],
    [2, [1, 2, 3, 4]],
    [3, [2, 3, 4, 5]],
    [4, [2, 3, 4, 5]],
    [7, [4, 5]],
    [99, [4, 5]],
  ])("before %i: only whole segments of older records go", (sequence, left) => {
    const { disk, writer } = open();
    writer.releaseBefore(sequence);
    expect(writer.segments.map(({ segment }) => segment)).toEqual(left);
    settle(writer, disk);
    expect(files(disk)).toEqual(left);
    const { recovery, found } = recovered(disk.image());
    expect(recovery.start.segments.map(({ segment }) => segment)).toEqual(left);
    expect(found[0]?.sequence).toBe(2 * left[0]! - 1);
    expect(writer.segments).toEqual(recovery.start.segments);
  });

  test("nothing is removed before the log says durably where it starts", () => {
    const { disk, writer } = open();
    writer.releaseBefore(5);
    const operations = settle(writer, disk);
    expect(operations).toMatchObject([
      { kind: "create", file: segmentFileName(5) },
      { kind: "syncDirectory" },
      { kind: "append", sync: true },
      { kind: "remove", file: segmentFileName(1) },
      { kind: "remove", file: segmentFileName(2) },
    ]);
    writer.releaseBefore(5);
    expect(settle(writer, disk)).toEqual([]);
  });

  test("segments that are still to be written are written, and then go", () => {
    const disk = new PlainDisk();
    const { writer } = openWal(disk, oneRecordEach);
    for (const at of [1, 2, 3]) writer.append(entry(at));
    writer.releaseBefore(5);
    expect(writer.segments.map(({ segment }) => segment)).toEqual([3, 4]);
    settle(writer, disk);
    expect(writer.segments.map(({ segment }) => segment)).toEqual([3, 4]);
    expect(files(disk)).toEqual([3, 4]);
    writer.append(entry(4));
    settle(writer, disk);
    expect(writer.segments.map(({ segment }) => segment)).toEqual([3, 4, 5]);
  });

  test("what a lost removal brings back is removed after a restart", () => {
    const { disk, writer } = open();
    writer.releaseBefore(5);
    settle(writer, disk);
    disk.losePower();
    expect(files(disk)).toEqual([1, 2, 3, 4, 5]);
    const restarted = openWal(disk, oneRecordEach);
    expect(restarted.found[0]?.sequence).toBe(5);
    settle(restarted.writer, disk);
    expect(files(disk)).toEqual([3, 4, 5]);
  });

  test("after a restart with a segment that was not begun, that one says where the log starts", () => {
    const { disk } = open();
    disk.start({ kind: "create", id: 0, file: segmentFileName(5) });
    disk.finishAll();
    const { writer } = openWal(disk, oneRecordEach);
    writer.releaseBefore(99);
    settle(writer, disk);
    expect(files(disk)).toEqual([4, 5]);
    expect(recovered(disk.image()).records.at(-1)).toMatchObject({ kind: "logStart", segment: 4 });
  });
});

describe("a full disk", () => {
  test("takes the write again once there is room, behind what was surely there", () => {
    const { writer, disk } = begun();
    disk.roomBytes = PREAMBLE_BYTES + 2 * RECORD_BYTES + 5;
    writer.append({ ...HARD_STATE, commit: index(1) });
    perform(writer, disk);
    writer.append({ ...HARD_STATE, commit: index(2) });
    writer.requestSync();
    expect(perform(writer, disk)).toMatchObject({ kind: "append" });
    expect(writer.isFull).toBe(true);
    expect(writer.failure).toBeNull();
    expect(writer.durableSequence).toBe(2);
    expect(writer.pendingBytes).toBe(RECORD_BYTES);
    writer.append({ ...HARD_STATE, commit: index(3) });
    expect(writer.nextOperation()).toBeNull();

    writer.retry();
    const sizeBytes = PREAMBLE_BYTES + 2 * RECORD_BYTES;
    expect(perform(writer, disk)).toMatchObject({ kind: "truncate", sizeBytes });
    expect(writer.durableSequence).toBe(3);
    expect(writer.isFull, "until a write has found room").toBe(true);
    expect(perform(writer, disk)).toMatchObject({ kind: "append" });
    expect(writer.nextOperation()).toBeNull();

    disk.roomBytes = Number.POSITIVE_INFINITY;
    writer.retry();
    expect(kinds(settle(writer, disk))).toEqual(["truncate", "append", "append"]);
    expect(writer.isFull).toBe(false);
    expect(writer.durableSequence).toBe(4);
    const commits = recovered(disk.image())
      .records.slice(1)
      .map((record) => (record.kind === "hardState" ? record.commit : null));
    expect(commits).toEqual([0, 1, 2, 3]);
  });

  test("that cannot hold another file is asked again for it", () => {
    const { writer, disk } = begun({ segmentBytesMax: 1 });
    writer.append(HARD_STATE);
    const { id } = next(writer, "create");
    const error = { kind: "full", message: "no space" } as const;
    const progress = writer.complete({ id, error, bytes: null });
    expect(progress).toEqual({ outcome: "full", operation: id, reason: "no space" });
    expect(writer.nextOperation()).toBeNull();
    writer.retry();
    expect(kinds(settle(writer, disk))).toEqual(["create", "syncDirectory", "append"]);
  });
});
