import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/assert.ts";
import { index, nodeId, term } from "../base/ids.ts";
import { findSnapshots, snapshotFileName, temporaryFileName } from "./snapshotFile.ts";
import type { SnapshotFile } from "./snapshotFile.ts";
import { SnapshotStore } from "./snapshotStore.ts";
import type { SnapshotProgress } from "./snapshotStore.ts";
import { PlainDisk } from "./testing/plainDisk.ts";
import type { Mercy } from "./testing/plainDisk.ts";

const snapshotAt = (entry: number): SnapshotFile => ({
  group: 0,
  index: index(entry),
  term: term(1),
  members: {
    voters: [nodeId(1)],
    learners: [],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave: false,
  },
  data: new Uint8Array(1_200).fill(entry),
});

function storeOn(disk: PlainDisk): SnapshotStore {
  let lastId = 0;
  return new SnapshotStore(findSnapshots(disk.image(), 0), () => ++lastId);
}

/** Lets the disk do all there is to do, or so many operations. */
function settle(store: SnapshotStore, disk: PlainDisk, count = 100): SnapshotProgress[] {
  const progress: SnapshotProgress[] = [];
  while (progress.length < count) {
    const operation = store.nextOperation();
    if (operation === null) break;
    disk.start(operation);
    for (const completion of disk.finishAll()) progress.push(store.complete(completion));
  }
  return progress;
}

function diskWith(...entries: number[]): PlainDisk {
  const disk = new PlainDisk();
  const store = storeOn(disk);
  for (const entry of entries) {
    store.save(snapshotAt(entry));
    settle(store, disk);
  }
  return disk;
}

const files = (disk: PlainDisk) => [...disk.image().keys()];
const found = (disk: PlainDisk) => findSnapshots(disk.image(), 0).snapshots;

test("a snapshot is written under another name, synced, renamed, and its name is synced", () => {
  const disk = new PlainDisk();
  const store = storeOn(disk);
  expect(store.nextOperation()).toBeNull();
  const snapshot = snapshotAt(7);
  store.save(snapshot);
  expect(store.saving).toBe(snapshot);
  const kinds: string[] = [];
  let last: SnapshotProgress | null = null;
  for (let next = store.nextOperation(); next !== null; next = store.nextOperation()) {
    expect(store.nextOperation(), "one at a time").toBeNull();
    expect([store.owns(next.id), store.owns(next.id + 1)]).toEqual([true, false]);
    kinds.push(next.kind === "append" && next.sync ? "append and sync" : next.kind);
    disk.start(next);
    for (const completion of disk.finishAll()) last = store.complete(completion);
  }
  expect(kinds).toEqual(["create", "append and sync", "rename", "syncDirectory"]);
  expect(last).toEqual({ outcome: "saved", snapshot });
  expect(store.saving).toBeNull();
  expect(found(disk)).toEqual([snapshot]);
});

test("older ones go once the new one is durable, and not before", () => {
  const disk = diskWith(7);
  const store = storeOn(disk);
  store.save(snapshotAt(9));
  expect(settle(store, disk, 4).at(-1)).toMatchObject({ outcome: "saved" });
  expect(files(disk).sort()).toEqual([7, 9].map((entry) => snapshotFileName(snapshotAt(entry))));
  settle(store, disk);
  expect(files(disk)).toEqual([snapshotFileName(snapshotAt(9))]);
});

test("one store saves several, one after the other", () => {
  const disk = new PlainDisk();
  const store = storeOn(disk);
  for (const entry of [7, 9, 11]) {
    store.save(snapshotAt(entry));
    settle(store, disk);
    expect(files(disk)).toEqual([snapshotFileName(snapshotAt(entry))]);
  }
});

test("one of the same index takes the place of the one before", () => {
  const disk = diskWith(7, 7);
  expect(found(disk)).toEqual([snapshotAt(7)]);
});

test("what was left behind is removed: unfinished ones at once, damaged ones after a save", () => {
  const disk = diskWith(7);
  const damaged = snapshotFileName(snapshotAt(8));
  const unfinished = temporaryFileName(snapshotAt(9));
  for (const [id, file] of [damaged, unfinished].entries()) {
    disk.start({ kind: "create", id, file });
  }
  disk.finishAll();
  const store = storeOn(disk);
  settle(store, disk);
  expect(files(disk)).toEqual([snapshotFileName(snapshotAt(7)), damaged]);
  store.save(snapshotAt(9));
  settle(store, disk);
  expect(found(disk)).toEqual([snapshotAt(9)]);
  expect(files(disk)).toHaveLength(1);
});

