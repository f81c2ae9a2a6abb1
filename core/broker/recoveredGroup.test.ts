import { describe, expect, test } from "vitest";
import { index, nodeId, term } from "../base/ids.ts";
import { confStateOf } from "../raft/index.ts";
import type { EntryRecord, SnapshotFile, SnapshotRecord } from "../wal/index.ts";
import { RecoveredGroup } from "./recoveredGroup.ts";
import type { GroupRecovery } from "./recoveredGroup.ts";

const INITIAL = confStateOf([1, 2, 3].map(nodeId));

function entry(at: number, ofTerm: number, context: Uint8Array | null = null): EntryRecord {
  const data = Uint8Array.of(at, ofTerm);
  const place = { group: 0, index: index(at), term: term(ofTerm) };
  return { kind: "entry", ...place, entryType: "EntryNormal", context, data };
}

function marker(at: number, ofTerm: number, installed: boolean): SnapshotRecord {
  return { kind: "snapshot", group: 0, index: index(at), term: term(ofTerm), installed };
}

function file(at: number, ofTerm: number): SnapshotFile {
  const members = confStateOf([1, 2].map(nodeId));
  return { group: 0, index: index(at), term: term(ofTerm), members, data: Uint8Array.of(at) };
}

function recovered(
  records: readonly (EntryRecord | SnapshotRecord)[],
  snapshots: readonly SnapshotFile[] = [],
  hardState: readonly [number, number, number] | null = null,
): GroupRecovery {
  const group = new RecoveredGroup();
  for (const record of records) {
    if (record.kind === "entry") group.entry(record);
    else group.marker(record);
  }
  if (hardState !== null) {
    const [ofTerm, vote, commit] = hardState;
    group.hardState({ term: term(ofTerm), vote: nodeId(vote), commit: index(commit) });
  }
  return group.finish(INITIAL, snapshots);
}

/** First index, then the terms of the entries. */
function logOf(result: GroupRecovery): [number, number[]] {
  if (!result.ok) throw new Error(result.sentence);
  const { storage } = result;
  const terms: number[] = [];
  for (let at = Number(storage.firstIndex()); at <= storage.lastIndex(); at++) {
    terms.push(Number(storage.term(index(at))));
  }
  return [storage.firstIndex(), terms];
}

function stored(result: GroupRecovery): unknown {
  if (!result.ok) throw new Error(result.sentence);
  return result.storage.initialState();
}

const ONE_TO_FIVE = [1, 2, 3, 4, 5].map((at) => entry(at, 1));

describe("a group without a snapshot", () => {
  test("on an empty disk has its first members and has promised nothing", () => {
    expect(stored(recovered([]))).toEqual({ hardState: null, confState: INITIAL });
    expect(logOf(recovered([]))).toEqual([1, []]);
  });

  test("has its entries, the last hard state, and contexts where there are any", () => {
    const context = Uint8Array.of(7);
    const result = recovered(
      [entry(1, 1), entry(2, 1, context), entry(3, 1), entry(3, 2)],
      [],
      [2, 3, 1],
    );
    expect(logOf(result)).toEqual([1, [1, 1, 2]]);
    expect(stored(result)).toEqual({
      hardState: { term: 2, vote: 3, commit: 1 },
      confState: INITIAL,
    });
    if (!result.ok) throw new Error(result.sentence);
    const entries = result.storage.entries(index(1), index(4), 1_000);
    expect(entries).toEqual([
      { term: 1, index: 1, type: "EntryNormal", data: Uint8Array.of(1, 1) },
      { term: 1, index: 2, type: "EntryNormal", data: Uint8Array.of(2, 1), context },
      { term: 2, index: 3, type: "EntryNormal", data: Uint8Array.of(3, 2) },
    ]);
  });
});

