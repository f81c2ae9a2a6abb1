import { describe, expect, test } from "vitest";
import { nodeId } from "../base/ids.ts";
import { diskContract } from "../wal/disk.contract.ts";
import type { DiskCompletion, DiskOperation } from "../wal/disk.ts";
import { Disk } from "./disk.ts";
import type { DiskEnd, DiskMoment, DiskWrite, PowerLoss } from "./disk.ts";
import { DISK_FAULTS } from "./diskFaults.ts";
import type { RunOptions } from "./run.ts";
import { DEFAULT_RUN_OPTIONS } from "./run.ts";
import { Scheduler } from "./scheduler.ts";

const FILE = "wal";

interface Due {
  readonly moment: DiskMoment;
  readonly write: DiskWrite;
}

/** `DiskOperation` without its id, for each kind of its own. */
type Wanted<T = DiskOperation> = T extends DiskOperation ? Omit<T, "id"> : never;

function setUp(seed = 1, options: Partial<RunOptions> = { tornTails: false }) {
  const scheduler = new Scheduler<Due>();
  const disk = new Disk(
    nodeId(1),
    seed,
    { ...DEFAULT_RUN_OPTIONS, ...options },
    (atUs, moment, write) => scheduler.schedule(atUs, { moment, write }),
    true,
  );
  let lastId = 0;
  const ends: DiskEnd[] = [];
  const tears: PowerLoss[] = [];
  const submit = (operation: Wanted): void =>
    disk.submit({ ...operation, id: ++lastId }, scheduler.nowUs);
  /** Time passes until something comes due. */
  const next = (): void => {
    for (const { moment, write } of scheduler.takeMoment()) {
      if (moment === "torn") {
        if (disk.current === write) tears.push(disk.losePower(scheduler.nowUs, true));
        continue;
      }
      const end = disk.complete(write, scheduler.nowUs);
      if (end !== null) ends.push(end);
    }
  };
  const finish = (): void => {
    while (scheduler.nextAtUs() !== null) next();
  };
  const run = (...operations: Wanted[]): readonly DiskCompletion[] => {
    const from = ends.length;
    for (const operation of operations) submit(operation);
    finish();
    return ends.slice(from).map(({ completion }) => completion);
  };
  const losePower = (): PowerLoss => disk.losePower(scheduler.nowUs, false);
  const contents = (file = FILE): number[] | null => {
    const bytes = disk.image().get(file);
    return bytes === undefined ? null : [...bytes];
  };
  return { scheduler, disk, submit, next, finish, run, ends, tears, losePower, contents };
}

const create = (file = FILE): Wanted => ({ kind: "create", file });
const syncDirectory: Wanted = { kind: "syncDirectory" };
const sync: Wanted = { kind: "sync", file: FILE };
const append = (bytes: readonly number[], isSynced: boolean, file = FILE): Wanted => ({
  kind: "append",
  file,
  bytes: Uint8Array.from(bytes),
  sync: isSynced,
});
const repeat = (value: number, count: number): number[] => Array<number>(count).fill(value);

/** A disk with a durable file of these bytes. */
function withFile(bytes: readonly number[], seed = 1, options?: Partial<RunOptions>) {
  const made = setUp(seed, options);
  made.run(create(), syncDirectory, append(bytes, true));
  return made;
}

diskContract("the simulated disk", () => {
  const { scheduler, disk, finish, ends, losePower } = setUp();
  disk.setFault("lostNames", true);
  return {
    start: (operation) => disk.submit(operation, scheduler.nowUs),
    finishAll: () => {
      finish();
      return ends.splice(0).map(({ completion }) => completion);
    },
    losePower,
    image: () => disk.image(),
  };
});

