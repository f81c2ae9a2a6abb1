import { describe, expect, test } from "vitest";
import { leaderEpoch, offset } from "../base/ids.ts";
import { encodeRecordBatch, readBatchHeader } from "../wire/index.ts";
import { ReplicaLog, storedBatch } from "./replicaLog.ts";
import type { StoredBatch } from "./replicaLog.ts";

const PLAIN: StoredBatch = {
  baseOffset: offset(0),
  lastOffset: offset(0),
  leaderEpoch: leaderEpoch(0),
  recordCount: 1,
  producerId: -1,
  producerEpoch: -1,
  baseSequence: -1,
  maxTimestampMs: 0,
  sizeBytes: 10,
  bytes: new Uint8Array(10),
  sequence: 1,
};

/** A log of batches given as [record count, epoch]; WAL sequences count from 1. */
function logOf(...batches: (readonly [number, number])[]): ReplicaLog {
  const log = new ReplicaLog("orders", 0);
  for (const [at, [recordCount, epoch]] of batches.entries()) {
    const baseOffset = log.logEndOffset;
    const lastOffset = offset(baseOffset + recordCount - 1);
    const place = { baseOffset, lastOffset, leaderEpoch: leaderEpoch(epoch), recordCount };
    log.append({ ...PLAIN, ...place, bytes: new Uint8Array(10).fill(at), sequence: at + 1 });
  }
  return log;
}

describe("ends of a log", () => {
  test("an empty log", () => {
    const log = logOf();
    expect([log.logEndOffset, log.durableEndOffset, log.highWatermark, log.lastEpoch]).toEqual([
      0, 0, 0, -1,
    ]);
  });

  test("the durable end follows the WAL, batch by batch", () => {
    const log = logOf([2, 0], [3, 0], [1, 0]);
    expect(log.makeDurable(0)).toBe(false);
    expect(log.makeDurable(2)).toBe(true);
    expect([log.durableEndOffset, log.logEndOffset]).toEqual([5, 6]);
    expect(log.makeDurable(2)).toBe(false);
  });

  test("the high watermark never goes back and never leaves the log", () => {
    const log = logOf([5, 0]);
    expect(log.raiseHighWatermark(offset(3))).toBe(true);
    expect(log.raiseHighWatermark(offset(2))).toBe(false);
    expect(log.highWatermark).toBe(3);
    expect(() => log.raiseHighWatermark(offset(6))).toThrow("inside the log");
  });

  test("offsets are dense and epochs never decrease", () => {
    const log = logOf([2, 3]);
    const at = (base: number, epoch: number): (() => void) => {
      const position = { baseOffset: offset(base), lastOffset: offset(base) };
      return () => log.append({ ...PLAIN, ...position, leaderEpoch: leaderEpoch(epoch) });
    };
    expect(at(3, 3)).toThrow("dense");
    expect(at(2, 2)).toThrow("never decrease");
    expect(at(2, 3)).not.toThrow();
  });
});

describe("where an epoch ends (KIP-101)", () => {
  //           offsets 0-1     2-4     5       6-9
  const log = logOf([2, 0], [3, 2], [1, 2], [4, 5]);
  test.each([
    [5, 5, 10],
    [7, 5, 10],
    [4, 2, 6],
    [2, 2, 6],
    [1, 0, 2],
    [0, 0, 2],
    [-1, -1, 0],
  ])("of epoch %i: epoch %i ends at %i", (asked, epoch, endOffset) => {
    expect(log.endOfEpoch(leaderEpoch(asked))).toEqual({ epoch, endOffset });
  });

  test("epochs start where they do", () => {
    expect(log.epochStarts()).toEqual([
      { epoch: 0, startOffset: 0 },
      { epoch: 2, startOffset: 2 },
      { epoch: 5, startOffset: 6 },
    ]);
  });
});