describe("a snapshot of which the log speaks", () => {
  test("taken here: what is behind it stays", () => {
    const result = recovered([...ONE_TO_FIVE, marker(3, 1, false)], [file(3, 1)], [1, 0, 4]);
    expect(logOf(result)).toEqual([4, [1, 1]]);
    expect(result).toMatchObject({ ok: true, unmarked: null });
    expect(stored(result)).toEqual({
      hardState: { term: 1, vote: 0, commit: 4 },
      confState: file(3, 1).members,
    });
  });

  test("installed: nothing of before stays, and what was written since does", () => {
    const records = [...ONE_TO_FIVE, marker(3, 2, true), entry(4, 2)];
    expect(logOf(recovered(records, [file(3, 2)], [2, 0, 3]))).toEqual([4, [2]]);
    expect(logOf(recovered(records.slice(0, -1), [file(3, 2)], [2, 0, 3]))).toEqual([4, []]);
  });

  test("and of which an older one is there, too: the newest counts", () => {
    const result = recovered([...ONE_TO_FIVE, marker(2, 1, false)], [file(4, 1), file(2, 1)]);
    expect(logOf(result)).toEqual([5, [1]]);
  });

  test("at the head of what is left: entries from anywhere, even replaced ones", () => {
    const head = [marker(2, 1, false), entry(6, 1), entry(7, 1)];
    const replaced = [5, 6, 7].map((at) => entry(at, 2));
    expect(logOf(recovered([...head, ...replaced, marker(4, 1, false)], [file(4, 1)]))).toEqual([
      5,
      [2, 2, 2],
    ]);
    expect(logOf(recovered([...head, marker(5, 1, false)], [file(5, 1)]))).toEqual([6, [1, 1]]);
    expect(logOf(recovered([...head, marker(6, 1, false)], [file(6, 1)]))).toEqual([7, [1]]);
  });
});

describe("a snapshot of which the log does not speak yet", () => {
  test("is used, and the log goes on behind it, if that holds its last entry", () => {
    const result = recovered(ONE_TO_FIVE, [file(3, 1)], [1, 2, 1]);
    expect(logOf(result)).toEqual([4, [1, 1]]);
    expect(result).toMatchObject({ unmarked: null });
    expect(stored(result)).toMatchObject({ hardState: { term: 1, vote: 2, commit: 1 } });
  });

  test.each([
    ["has another entry there", 3, 2],
    ["ends before", 9, 2],
  ])("takes the place of a log that %s; its term counts, without a vote", (_, at, ofTerm) => {
    const result = recovered(ONE_TO_FIVE, [file(at, ofTerm)], [1, 2, 1]);
    expect(logOf(result)).toEqual([at + 1, []]);
    expect(result).toMatchObject({ unmarked: { index: at, term: ofTerm } });
    expect(stored(result)).toMatchObject({ hardState: { term: ofTerm, vote: 0, commit: 1 } });
  });

  test("is all that there is: a new disk", () => {
    const result = recovered([], [file(9, 4)]);
    expect(logOf(result)).toEqual([10, []]);
    expect(result).toMatchObject({ unmarked: { index: 9, term: 4 } });
    expect(stored(result)).toMatchObject({ hardState: { term: 4, vote: 0, commit: 0 } });
  });

  test("never takes a later term back, nor its vote", () => {
    const result = recovered(ONE_TO_FIVE, [file(9, 3)], [3, 2, 1]);
    expect(stored(result)).toMatchObject({ hardState: { term: 3, vote: 2, commit: 1 } });
  });
});

describe("what is refused", () => {
  test.each([
    ["a snapshot that is not there", [...ONE_TO_FIVE, marker(3, 1, false)], [], /entry 3, which/],
    ["only an older one", [...ONE_TO_FIVE, marker(3, 1, true)], [file(2, 1)], /entry 3, which/],
    ["a log that begins behind it", [entry(4, 1)], [file(2, 1)], /Entry 3 is missing/],
    ["a log that begins nowhere", [entry(2, 1)], [], /Entry 1 is missing/],
    ["a hole", [entry(1, 1), entry(3, 1)], [], /Entry 2 is missing/],
    [
      "a hole behind a snapshot",
      [marker(3, 1, true), entry(5, 1)],
      [file(3, 1)],
      /Entry 4 is missing/,
    ],
  ] as const)("%s", (_, records, snapshots, sentence) => {
    const result = recovered(records, snapshots);
    expect(result).toMatchObject({ ok: false, sentence: expect.stringMatching(sentence) });
  });
});