describe("Disk", () => {
  test("operations complete one after the other, in the order asked for", () => {
    const { scheduler, disk, submit, next, ends } = setUp();
    submit(create());
    submit(append(repeat(1, 10), true));
    submit(append(repeat(2, 10), false));
    next();
    const { startedAtUs, syncsFromUs, endsAtUs, operation } = disk.current!;
    expect(operation).toMatchObject({ kind: "append", id: 2 });
    expect(startedAtUs).toBe(scheduler.nowUs);
    expect(endsAtUs - syncsFromUs).toBeGreaterThanOrEqual(DEFAULT_RUN_OPTIONS.syncMinUs);
    next();
    expect(scheduler.nowUs).toBe(endsAtUs);
    expect(disk.current).toMatchObject({ number: 3, sync: false, sizeBytes: 10 });
    expect(disk.current!.endsAtUs - endsAtUs).toBeLessThanOrEqual(DEFAULT_RUN_OPTIONS.writeMaxUs);
    next();
    expect(ends.map(({ completion }) => completion.id)).toEqual([1, 2, 3]);
    expect(disk.current).toBeNull();
  });

  test("a loss of power takes every byte that no sync has covered", () => {
    const { submit, next, run, losePower, contents } = withFile([1, 1]);
    submit(append([2, 2, 2], false));
    next();
    expect(contents()).toEqual([1, 1, 2, 2, 2]);
    submit(append([3], true));
    submit(append([4], true));
    expect(losePower()).toEqual({
      lostBytes: 4,
      keptBytes: 0,
      writeInterrupted: true,
      torn: null,
    });
    expect(contents()).toEqual([1, 1]);
    run(append([5], true));
    expect(contents()).toEqual([1, 1, 5]);
  });

  test("a sync alone writes nothing", () => {
    const { disk, submit } = withFile([1]);
    submit(sync);
    expect(disk.current!.syncsFromUs).toBe(disk.current!.startedAtUs);
    expect(disk.current!.endsAtUs).toBeGreaterThan(disk.current!.startedAtUs);
  });

  test("torn tails keep any prefix of what was not synced, and nothing else", () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { submit, losePower, contents } = withFile([1, 1, 1, 1], seed, { tornTails: true });
      submit(append([2, 3, 4], true));
      submit(append(repeat(9, 100), true));
      const { lostBytes, keptBytes } = losePower();
      expect(lostBytes + keptBytes).toBe(3);
      expect(contents()).toEqual([1, 1, 1, 1, 2, 3, 4].slice(0, 4 + keptBytes));
      sizes.add(keptBytes);
    }
    expect([...sizes].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
  });

  test("what was interrupted never completes, and what survived is durable", () => {
    const { disk, submit, next, run, finish, ends, losePower, contents } = withFile([1], 3, {
      tornTails: true,
    });
    submit(append(repeat(2, 50), true));
    losePower();
    const survived = contents()!;
    expect(survived.length).toBeGreaterThan(1);
    losePower();
    expect(contents()).toEqual(survived);
    expect(disk.recentWrites(0).at(-1)).toMatchObject({ number: 4, lostAtUs: expect.any(Number) });
    next();
    finish();
    expect(ends).toHaveLength(3);
    run(append([3], true));
    expect(ends).toHaveLength(4);
    expect(contents()).toEqual([...survived, 3]);
  });

  test("names stay through a loss of power, synced or not", () => {
    const { run, losePower, contents } = withFile([1]);
    run(create("a"), append([7], true, "a"), { kind: "rename", file: "a", to: FILE });
    losePower();
    expect(contents()).toEqual([7]);
    expect(contents("a")).toBeNull();
  });

  test("an image does not follow the disk", () => {
    const { disk, run } = withFile([1, 2]);
    const before = disk.image();
    run({ kind: "truncate", file: FILE, sizeBytes: 1 }, append([9], true));
    disk.flipBit(FILE, 0, 0);
    expect([...before.get(FILE)!]).toEqual([1, 2]);
  });

  /** These are the draws of the disk as it was before there were names and faults. */
  test("appends take as long as they always did, and tails tear where they did", () => {
    const { disk, submit, next, losePower } = setUp(1042, {});
    const durations: number[][] = [];
    submit(create());
    submit(syncDirectory);
    for (let i = 0; i < 4; i++) submit(append([i], i % 2 === 0));
    submit({ kind: "read", file: FILE, position: 0, sizeBytes: 9 });
    submit({ kind: "truncate", file: FILE, sizeBytes: 1 });
    while (disk.current !== null) {
      const { operation, startedAtUs, syncsFromUs, endsAtUs } = disk.current;
      if (operation.kind === "append" || operation.kind === "truncate") {
        durations.push([syncsFromUs - startedAtUs, endsAtUs - syncsFromUs]);
      }
      next();
    }
    expect(durations).toEqual([
      [144, 15_172],
      [125, 0],
      [148, 9_451],
      [136, 0],
      [95, 10_348],
    ]);
    submit(append(repeat(1, 1_000), false));
    expect(losePower()).toMatchObject({ lostBytes: 878, keptBytes: 122 });
  });
});