describe("truncation", () => {
  test("drops batches from the end, and what was durable of them", () => {
    const log = logOf([2, 0], [3, 0], [1, 1]);
    log.makeDurable(3);
    log.truncate(offset(5));
    expect([log.logEndOffset, log.durableEndOffset, log.lastEpoch]).toEqual([5, 5, 0]);
    log.truncate(offset(0));
    expect([log.logEndOffset, log.durableEndOffset, log.lastEpoch]).toEqual([0, 0, -1]);
  });

  test("never below the high watermark: that would lose what was acknowledged", () => {
    const log = logOf([2, 0], [3, 0]);
    log.raiseHighWatermark(offset(5));
    expect(() => log.truncate(offset(2))).toThrow("high watermark");
    expect(log.logEndOffset).toBe(5);
  });

  test("unless that is what happens: then the high watermark goes with it", () => {
    const log = logOf([2, 0], [3, 1]);
    log.raiseHighWatermark(offset(5));
    expect(log.truncate(offset(4), true)).toBe(2);
    expect([log.logEndOffset, log.highWatermark, log.lastEpoch]).toEqual([2, 2, 0]);
    expect(log.epochStarts()).toEqual([{ epoch: 0, startOffset: 0 }]);
    expect(log.bytesBetween(offset(0), offset(2))).toBe(10);
  });

  test("takes back what its producers sent", () => {
    const log = new ReplicaLog("orders", 0);
    const sent = { producerId: 7, producerEpoch: 0, recordCount: 1 };
    const at = (base: number) => ({ baseOffset: offset(base), lastOffset: offset(base) });
    log.append({ ...PLAIN, ...at(0), ...sent, baseSequence: 0 });
    log.append({ ...PLAIN, ...at(1), ...sent, baseSequence: 1 });
    expect(log.producers.check({ ...sent, baseSequence: 1 }).kind).toBe("duplicate");
    log.truncate(offset(1));
    expect(log.producers.check({ ...sent, baseSequence: 1 }).kind).toBe("next");
    expect(log.producers.check({ ...sent, baseSequence: 0 }).kind).toBe("duplicate");
  });
});

describe("reading", () => {
  const log = logOf([2, 0], [3, 0], [1, 0]);
  const read = (from: number, end: number, maxBytes: number): number[] => {
    const found = log.read(offset(from), offset(end), maxBytes);
    return found.kind === "bytes" ? [...found.bytes].filter((_, at) => at % 10 === 0) : [];
  };

  test("whole batches, from the one that holds the offset", () => {
    expect(read(0, 6, 100)).toEqual([0, 1, 2]);
    expect(read(3, 6, 100)).toEqual([1, 2]);
    expect(read(6, 6, 100)).toEqual([]);
  });

  test("up to the end that is given", () => {
    expect(read(0, 5, 100)).toEqual([0, 1]);
    expect(read(0, 4, 100)).toEqual([0]);
    expect(log.bytesBetween(offset(0), offset(5))).toBe(20);
    expect(log.bytesBetween(offset(5), offset(5))).toBe(0);
  });

  test("about as many bytes as asked for, but at least one batch", () => {
    expect(read(0, 6, 20)).toEqual([0, 1]);
    expect(read(0, 6, 1)).toEqual([0]);
  });
});

