import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../../base/ids.ts";
import type { HardState } from "../../raft/message.ts";
import { PromisesKept } from "./promisesKept.ts";
import { SnapshotSafety } from "./snapshotSafety.ts";
import type { StorageProbe, StoredState } from "./storageProbe.ts";

interface Disk {
  readonly node?: number;
  readonly generation?: number;
  /** Term, vote and commit. */
  readonly hardState?: readonly [number, number, number] | null;
  readonly first?: number;
  readonly last?: number;
  /** Index and term. */
  readonly snapshot?: readonly [number, number];
}

/** A node whose disk holds whatever a test says, right or wrong. */
function stored(disk: Disk): StoredState {
  const [stateTerm, vote, commit] = disk.hardState ?? [0, 0, 0];
  const hardState: HardState | null =
    disk.hardState === null || disk.hardState === undefined
      ? null
      : { term: term(stateTerm), vote: nodeId(vote), commit: index(commit) };
  const [snapshotIndex, snapshotTerm] = disk.snapshot ?? [0, 0];
  const snapshot = { metadata: { index: index(snapshotIndex), term: term(snapshotTerm) } };
  const storage: StorageProbe = {
    initialState: () => ({ hardState }),
    firstIndex: () => index(disk.first ?? 1),
    lastIndex: () => index(disk.last ?? 0),
    snapshot: () => snapshot,
  };
  return { id: nodeId(disk.node ?? 1), generation: disk.generation ?? 1, storage };
}

describe("Terms and votes are kept", () => {
  test("a term that goes back breaks it, over a restart too: the rule forgets nobody", () => {
    const checker = new PromisesKept();
    expect(checker.check(stored({ hardState: null }))).toBeNull();
    expect(checker.check(stored({ hardState: [3, 0, 0] }))).toBeNull();
    expect(checker.check(stored({ node: 2, hardState: [1, 0, 0] }))).toBeNull();
    expect(checker.check(stored({ hardState: [2, 0, 0] }))).toBe(
      "n1 had stored term 3, and now term 2.",
    );
  });

  test("a hard state that is gone altogether breaks it", () => {
    const checker = new PromisesKept();
    checker.check(stored({ hardState: [3, 0, 0] }));
    expect(checker.check(stored({ hardState: null }))).toBe("n1 had stored term 3, and now none.");
  });

  test("that a group begins in term 1 is no promise, a vote in it is", () => {
    const checker = new PromisesKept();
    checker.check(stored({ hardState: [1, 0, 0] }));
    expect(checker.check(stored({ hardState: null }))).toBeNull();
    checker.check(stored({ hardState: [1, 2, 0] }));
    expect(checker.check(stored({ hardState: null }))).toBe("n1 had stored term 1, and now none.");
  });

  test("another vote in the same term breaks it, and so does none; in a later term neither", () => {
    const checker = new PromisesKept();
    expect(checker.check(stored({ hardState: [3, 0, 0] }))).toBeNull();
    expect(checker.check(stored({ hardState: [3, 2, 0] }))).toBeNull();
    expect(checker.check(stored({ hardState: [4, 0, 0] }))).toBeNull();
    expect(checker.check(stored({ hardState: [4, 1, 0] }))).toBeNull();
    expect(checker.check(stored({ hardState: [4, 2, 0] }))).toBe(
      "n1 had voted for n1 in term 4, and now for n2.",
    );
    expect(checker.check(stored({ hardState: [4, 0, 0] }))).toContain(
      "for n2 in term 4, and now f",
    );
  });

  test("the commit index may go back, but not lie beyond the log", () => {
    const checker = new PromisesKept();
    expect(checker.check(stored({ hardState: [3, 1, 7], last: 9 }))).toBeNull();
    expect(checker.check(stored({ hardState: [3, 1, 5], last: 5 }))).toBeNull();
    expect(checker.check(stored({ hardState: [3, 1, 6], last: 5 }))).toBe(
      "n1 has stored that entry 6 is committed, and its log ends at 5.",
    );
  });

  test("the first state of all is looked at as well", () => {
    const text = new PromisesKept().check(stored({ hardState: [3, 1, 6], last: 5 }));
    expect(text).toContain("entry 6 is committed");
  });

  test("a wiped disk starts anew, and an older one must not come back", () => {
    const checker = new PromisesKept();
    checker.check(stored({ hardState: [3, 1, 0] }));
    expect(checker.check(stored({ generation: 2, hardState: null }))).toBeNull();
    expect(checker.check(stored({ generation: 2, hardState: [1, 2, 0] }))).toBeNull();
    expect(checker.check(stored({ generation: 1, hardState: [3, 1, 0] }))).toBe(
      "n1 had a disk of generation 2; now it is of generation 1.",
    );
  });
});

describe("Snapshots hold what was applied", () => {
  /** Entries of terms 1, 1 and 2 were applied, and nothing after them. */
  const applied = [term(1), term(1), term(2)];
  const checkerOf = () => new SnapshotSafety((i) => applied[i - 1] ?? null);

  test("no snapshot, or one that ends in what was applied there, is right", () => {
    const checker = checkerOf();
    expect(checker.check(stored({ last: 3 }))).toBeNull();
    expect(checker.check(stored({ last: 3, snapshot: [2, 1] }))).toBeNull();
    expect(checker.check(stored({ first: 4, last: 3, snapshot: [3, 2] }))).toBeNull();
  });

  test("another term than that of the entry applied there breaks it", () => {
    expect(checkerOf().check(stored({ last: 3, snapshot: [2, 2] }))).toBe(
      "The snapshot of n1 ends in entry 2 of term 2, but it was one of term 1 there.",
    );
  });

  test("an entry that nobody has applied breaks it", () => {
    expect(checkerOf().check(stored({ last: 4, snapshot: [4, 2] }))).toBe(
      "The snapshot of n1 ends in entry 4 of term 2, but nobody has applied one there.",
    );
  });

  test("a log that begins later than right behind the snapshot breaks it", () => {
    const checker = checkerOf();
    expect(checker.check(stored({ first: 3, last: 3, snapshot: [2, 1] }))).toBeNull();
    expect(checker.check(stored({ first: 4, last: 5, snapshot: [2, 1] }))).toBe(
      "The log of n1 begins at entry 4, and its snapshot ends at 2: what is between them is in " +
        "neither.",
    );
    expect(checkerOf().check(stored({ first: 2, last: 2 }))).toContain("begins at entry 2");
  });

  test("so does a log that is cut behind a snapshot which was right before", () => {
    const checker = checkerOf();
    const { id, generation, storage } = stored({ last: 3, snapshot: [1, 1] });
    expect(checker.check({ id, generation, storage })).toBeNull();
    const cut = { ...storage, firstIndex: () => index(3) };
    expect(checker.check({ id, generation, storage: cut })).toContain("begins at entry 3");
  });
});
