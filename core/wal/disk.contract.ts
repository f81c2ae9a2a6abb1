import { describe, expect, test } from "vitest";
import type { DiskCompletion, DiskImage, DiskOperation } from "./disk.ts";

/** What a disk must let its test do. */
export interface DiskUnderTest {
  start(operation: DiskOperation): void;
  /** Lets every operation asked for so far end; completions in the order in which they came. */
  finishAll(): readonly DiskCompletion[];
  /** Power goes and comes back: takes every byte and every name that no sync has covered. */
  losePower(): void;
  /** What a node that starts now would find. */
  image(): DiskImage;
}

/** An operation without its id, which is its place in the list. */
type Body<Operation = DiskOperation> = Operation extends DiskOperation
  ? Omit<Operation, "id">
  : never;

const create = (file: string): Body => ({ kind: "create", file });
const append = (file: string, bytes: readonly number[], sync = false): Body => ({
  kind: "append",
  file,
  bytes: Uint8Array.from(bytes),
  sync,
});
const sync = (file: string): Body => ({ kind: "sync", file });
const read = (file: string, position: number, sizeBytes: number): Body => ({
  kind: "read",
  file,
  position,
  sizeBytes,
});
const truncate = (file: string, sizeBytes: number): Body => ({ kind: "truncate", file, sizeBytes });
const rename = (file: string, to: string): Body => ({ kind: "rename", file, to });
const remove = (file: string): Body => ({ kind: "remove", file });
const syncDirectory: Body = { kind: "syncDirectory" };