describe("by time", () => {
  const log = new ReplicaLog("orders", 0);
  const add = (firstTimestampMs: number, ...deltas: number[]): void => {
    const bytes = encodeRecordBatch({
      baseOffset: log.logEndOffset,
      leaderEpoch: 0,
      firstTimestampMs,
      records: deltas.map((timestampDeltaMs) => ({ key: null, value: null, timestampDeltaMs })),
    });
    log.append(storedBatch(readBatchHeader(bytes)!, bytes, 1));
  };
  add(100, 0, 10); // offsets 0 and 1
  add(50, 0, 90, 20); // 2 to 4
  add(130, 0); // 5

  test.each([
    [0, { offset: 0, timestampMs: 100 }],
    [105, { offset: 1, timestampMs: 110 }],
    [111, { offset: 3, timestampMs: 140 }],
    [141, null],
  ])("the first record since %i", (timestampMs, found) => {
    expect(log.offsetForTimestamp(timestampMs, offset(6))).toEqual(found);
  });

  test("only what is below the end counts", () => {
    expect(log.offsetForTimestamp(111, offset(4))).toBeNull();
    expect(log.maxTimestamp(offset(6))).toEqual({ offset: 3, timestampMs: 140 });
    expect(log.maxTimestamp(offset(4))).toEqual({ offset: 1, timestampMs: 110 });
    expect(log.maxTimestamp(offset(0))).toBeNull();
  });
});

describe("flushed", () => {
  /** Three batches of 10 bytes in a file with a header of 5, two of them committed. */
  function flushed(): ReplicaLog {
    const log = logOf([2, 0], [3, 0], [1, 1]);
    log.makeDurable(3);
    log.raiseHighWatermark(offset(5));
    expect(log.flushableBytes).toBe(20);
    const { past, bytes } = log.nextFlush(1_000);
    expect([past, bytes.length]).toEqual([2, 20]);
    log.flushed.begun({ file: "one", baseOffset: offset(0), firstBatch: 0, headerBytes: 5 });
    log.flushed.start(past, bytes.length + 5);
    log.flushed.finish(true);
    return log;
  }

  test("is what is committed and durable, by whatever means", () => {
    const log = logOf([2, 0], [3, 0], [1, 1]);
    expect(log.flushableBytes).toBe(0);
    log.raiseHighWatermark(offset(5));
    log.makeDurable(1);
    expect(log.flushableBytes).toBe(10);
    const group = new ReplicaLog("orders", 0);
    group.append({ ...PLAIN, sequence: 0 });
    group.raiseHighWatermark(offset(1));
    expect([group.durableEndOffset, group.flushableBytes]).toEqual([1, 10]);
    expect(group.neededSequence).toBe(Number.POSITIVE_INFINITY);
  });

  test("needs the WAL no more", () => {
    const log = flushed();
    expect([log.flushedEndOffset, log.neededSequence, log.flushableBytes]).toEqual([5, 3, 0]);
  });

  test("may leave the memory, from its start on, and is read from its file then", () => {
    const log = flushed();
    log.dropFromMemory(20);
    expect(log.batches.map(({ bytes }) => bytes === null)).toEqual([true, false, false]);
    const place = { kind: "onDisk", file: "one", position: 5, sizeBytes: 10 };
    expect(log.read(offset(1), offset(6), 100)).toMatchObject(place);
    log.dropFromMemory(0);
    expect(log.read(offset(2), offset(6), 100)).toMatchObject({ ...place, position: 15 });
    expect(log.read(offset(0), offset(6), 100)).toMatchObject({ ...place, sizeBytes: 20 });
    expect(log.read(offset(0), offset(6), 19)).toMatchObject(place);
    expect(log.read(offset(5), offset(6), 100)).toMatchObject({ kind: "bytes" });
    expect(log.bytesBetween(offset(0), offset(6))).toBe(30);
  });

  test.each([
    ["group coordinators read it", "__consumer_offsets", 0],
    ["a Raft group keeps it", "orders", 7],
  ])("stays in memory where %s", (_, topic, group) => {
    const log = new ReplicaLog(topic, 0);
    log.group = group;
    log.append(PLAIN);
    log.makeDurable(1);
    log.raiseHighWatermark(offset(1));
    log.flushed.begun({ file: "one", baseOffset: offset(0), firstBatch: 0, headerBytes: 5 });
    log.flushed.start(1, 15);
    log.flushed.finish(true);
    log.dropFromMemory(0);
    expect(log.batches[0]!.bytes).not.toBeNull();
  });
});
