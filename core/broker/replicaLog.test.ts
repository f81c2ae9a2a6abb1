import { describe, expect, test } from "vitest";
import { leaderEpoch, offset } from "../base/ids.ts";
import { ReplicaLog } from "./replicaLog.ts";

/** A log of batches given as [record count, epoch]; WAL sequences count from 1. */
function logOf(...batches: (readonly [number, number])[]): ReplicaLog {
  const log = new ReplicaLog("orders", 0);
  for (const [at, [recordCount, epoch]] of batches.entries()) {
    const baseOffset = log.logEndOffset;
    log.append({
      baseOffset,
      lastOffset: offset(baseOffset + recordCount - 1),
      leaderEpoch: leaderEpoch(epoch),
      recordCount,
      bytes: new Uint8Array(10).fill(at),
      sequence: at + 1,
    });
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
    const batch = { recordCount: 1, bytes: new Uint8Array(1), sequence: 9 };
    const at = (base: number, epoch: number): (() => void) => {
      const position = { baseOffset: offset(base), lastOffset: offset(base) };
      return () => log.append({ ...batch, ...position, leaderEpoch: leaderEpoch(epoch) });
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
  });
});

describe("reading", () => {
  const log = logOf([2, 0], [3, 0], [1, 0]);
  const read = (from: number, end: number, maxBytes: number): number[] =>
    [...log.read(offset(from), offset(end), maxBytes)].filter((_, at) => at % 10 === 0);

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