/** The rules of the seam in `disk.ts`, for every disk that claims to keep them. */
export function diskContract(name: string, makeDisk: () => DiskUnderTest): void {
  let lastId = 0;
  const perform = (disk: DiskUnderTest, ...bodies: readonly Body[]): readonly DiskCompletion[] => {
    for (const body of bodies) disk.start({ ...body, id: ++lastId });
    return disk.finishAll();
  };
  /** A disk on which all of that has been done, without an error. */
  const diskWith = (...bodies: readonly Body[]): DiskUnderTest => {
    const disk = makeDisk();
    for (const { error } of perform(disk, ...bodies)) expect(error).toBeNull();
    return disk;
  };
  const afterPowerLoss = (disk: DiskUnderTest) => {
    disk.losePower();
    return contents(disk);
  };

  describe(`${name}: operations`, () => {
    test("a new disk is empty", () => {
      expect(contents(makeDisk())).toEqual({});
    });

    test("complete in the order in which they were asked for", () => {
      const disk = makeDisk();
      const bodies = [
        create("a"),
        append("a", [1, 2], true),
        create("b"),
        append("b", [3]),
        sync("b"),
        truncate("a", 0),
        rename("b", "c"),
        remove("a"),
        syncDirectory,
        read("c", 0, 1),
      ];
      const first = lastId + 1;
      const completions = perform(disk, ...bodies);
      expect(completions.map(({ id }) => id)).toEqual(bodies.map((_, at) => first + at));
      expect(completions.map(({ error }) => error)).toEqual(bodies.map(() => null));
      expect(contents(disk)).toEqual({ c: [3] });
    });

    test("bytes are added to the end of a file", () => {
      const disk = diskWith(create("a"), append("a", [1, 2]), append("a", []), append("a", [3]));
      expect(contents(disk)).toEqual({ a: [1, 2, 3] });
    });

    test("bytes are as they were when the append was asked for", () => {
      const disk = diskWith(create("a"));
      const bytes = Uint8Array.of(1, 2);
      disk.start({ kind: "append", id: ++lastId, file: "a", bytes, sync: true });
      disk.finishAll();
      bytes.fill(9);
      expect(contents(disk)).toEqual({ a: [1, 2] });
    });

    test("a read brings what is there of its range, and nothing else does", () => {
      const disk = diskWith(create("a"), append("a", [1, 2, 3, 4]), sync("a"));
      const reads = [read("a", 1, 2), read("a", 3, 9), read("a", 9, 1), syncDirectory];
      const found = perform(disk, ...reads).map(({ bytes }) => bytes && [...bytes]);
      expect(found).toEqual([[2, 3], [4], [], null]);
    });

    test("a truncation cuts, and what is appended then follows the cut", () => {
      const disk = diskWith(create("a"), append("a", [1, 2, 3]), truncate("a", 1));
      expect(contents(disk)).toEqual({ a: [1] });
      perform(disk, append("a", [9]));
      expect(contents(disk)).toEqual({ a: [1, 9] });
    });

    test("a rename takes the bytes along and replaces a file of that name", () => {
      const disk = diskWith(
        create("a"),
        append("a", [1]),
        create("b"),
        append("b", [2]),
        rename("a", "b"),
      );
      expect(contents(disk)).toEqual({ b: [1] });
      perform(disk, append("b", [3]));
      expect(contents(disk)).toEqual({ b: [1, 3] });
    });

    test("a removed file is gone, and can be made again, empty", () => {
      const disk = diskWith(create("a"), append("a", [1], true), remove("a"), remove("a"));
      expect(contents(disk)).toEqual({});
      perform(disk, create("a"));
      expect(contents(disk)).toEqual({ a: [] });
    });
  });

  describe(`${name}: errors`, () => {
    test.each([
      ["an append", append("b", [1], true)],
      ["a sync", sync("b")],
      ["a read", read("b", 0, 1)],
      ["a truncation", truncate("b", 0)],
      ["a rename", rename("b", "c")],
    ])("%s of a file that is not there fails and makes none", (_, body) => {
      const disk = diskWith(create("a"), append("a", [1], true));
      const [completion] = perform(disk, body);
      expect(completion).toMatchObject({ error: { kind: "failed" }, bytes: null });
      expect(contents(disk)).toEqual({ a: [1] });
    });

    test("a file that is there cannot be created, and keeps its bytes", () => {
      const disk = diskWith(create("a"), append("a", [1]));
      const [completion] = perform(disk, create("a"));
      expect(completion).toMatchObject({ error: { kind: "failed" }, bytes: null });
      expect(contents(disk)).toEqual({ a: [1] });
    });
  });

  describe(`${name}: a loss of power takes bytes without a sync`, () => {
    const named = [create("a"), create("b"), syncDirectory];

    test("a synced append stays, an unsynced one does not", () => {
      const disk = diskWith(...named, append("a", [1, 2], true), append("a", [3]));
      expect(afterPowerLoss(disk)).toEqual({ a: [1, 2], b: [] });
    });

    test("a sync covers all earlier bytes of its file, with an append or alone", () => {
      const disk = diskWith(
        ...named,
        append("a", [1]),
        append("a", [2], true),
        append("b", [3]),
        sync("b"),
        append("b", [4]),
      );
      expect(afterPowerLoss(disk)).toEqual({ a: [1, 2], b: [3] });
    });

    test("the sync of a file covers no other file, and that of the directory covers none", () => {
      const disk = diskWith(...named, append("a", [1]), append("b", [2], true), syncDirectory);
      expect(afterPowerLoss(disk)).toEqual({ a: [], b: [2] });
    });

    test("a truncation is synced, and so is what it leaves", () => {
      const disk = diskWith(...named, append("a", [1, 2, 3], true), truncate("a", 1));
      perform(disk, append("b", [4, 5, 6]), truncate("b", 2));
      expect(afterPowerLoss(disk)).toEqual({ a: [1], b: [4, 5] });
    });

    test("what is written after it stays like anything else", () => {
      const disk = diskWith(...named, append("a", [1]));
      disk.losePower();
      perform(disk, append("a", [2], true), append("a", [3]));
      expect(afterPowerLoss(disk)).toEqual({ a: [2], b: [] });
    });

    test("what was asked for and not finished is lost", () => {
      const disk = diskWith(...named);
      disk.start({ ...append("a", [1], true), id: ++lastId });
      disk.losePower();
      expect(disk.finishAll()).toEqual([]);
      expect(contents(disk)).toEqual({ a: [], b: [] });
    });
  });

  describe(`${name}: a loss of power takes names without a sync of the directory`, () => {
    const named = [create("a"), append("a", [1], true), syncDirectory];

    test("a file that was created, whatever was synced of its bytes", () => {
      const disk = diskWith(...named, create("b"), append("b", [2], true));
      expect(afterPowerLoss(disk)).toEqual({ a: [1] });
    });

    test("a rename: both files are again what they were", () => {
      const both = [...named, create("b"), append("b", [2], true), syncDirectory];
      expect(afterPowerLoss(diskWith(...both, rename("a", "b")))).toEqual({ a: [1], b: [2] });
      expect(afterPowerLoss(diskWith(...named, rename("a", "c")))).toEqual({ a: [1] });
    });

    test("a removal: the file is back", () => {
      expect(afterPowerLoss(diskWith(...named, remove("a")))).toEqual({ a: [1] });
    });

    test("with that sync they stay as they are now", () => {
      const disk = diskWith(
        ...named,
        create("b"),
        append("b", [2], true),
        create("c"),
        append("c", [3], true),
        rename("b", "a"),
        remove("c"),
        create("d"),
        syncDirectory,
        remove("d"),
      );
      expect(afterPowerLoss(disk)).toEqual({ a: [2], d: [] });
    });

    test("bytes belong to their file, whatever its name was when they were synced", () => {
      const disk = diskWith(
        ...named,
        rename("a", "b"),
        append("b", [2], true),
        append("b", [3]),
        syncDirectory,
      );
      expect(afterPowerLoss(disk)).toEqual({ b: [1, 2] });
    });
  });
}

function contents(disk: DiskUnderTest): Record<string, number[]> {
  const files = [...disk.image()].map(([file, bytes]): [string, number[]] => [file, [...bytes]]);
  return Object.fromEntries(files);
}
