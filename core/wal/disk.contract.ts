import { describe, expect, test } from "vitest";
import type { DiskCompletion, DiskImage, DiskOperation } from "./disk.ts";

/** What a disk must let its test do. */
export interface DiskUnderTest {
  start(operation: DiskOperation): void;
  /** Lets every operation asked for so far end; completions in the order in which they came. */
  finishAll(): readonly DiskCompletion[];
  /** Power goes and comes back: drops every byte that no sync has covered. */
  losePower(): void;
  /** What a node that starts now would find. */
  image(): DiskImage;
}

/** The rules of the seam in `disk.ts`, for every disk that claims to keep them. */
export function diskContract(name: string, makeDisk: () => DiskUnderTest): void {
  const append = (id: number, file: string, bytes: number[], sync: boolean): DiskOperation => ({
    kind: "append",
    id,
    file,
    bytes: Uint8Array.from(bytes),
    sync,
  });
  const contents = (disk: DiskUnderTest, file: string) => [...(disk.image().get(file) ?? [])];

  describe(`${name} keeps the disk contract`, () => {
    test("a new disk is empty", () => {
      expect(makeDisk().image().size).toBe(0);
    });

    test("operations complete in the order in which they were asked for", () => {
      const disk = makeDisk();
      disk.start(append(1, "a", [1], true));
      disk.start(append(2, "b", [2], false));
      disk.start({ kind: "truncate", id: 3, file: "a", sizeBytes: 0 });
      expect(disk.finishAll()).toEqual([1, 2, 3].map((id) => ({ id, error: null })));
    });

    test("a synced append survives a crash, an unsynced one does not", () => {
      const disk = makeDisk();
      disk.start(append(1, "a", [1, 2], true));
      disk.start(append(2, "a", [3], false));
      disk.finishAll();
      disk.losePower();
      expect(contents(disk, "a")).toEqual([1, 2]);
    });

    test("a sync covers all earlier bytes of its file", () => {
      const disk = makeDisk();
      disk.start(append(1, "a", [1], false));
      disk.start(append(2, "a", [2], true));
      disk.finishAll();
      disk.losePower();
      expect(contents(disk, "a")).toEqual([1, 2]);
    });

    test("a sync without bytes covers them too", () => {
      const disk = makeDisk();
      disk.start(append(1, "a", [1], false));
      disk.start(append(2, "a", [], true));
      disk.finishAll();
      disk.losePower();
      expect(contents(disk, "a")).toEqual([1]);
    });

    test("a truncation cuts, and is synced", () => {
      const disk = makeDisk();
      disk.start(append(1, "a", [1, 2, 3], true));
      disk.start({ kind: "truncate", id: 2, file: "a", sizeBytes: 1 });
      disk.finishAll();
      disk.losePower();
      expect(contents(disk, "a")).toEqual([1]);
      disk.start(append(3, "a", [9], true));
      disk.finishAll();
      expect(contents(disk, "a")).toEqual([1, 9]);
    });
  });
}
