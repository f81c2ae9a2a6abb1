import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { diskContract } from "../wal/disk.contract.ts";
import type { DiskCompletion } from "../wal/disk.ts";
import { splitChance } from "./chance.ts";
import { Disk } from "./disk.ts";
import type { DiskWrite } from "./disk.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { Scheduler } from "./scheduler.ts";

const FILE = "wal";

function setUp(seed: number, tornTails: boolean) {
  const scheduler = new Scheduler<DiskWrite>();
  const disk = new Disk(
    nodeId(1),
    { ...DEFAULT_RUN_OPTIONS, tornTails },
    splitChance(seed, "disk", 1, 0),
    (atUs, write) => scheduler.schedule(atUs, write),
    true,
  );
  let count = 0;
  const append = (sizeBytes: number, sync: boolean): void => {
    const bytes = new Uint8Array(sizeBytes).fill(++count);
    disk.submit({ kind: "append", id: count, file: FILE, bytes, sync }, scheduler.nowUs);
  };
  const completed: number[] = [];
  const completeNext = (): void => {
    for (const write of scheduler.takeMoment()) {
      const completion = disk.complete(write, scheduler.nowUs);
      if (completion !== null) completed.push(completion.id);
    }
  };
  const size = (): number => disk.image().get(FILE)?.length ?? 0;
  return { scheduler, disk, append, completed, completeNext, size };
}

diskContract("the simulated disk", () => {
  const { scheduler, disk } = setUp(1, false);
  return {
    start: (operation) => disk.submit(operation, scheduler.nowUs),
    finishAll: () => {
      const completions: DiskCompletion[] = [];
      while (disk.current !== null) {
        for (const write of scheduler.takeMoment()) {
          const completion = disk.complete(write, scheduler.nowUs);
          if (completion !== null) completions.push(completion);
        }
      }
      return completions;
    },
    losePower: () => disk.losePower(scheduler.nowUs),
    image: () => disk.image(),
  };
});

describe("Disk", () => {
  test("operations complete one after the other, in the order asked for", () => {
    const { scheduler, disk, append, completed, completeNext } = setUp(1, true);
    append(10, true);
    append(10, false);
    append(10, true);
    expect(disk.current?.operation.id).toBe(1);
    const { startedAtUs, syncsFromUs, endsAtUs } = disk.current!;
    expect(startedAtUs).toBe(0);
    expect(endsAtUs - syncsFromUs).toBeGreaterThanOrEqual(DEFAULT_RUN_OPTIONS.syncMinUs);
    completeNext();
    expect(scheduler.nowUs).toBe(endsAtUs);
    expect(disk.current?.operation.id).toBe(2);
    expect(disk.current!.endsAtUs - endsAtUs).toBeLessThanOrEqual(DEFAULT_RUN_OPTIONS.writeMaxUs);
    completeNext();
    completeNext();
    expect(completed).toEqual([1, 2, 3]);
    expect(disk.current).toBeNull();
  });

  test("a loss of power takes every byte that no sync has covered", () => {
    const { disk, append, completeNext, size } = setUp(1, false);
    append(10, true);
    completeNext();
    append(20, false);
    completeNext();
    expect(size()).toBe(30);
    append(40, true);
    expect(disk.losePower(50_000)).toEqual({
      lostBytes: 60,
      keptBytes: 0,
      writeInterrupted: true,
    });
    expect(size()).toBe(10);
  });

  test("a sync covers the bytes that were written before it without one", () => {
    const { disk, append, completeNext, size } = setUp(1, false);
    append(20, false);
    completeNext();
    append(10, true);
    completeNext();
    disk.losePower(50_000);
    expect(size()).toBe(30);
  });

  test("torn tails keep any prefix of what was not synced, and nothing else", () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 300; seed++) {
      const { disk, append, completeNext, size } = setUp(seed, true);
      append(4, true);
      completeNext();
      append(3, true);
      append(100, true);
      const { lostBytes, keptBytes } = disk.losePower(50_000);
      expect(lostBytes + keptBytes).toBe(3);
      expect(size()).toBe(4 + keptBytes);
      expect([...disk.image().get(FILE)!]).toEqual([1, 1, 1, 1, 2, 2, 2].slice(0, size()));
      sizes.add(size());
    }
    expect([...sizes].sort((a, b) => a - b)).toEqual([4, 5, 6, 7]);
  });

  test("what was interrupted never completes, and what survived is durable", () => {
    const { scheduler, disk, append, completed, completeNext, size } = setUp(3, true);
    append(50, true);
    disk.losePower(1_000);
    const survived = size();
    disk.losePower(2_000);
    expect(size()).toBe(survived);
    expect(disk.recentWrites(2_000)).toMatchObject([{ number: 1, lostAtUs: 1_000 }]);
    append(5, true);
    while (scheduler.nextAtUs() !== null) completeNext();
    expect(completed).toEqual([2]);
    expect(size()).toBe(survived + 5);
  });

  test("a truncation is synced, and an image does not follow the disk", () => {
    const { scheduler, disk, append, completed, completeNext, size } = setUp(1, true);
    append(30, true);
    completeNext();
    const before = disk.image();
    disk.submit({ kind: "truncate", id: 9, file: FILE, sizeBytes: 12 }, scheduler.nowUs);
    completeNext();
    expect(completed).toEqual([1, 9]);
    append(3, false);
    expect(size()).toBe(15);
    disk.losePower(90_000);
    expect(size()).toBeLessThanOrEqual(15);
    expect(size()).toBeGreaterThanOrEqual(12);
    expect(before.get(FILE)).toEqual(new Uint8Array(30).fill(1));
  });
});