describe("a disk fault", () => {
  test("is off on a new disk, and outlives a loss of power and a wipe", () => {
    const { disk, losePower } = setUp();
    expect(new Set(Object.values(disk.faults))).toEqual(new Set([false]));
    for (const fault of DISK_FAULTS) disk.setFault(fault, true);
    disk.failNextSync();
    losePower();
    disk.wipe();
    expect(disk.faults).toEqual({
      ...Object.fromEntries(DISK_FAULTS.map((fault) => [fault, true])),
      failSync: true,
      tear: false,
    });
    disk.setFault("full", false);
    expect(disk.faults.full).toBe(false);
  });

  test("lostCache takes every unsynced byte, though tails may tear", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { disk, submit, losePower, contents } = withFile([1], seed, { tornTails: true });
      disk.setFault("lostCache", true);
      disk.setFault("tornSectors", true);
      submit(append(repeat(2, 2_000), true));
      expect(losePower()).toMatchObject({ lostBytes: 2_000, keptBytes: 0 });
      expect(contents()).toEqual([1]);
    }
  });

  test("tornSectors keeps any sectors, zeros between them, and ends after the last", () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const { disk, submit, losePower, contents } = withFile(repeat(1, 500), seed);
      disk.setFault("tornSectors", true);
      // 12 bytes in the first sector, 512 in the second and 76 in the third.
      submit(append(repeat(2, 600), true));
      const { keptBytes, lostBytes } = losePower();
      const bytes = contents()!;
      expect(bytes.slice(0, 500)).toEqual(repeat(1, 500));
      const parts = [bytes.slice(500, 512), bytes.slice(512, 1_024), bytes.slice(1_024)];
      const kept = parts.map((part) => part.length > 0 && part[0] === 2);
      const sizes = [12, 512, 76];
      const last = kept.lastIndexOf(true);
      const expected = sizes.flatMap((size, at) =>
        at > last ? [] : repeat(kept[at] === true ? 2 : 0, size),
      );
      expect(bytes.slice(500)).toEqual(expected);
      expect(keptBytes).toBe(sizes.reduce((sum, size, at) => sum + (kept[at] ? size : 0), 0));
      expect(lostBytes).toBe(600 - keptBytes);
      seen.add(kept.join());
    }
    expect(seen.size).toBe(8);
  });

  test("lostNames undoes creates, renames and removes that no sync has covered, all of them", () => {
    const { disk, run, losePower, contents } = withFile([1]);
    run(create("old"), append([5], true, "old"));
    run(create("other"), append([6], true, "other"), syncDirectory);
    disk.setFault("lostNames", true);
    run(
      create("new"),
      append([2, 2], true, "new"),
      { kind: "rename", file: "new", to: FILE },
      { kind: "remove", file: "old" },
    );
    expect([contents(), contents("new"), contents("old")]).toEqual([[2, 2], null, null]);
    expect(disk.files.map(({ name, isNameDurable }) => [name, isNameDurable])).toEqual([
      ["other", true],
      [FILE, false],
    ]);
    expect(losePower().lostBytes).toBe(2);
    expect([contents(), contents("new"), contents("old")]).toEqual([[1], null, [5]]);
    run({ kind: "rename", file: "old", to: "new" }, syncDirectory);
    losePower();
    expect([contents("new"), contents("old")]).toEqual([[5], null]);
  });

  test("lostNames loses the unsynced bytes of a file whose removal it undoes", () => {
    const { disk, run, losePower, contents } = withFile([1]);
    disk.setFault("lostNames", true);
    run(append([2], false), { kind: "remove", file: FILE });
    losePower();
    expect(contents()).toEqual([1]);
  });

  test("lyingSync completes without saving anything, and says so once", () => {
    const { disk, run, ends, losePower, contents } = withFile([1]);
    disk.setFault("lyingSync", true);
    const from = ends.length;
    const completions = run(append([2, 2], true), append([3], false), sync, append([4], false));
    expect(completions.map(({ error }) => error)).toEqual([null, null, null, null]);
    expect(ends.slice(from).map(({ trouble }) => trouble)).toEqual(["syncLied", null, null, null]);
    expect(disk.files).toMatchObject([{ sizeBytes: 5, durableBytes: 4, liedBytes: 3 }]);
    losePower();
    expect(contents()).toEqual([1]);
    expect(disk.files).toMatchObject([{ sizeBytes: 1, durableBytes: 1, liedBytes: 0 }]);

    disk.setFault("lyingSync", false);
    disk.setFault("lyingSync", true);
    run(append([5], true));
    expect(ends.at(-1)!.trouble).toBe("syncLied");
    disk.setFault("lyingSync", false);
    run(sync);
    losePower();
    expect(contents()).toEqual([1, 5]);
  });

  test("lyingSync lies about the directory and about a truncation", () => {
    const { disk, run, losePower, contents } = withFile([1, 2, 3, 4]);
    disk.setFault("lyingSync", true);
    disk.setFault("lostNames", true);
    run(create("a"), syncDirectory, { kind: "truncate", file: FILE, sizeBytes: 2 });
    run({ kind: "truncate", file: FILE, sizeBytes: 1 }, append([9], true));
    expect(contents()).toEqual([1, 9]);
    expect(disk.files.find(({ name }) => name === FILE)).toMatchObject({ liedBytes: 1 });
    losePower();
    expect(contents("a")).toBeNull();
    expect(contents()).toEqual([1, 2, 3, 4]);
  });

  test("slow makes everything take so many times as long", () => {
    const durations = (isSlow: boolean): number[] => {
      const { disk, submit, next } = setUp(5, { slowDiskFactor: 7 });
      disk.setFault("slow", isSlow);
      submit(create());
      submit(syncDirectory);
      submit(append([1], true));
      submit(sync);
      const taken: number[] = [];
      while (disk.current !== null) {
        taken.push(disk.current.endsAtUs - disk.current.startedAtUs);
        next();
      }
      return taken;
    };
    expect(durations(true)).toEqual(durations(false).map((us) => 7 * us));
  });

  test("full writes a part, not the whole, and fails; names need room too", () => {
    const parts = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { disk, run, losePower, contents } = withFile([1], seed);
      disk.setFault("full", true);
      const [appended, made, synced] = run(append([2, 3, 4], true), create("a"), sync);
      expect(run(append([], true))).toMatchObject([{ error: null }]);
      const error = { kind: "full", message: "no space left on the device" };
      expect(appended).toMatchObject({ error });
      expect(made).toMatchObject({ error });
      expect(synced).toMatchObject({ error: null });
      expect(contents("a")).toBeNull();
      const bytes = contents()!;
      expect(bytes).toEqual([1, 2, 3, 4].slice(0, bytes.length));
      parts.add(bytes.length - 1);
      disk.setFault("full", false);
      run({ kind: "truncate", file: FILE, sizeBytes: 1 }, append([2, 3, 4], true));
      losePower();
      expect(contents()).toEqual([1, 2, 3, 4]);
    }
    expect([...parts].toSorted((a, b) => a - b)).toEqual([0, 1, 2]);
  });

  test("full fails before anything is synced", () => {
    const { disk, submit } = withFile([1]);
    disk.setFault("full", true);
    submit(append([2], true));
    expect(disk.current!.endsAtUs).toBe(disk.current!.syncsFromUs);
  });

  test("a failed sync takes what it should have saved, and only the next one fails", () => {
    const { disk, run, ends, losePower, contents } = withFile([1]);
    disk.failNextSync();
    expect(disk.faults.failSync).toBe(true);
    const [unsynced, synced, later] = run(append([2], false), append([3], true), append([4], true));
    expect(unsynced!.error).toBeNull();
    expect(synced!.error).toEqual({
      kind: "failed",
      message: "fsync failed: input/output error",
    });
    expect(later!.error).toBeNull();
    expect(ends.at(-2)!.trouble).toBe("syncFailed");
    expect(contents()).toEqual([1, 4]);
    expect(disk.faults.failSync).toBe(false);
    losePower();
    expect(contents()).toEqual([1, 4]);
  });

  test("a failed sync of the directory takes the names", () => {
    const { disk, run, contents } = withFile([1]);
    disk.failNextSync();
    const [, , completion] = run(create("a"), { kind: "remove", file: FILE }, syncDirectory);
    expect(completion!.error?.kind).toBe("failed");
    expect([contents(), contents("a")]).toEqual([[1], null]);
  });

  test("a truncation whose sync failed is undone by the next loss of power", () => {
    const { disk, run, losePower, contents } = withFile([1, 2, 3]);
    disk.failNextSync();
    run({ kind: "truncate", file: FILE, sizeBytes: 1 });
    losePower();
    expect(contents()).toEqual([1, 2, 3]);
  });

  test("tear keeps a part of the write, not all of it and not nothing, whatever else is lost", () => {
    const parts = new Set<number>();
    for (let seed = 0; seed < 100; seed++) {
      const { disk, scheduler, run, tears, contents } = withFile([1], seed);
      disk.setFault("lostCache", true);
      run(append([2], false));
      disk.tearNextWrite(scheduler.nowUs);
      expect(disk.faults.tear).toBe(true);
      // Too short to be torn.
      expect(run(append([3], true))).toHaveLength(1);
      expect(run(append([4, 5, 6], true))).toEqual([]);
      const torn = tears[0]!.torn!;
      expect(torn).toEqual({
        file: FILE,
        keptBytes: torn.keptBytes,
        lostBytes: 3 - torn.keptBytes,
      });
      expect(tears[0]!.writeInterrupted).toBe(true);
      expect(contents()).toEqual([1, 2, 3, 4, 5, 6].slice(0, 3 + torn.keptBytes));
      parts.add(torn.keptBytes);
      expect(disk.faults.tear).toBe(false);
      expect(run(append([7, 8, 9], true))).toHaveLength(1);
    }
    expect([...parts].toSorted((a, b) => a - b)).toEqual([1, 2]);
  });

  test("tear takes the write that is under way", () => {
    const { disk, scheduler, submit, finish, tears } = withFile([1]);
    submit(append([2, 3], true));
    const { startedAtUs, endsAtUs } = disk.current!;
    disk.tearNextWrite(scheduler.nowUs);
    finish();
    expect(tears[0]!.torn).toEqual({ file: FILE, keptBytes: 1, lostBytes: 1 });
    const { lostAtUs } = disk.recentWrites(scheduler.nowUs).at(-1)!;
    expect(lostAtUs).toBeGreaterThan(startedAtUs);
    expect(lostAtUs).toBeLessThan(endsAtUs);
  });

  test("tear lets a write through that is over within a microsecond", () => {
    const { disk, scheduler, run, tears } = withFile([1], 1, { writeMinUs: 1, writeMaxUs: 1 });
    disk.tearNextWrite(scheduler.nowUs);
    expect(run(append([2, 3], false))).toHaveLength(1);
    expect(tears).toEqual([]);
    run(append([4, 5], true));
    expect(tears).toHaveLength(1);
  });

  test("tear leaves nothing of a file whose name is lost", () => {
    const { disk, scheduler, run, tears, contents } = withFile([1]);
    disk.setFault("lostNames", true);
    run(create("a"));
    disk.tearNextWrite(scheduler.nowUs);
    run(append([2, 3], true, "a"));
    expect(contents("a")).toBeNull();
    expect(tears).toMatchObject([{ torn: null, lostBytes: 2, keptBytes: 0 }]);
  });

  test("tear stays armed when something else takes the power first", () => {
    const { disk, scheduler, submit, finish, run, tears, losePower } = withFile([1]);
    disk.tearNextWrite(scheduler.nowUs);
    submit(append([2, 3], true));
    losePower();
    finish();
    expect(tears).toEqual([]);
    expect(disk.faults.tear).toBe(true);
    run(append([2, 3], true));
    expect(tears).toHaveLength(1);
  });

  test("tear ends at the edge of a sector when sectors are whole or not there", () => {
    const sizes = new Set<number>();
    for (let seed = 0; seed < 50; seed++) {
      const { disk, scheduler, run, tears, contents } = withFile(repeat(1, 500), seed);
      disk.setFault("tornSectors", true);
      disk.tearNextWrite(scheduler.nowUs);
      expect(run(append(repeat(2, 12), true))).toHaveLength(1);
      run(append(repeat(3, 1_030), true));
      expect(tears).toHaveLength(1);
      sizes.add(contents()!.length);
    }
    expect([...sizes].toSorted((a, b) => a - b)).toEqual([1_024, 1_536]);
  });

  test("a flipped bit is there at once and for good, and read by whoever reads", () => {
    const { disk, run, losePower, contents } = withFile([1, 2, 3]);
    const { version } = disk.files[0]!;
    disk.flipBit(FILE, 1, 7);
    expect(contents()).toEqual([1, 130, 3]);
    expect(disk.files[0]!.version).toBeGreaterThan(version);
    losePower();
    const [read] = run({ kind: "read", file: FILE, position: 1, sizeBytes: 5 });
    expect([...read!.bytes!]).toEqual([130, 3]);
  });

  test("a wipe leaves nothing, and nothing comes back", () => {
    const { disk, submit, finish, run, ends, losePower } = withFile([1]);
    disk.setFault("lostNames", true);
    submit(append([2], true));
    submit(create("a"));
    disk.wipe();
    finish();
    expect(ends).toHaveLength(3);
    expect(disk.current).toBeNull();
    run(create("b"));
    expect(disk.files.map(({ name }) => name)).toEqual(["b"]);
    losePower();
    expect(disk.image().size).toBe(0);
  });
});