test("one snapshot is saved at a time", () => {
  const store = storeOn(new PlainDisk());
  store.save(snapshotAt(7));
  expect(() => store.save(snapshotAt(8))).toThrow(InvariantError);
  expect(() => store.complete({ id: 1, error: null, bytes: null })).toThrow(InvariantError);
});

describe("without room", () => {
  test.each([0, 100])("for more than %i bytes it is given up, and can be saved later", (room) => {
    const disk = diskWith(7);
    const store = storeOn(disk);
    disk.roomBytes = [...disk.image().values()].reduce((sum, bytes) => sum + bytes.length, room);
    store.save(snapshotAt(9));
    expect(settle(store, disk).map(({ outcome }) => outcome)).toEqual([
      "completed",
      "full",
      "completed",
    ]);
    expect(store.saving).toBeNull();
    expect(files(disk)).toEqual([snapshotFileName(snapshotAt(7))]);
    disk.roomBytes = Number.POSITIVE_INFINITY;
    store.save(snapshotAt(9));
    settle(store, disk);
    expect(found(disk)).toEqual([snapshotAt(9)]);
  });

  test("for the file itself there is nothing to remove", () => {
    const store = storeOn(new PlainDisk());
    store.save(snapshotAt(7));
    const { id } = store.nextOperation()!;
    const error = { kind: "full", message: "no space left" } as const;
    const progress = store.complete({ id, error, bytes: null });
    expect(progress).toEqual({ outcome: "full", reason: "no space left" });
    expect(store.nextOperation()).toBeNull();
  });
});

test("without room for a name it has failed: what is on the disk is not known", () => {
  const disk = new PlainDisk();
  const store = storeOn(disk);
  store.save(snapshotAt(7));
  settle(store, disk, 2);
  const { id, kind } = store.nextOperation()!;
  expect(kind).toBe("rename");
  const error = { kind: "full", message: "no space left" } as const;
  expect(store.complete({ id, error, bytes: null })).toMatchObject({ outcome: "failed" });
  expect(store.nextOperation()).toBeNull();
});

test("after any other error nothing more is done", () => {
  const store = storeOn(new PlainDisk());
  store.save(snapshotAt(7));
  const { id } = store.nextOperation()!;
  const error = { kind: "failed", message: "input/output error" } as const;
  const progress = store.complete({ id, error, bytes: null });
  expect(progress).toEqual({ outcome: "failed", reason: "input/output error" });
  expect(store.nextOperation()).toBeNull();
});

describe("interrupted anywhere", () => {
  const mercies: Record<string, Mercy> = {
    "nothing unsynced kept": { keepsSector: () => false, keepsName: () => false },
    "bytes kept, names lost": { keepsSector: () => true, keepsName: () => false },
    "names kept, bytes lost": { keepsSector: () => false, keepsName: () => true },
    "everything kept": { keepsSector: () => true, keepsName: () => true },
    "every other sector kept": {
      keepsSector: (_, sector) => sector % 2 === 0,
      keepsName: (change) => change % 2 === 0,
    },
    "every other name kept": {
      keepsSector: (_, sector) => sector % 2 === 1,
      keepsName: (change) => change % 2 === 1,
    },
  };

  test.each(Object.entries(mercies))("%s: one of the two is in force, whole", (_, mercy) => {
    const isNew: boolean[] = [];
    for (let count = 0; count <= 6; count++) {
      for (const isStarted of [false, true]) {
        const disk = diskWith(7);
        disk.losePower({ keepsSector: () => true, keepsName: () => true });
        const store = storeOn(disk);
        store.save(snapshotAt(9));
        settle(store, disk, count);
        const wasSaved = store.saving === null;
        const next = store.nextOperation();
        if (isStarted && next !== null) disk.start(next);
        disk.losePower(mercy);
        const [latest] = found(disk);
        expect([7, 9]).toContain(latest?.index);
        expect(latest).toEqual(snapshotAt(latest!.index));
        if (wasSaved) expect(latest?.index).toBe(9);
        isNew.push(latest?.index === 9);

        const restarted = storeOn(disk);
        settle(restarted, disk);
        restarted.save(snapshotAt(11));
        settle(restarted, disk);
        expect(files(disk)).toEqual([snapshotFileName(snapshotAt(11))]);
      }
    }
    expect(new Set(isNew).size, "both happen").toBe(2);
  });
});
