import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import type { Index } from "../base/ids.ts";
import { entrySizeBytes } from "./entrySize.ts";
import type { Entry, HardState, Snapshot } from "./message.ts";
import type { Storage } from "./storage.ts";

/** How the contract writes to a Storage, which RawNode itself only reads. */
export interface StorageUnderTest {
  readonly storage: Storage;
  append(entries: readonly Entry[]): void;
  setHardState(hardState: HardState): void;
  /** Keeps a snapshot of the state up to `i`, then drops the entries up to there. */
  compact(i: Index): void;
  /** Takes over a snapshot in place of the whole log. */
  applySnapshot(snapshot: Snapshot): void;
}

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const CONF_STATE = {
  voters: [nodeId(1), nodeId(2)],
  learners: [],
  votersOutgoing: [],
  learnersNext: [],
  autoLeave: false,
};

const entry = (i: number, at: number, bytes = 3): Entry => ({
  term: term(at),
  index: index(i),
  type: "EntryNormal",
  data: new Uint8Array(bytes).fill(i),
});

/** The rules that RawNode relies on, for any Storage: call it beside the implementation. */
export function storageContract(name: string, make: () => StorageUnderTest): void {
  const withEntries = (...terms: number[]): StorageUnderTest => {
    const made = make();
    made.append(terms.map((at, i) => entry(i + 1, at)));
    return made;
  };
  const indexesOf = (entries: ReturnType<Storage["entries"]>): unknown =>
    typeof entries === "string" ? entries : entries.map((each) => each.index);

  describe(`${name} keeps the contract of Storage`, () => {
    test("a fresh one is empty, and knows term 0 at index 0", () => {
      const { storage } = make();
      expect(storage.initialState().hardState).toBeNull();
      expect([storage.firstIndex(), storage.lastIndex()]).toEqual([1, 0]);
      expect(storage.term(index(0))).toBe(0);
      expect(storage.term(index(1))).toBe("unavailable");
    });

    test("what was appended can be read", () => {
      const { storage } = withEntries(1, 1, 2);
      expect([storage.firstIndex(), storage.lastIndex()]).toEqual([1, 3]);
      expect([1, 2, 3, 4].map((i) => storage.term(index(i)))).toEqual([1, 1, 2, "unavailable"]);
      expect(storage.entries(index(1), index(4), NO_LIMIT)).toEqual([
        entry(1, 1),
        entry(2, 1),
        entry(3, 2),
      ]);
    });

    test("entries that overlap replace, and cut off what followed", () => {
      const made = withEntries(1, 1, 1, 1);
      made.append([entry(2, 2), entry(3, 2)]);
      expect(made.storage.lastIndex()).toBe(3);
      expect([1, 2, 3].map((i) => made.storage.term(index(i)))).toEqual([1, 2, 2]);
    });

    test("what was read before an append stays as it was", () => {
      const made = withEntries(1, 1, 1);
      const before = made.storage.entries(index(1), index(4), NO_LIMIT);
      made.append([entry(2, 2)]);
      expect(before).toEqual([entry(1, 1), entry(2, 1), entry(3, 1)]);
    });

    test("the size limit cuts, but one entry always comes", () => {
      const { storage } = withEntries(1, 1, 1);
      const one = entrySizeBytes(entry(1, 1));
      const upTo = (maxBytes: number): unknown =>
        indexesOf(storage.entries(index(1), index(4), maxBytes));
      expect(upTo(0)).toEqual([1]);
      expect(upTo(one)).toEqual([1]);
      expect(upTo(2 * one)).toEqual([1, 2]);
      expect(upTo(3 * one - 1)).toEqual([1, 2]);
      expect(upTo(3 * one)).toEqual([1, 2, 3]);
    });

    test("compacted entries are gone; the term just before the first is known", () => {
      const made = withEntries(1, 2, 3);
      made.compact(index(2));
      const { storage } = made;
      expect([storage.firstIndex(), storage.lastIndex()]).toEqual([3, 3]);
      expect([1, 2, 3].map((i) => storage.term(index(i)))).toEqual(["compacted", 2, 3]);
      expect(storage.entries(index(2), index(4), NO_LIMIT)).toBe("compacted");
      expect(indexesOf(storage.entries(index(3), index(4), NO_LIMIT))).toEqual([3]);
    });

    test("a log that was compacted to its end still knows where it ends", () => {
      const made = withEntries(1, 2);
      made.compact(index(2));
      expect([made.storage.firstIndex(), made.storage.lastIndex()]).toEqual([3, 2]);
      made.append([entry(3, 4)]);
      expect(made.storage.term(index(3))).toBe(4);
    });

    test("the snapshot covers at least what was compacted", () => {
      const made = withEntries(1, 2, 3);
      made.compact(index(2));
      const snapshot = made.storage.snapshot(index(0), nodeId(2));
      if (typeof snapshot === "string") expect(snapshot).toBe("snapshotTemporarilyUnavailable");
      else expect(snapshot.metadata).toMatchObject({ index: 2, term: 2 });
    });

    test("a snapshot that does not reach as far as is asked for is put off", () => {
      const made = withEntries(1, 2, 3);
      made.compact(index(2));
      const snapshot = made.storage.snapshot(index(3), nodeId(2));
      if (typeof snapshot === "string") expect(snapshot).toBe("snapshotTemporarilyUnavailable");
      else expect(snapshot.metadata.index).toBeGreaterThanOrEqual(3);
    });

    test("a snapshot takes the place of the log and of the membership", () => {
      const made = withEntries(1, 1);
      const metadata = { confState: CONF_STATE, index: index(9), term: term(4) };
      made.applySnapshot({ metadata, data: new Uint8Array([7]) });
      const { storage } = made;
      expect([storage.firstIndex(), storage.lastIndex()]).toEqual([10, 9]);
      expect([8, 9, 10].map((i) => storage.term(index(i)))).toEqual([
        "compacted",
        4,
        "unavailable",
      ]);
      expect(storage.initialState().confState.voters).toEqual([1, 2]);
      made.append([entry(10, 4)]);
      expect(indexesOf(storage.entries(index(10), index(11), NO_LIMIT))).toEqual([10]);
    });

    test("the hard state is the one set last", () => {
      const made = make();
      const state = { term: term(3), vote: nodeId(2), commit: index(0) };
      made.setHardState({ ...state, term: term(2) });
      made.setHardState(state);
      expect(made.storage.initialState().hardState).toEqual(state);
    });
  });
}