describe("what a picture shows of a disk", () => {
  test("files in order of name, what is durable of them, and a version for other contents", () => {
    const { disk, run, losePower } = setUp();
    run(create("b"), create("a"), syncDirectory, append([1, 2], true, "b"));
    run(append([3], false, "b"));
    const [first, second] = disk.files;
    expect(first).toMatchObject({ name: "a", sizeBytes: 0, isNameDurable: true });
    expect(second).toMatchObject({ name: "b", sizeBytes: 3, durableBytes: 2, liedBytes: 0 });
    expect([...second!.bytes.subarray(0, 3)]).toEqual([1, 2, 3]);
    run(append([4], true, "b"));
    expect(disk.files[1]!.version).toBe(second!.version);
    run({ kind: "truncate", file: "b", sizeBytes: 2 });
    expect(disk.files[1]!.version).toBeGreaterThan(second!.version);
    for (const fails of [true, false]) {
      const { version } = disk.files[1]!;
      run(append([5, 6], false, "b"));
      if (fails) disk.failNextSync();
      if (fails) run({ kind: "sync", file: "b" });
      else losePower();
      expect(disk.files[1]).toMatchObject({ sizeBytes: 2 });
      expect(disk.files[1]!.version).toBeGreaterThan(version);
    }
    // Another file of the same name is never taken for the same contents.
    run({ kind: "remove", file: "b" }, create("b"));
    expect(disk.files[1]!.version).toBeGreaterThan(second!.version + 1);
  });
});
